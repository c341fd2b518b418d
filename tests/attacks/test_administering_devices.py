"""Administrators at devices of another municipality, people who are no administrators, and administrators at their own:
by typed addresses and forged forms at the real gate. Nothing is shown, nothing changes, and each try is recorded.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio

from agents.protocol.messages import Begin, Standing
from config.vocabulary import DeviceId, SubjectId
from gateway.audit.entry import Code, Entry
from gateway.commands.sessions import tell
from gateway.commands.state import now
from gateway.demo.people import HULIN
from gateway.devices.device import Device
from gateway.devices.office import Wish
from gateway.web.devices.acts import ACTS
from tests.attacks.conftest import FOREIGN
from tests.attacks.test_accounts import settled
from tests.attacks.test_two_accounts import number
from tests.gateway.devices.agent import Agent
from tests.rig.attacked import Ground
from tests.rig.attacked_people import VILLAGE
from tests.rig.machines import OPERATOR, ORIGIN, RULES, office, reception
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
SECRET = "Jen hulínské zařízení"
FORMS: Mapping[str, Mapping[str, str]] = {
    "approve": {},
    "name": {"name": "x"},
    "take-over": {"asset": "PF3XK1"},
    "hand-over": {"login": "pravidla.vsi"},
}
ADMINISTERS, OTHER = "sprava.osoby", "zadost.osoby"
"""Accounts of one person, once the directory says so."""


@dataclass(frozen=True, slots=True)
class Place:
    ground: Ground

    @property
    def site(self) -> str:
        return self.ground.product.addresses.origin("devices")

    async def waiting(self, owner: str | None = None) -> DeviceId:
        """A device of Hulín that waits for approval; `owner`: a login."""
        state, moment, agent = self.ground.state, now(), Agent()
        subject = None if owner is None else self.ground.named(owner).subject
        wish = Wish(municipality=HULIN, owner=subject and SubjectId(subject), name=SECRET)
        code, _ = await office(state).issue(wish, OPERATOR, moment)
        by_us = replace(reception(state), rules=replace(RULES, approval=True))
        asked = await by_us.begin(Begin(code=code, key=agent.public), ORIGIN, moment)
        done = await by_us.complete(agent.proof(asked.nonce, code, tunnel_key=None), ORIGIN, moment)
        await tell(state, "")
        return DeviceId(done.device)

    async def by_now(self, name: DeviceId) -> Device:
        found = await self.ground.state.devices.device(name)
        assert found is not None
        return found

    async def refused(self, answer: Shown, reason: str, code: Code = Code.DEVICE_ACT_REFUSED) -> Entry:
        """Both entries of the request say so."""
        await self.ground.refused(answer, reason)
        entry = await self.ground.entry(answer, code)
        assert (entry.outcome, entry.reason) == ("refused", reason)
        return entry

    async def signed_in(self, login: str) -> Visitor:
        return await self.ground.signed_in(self.ground.named(login), self.site)


def fields(path: str) -> Mapping[str, str]:
    return FORMS.get(path, {"why": "x"})


@pytest.fixture
def place(ground: Ground) -> Place:
    return Place(ground)


@pytest_asyncio.fixture(loop_scope="session")
async def linked(standing: Ground) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    async def link() -> None:
        number(standing, (ADMINISTERS, OTHER), [b"20042"])
        await settled(standing)

    yield link
    number(standing, (ADMINISTERS, OTHER), [])
    await settled(standing)


async def test_no_administrator_of_another_municipality_sees_or_changes_a_device(place: Place) -> None:
    device = await place.waiting()
    before = await place.by_now(device)
    stranger = await place.signed_in("pravidla.vsi")
    assert (await stranger.get(f"{place.site}/")).status == 200
    for path in ("/", f"/?municipality={HULIN}", f"/?q={SECRET}", f"/?state=waiting&municipality={HULIN}"):
        assert device not in (await stranger.get(f"{place.site}{path}")).text
    for path in ("", *(f"/{one.path}" for one in ACTS)):
        shown = await stranger.get(f"{place.site}/one/{device}{path}", follow=False)
        assert (shown.status, SECRET in shown.text) == (404, False), path
    for act in ACTS:
        form = {**fields(act.path), "municipality": HULIN}
        answer = await stranger.post(f"{place.site}/one/{device}/{act.path}", form, follow=False)
        entry = await place.refused(answer, "device_not_known")
        assert (answer.status, SECRET in answer.text) == (404, False)
        assert (entry.person, entry.own_municipality) == ("pravidla.vsi", VILLAGE)
    form = {"municipality": HULIN, "login": "", "asset": "", "name": "cizí"}
    answer = await stranger.post(f"{place.site}/new", form, follow=False)
    assert answer.status == 303
    issued = await place.ground.entry(answer, Code.DEVICE_CODE_ISSUED)
    assert issued.municipality == VILLAGE  # whatever the form says
    assert await place.by_now(device) == before


async def test_who_administers_nothing_changes_no_device(place: Place) -> None:
    device = await place.waiting()
    before = await place.by_now(device)
    officer = await place.signed_in("dohled.hulin")
    assert SECRET in (await officer.get(f"{place.site}/one/{device}")).text
    clerk = await place.ground.signed_in(place.ground.somebody(), place.ground.portal)
    closed = await clerk.get(f"{place.site}/one/{device}", follow=True)
    assert (closed.status, SECRET in closed.text) == (403, False)
    for act in ACTS:
        answer = await officer.post(f"{place.site}/one/{device}/{act.path}", fields(act.path), follow=False)
        entry = await place.refused(answer, "action_not_permitted", Code.DECISION_REFUSE)
        assert (entry.action, entry.application) == ("administer", "devices")
        assert entry.details["about"] == f"devices: {act.path} {device}"
    assert await place.by_now(device) == before


async def test_nobody_approves_their_own_device_nor_by_a_second_account(
    place: Place, linked: Callable[[], Awaitable[None]]
) -> None:
    own, others, control = (
        await place.waiting(ADMINISTERS),
        await place.waiting(OTHER),
        await place.waiting(OTHER),
    )
    who = await place.signed_in(ADMINISTERS)
    assert (await who.post(f"{place.site}/one/{control}/approve", {}, follow=False)).status == 303
    assert (
        await place.by_now(control)
    ).standing is Standing.ACTIVE  # until they are known to be one person's
    await linked()
    for device in (own, others):
        for path in ("approve", "take-over"):
            answer = await who.post(f"{place.site}/one/{device}/{path}", fields(path), follow=False)
            entry = await place.refused(answer, "device_own")
            assert entry.details["device"] == device
        assert (await place.by_now(device)).standing is Standing.WAITING
    form = {"municipality": HULIN, "login": OTHER, "asset": "", "name": ""}
    await place.refused(await who.post(f"{place.site}/new", form, follow=False), "device_own")


async def test_no_form_of_another_page_does_anything_to_a_device(place: Place) -> None:
    device = await place.waiting()
    who = await place.signed_in("pravidla.hulin")
    for headers in FOREIGN:
        said = {name: text.format(application=place.ground.portal, own="https://evil.test")
                for name, text in headers.items()}  # fmt: skip
        answer = await who.post(f"{place.site}/one/{device}/approve", {}, follow=False, headers=said)
        assert answer.status in (302, 403), headers
    assert (await place.by_now(device)).standing is Standing.WAITING
    assert (await who.post(f"{place.site}/one/{device}/approve", {}, follow=False)).status == 303
    assert (await place.by_now(device)).standing is Standing.ACTIVE
