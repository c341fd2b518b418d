"""What people ask for: decided by the wrong one, from another municipality, for longer, without its sponsor."""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import ldap
import pytest
import pytest_asyncio

from config.vocabulary import Role
from gateway.audit.entry import Code, Entry
from gateway.demo import ldif
from gateway.demo.people import HULIN
from idp.http.moments import PRAGUE
from tests.attacks.test_accounts import settled
from tests.rig.attacked import Ground
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
NAME = re.compile(r"name=([A-Za-z0-9_-]{22})")
WHY = "dohledání smlouvy k faktuře"


def window() -> dict[str, str]:
    now = datetime.now(PRAGUE).replace(tzinfo=None, second=0, microsecond=0)
    return {
        "since": now.isoformat("T", "minutes"),
        "until": (now + timedelta(hours=2)).isoformat("T", "minutes"),
    }


@dataclass(frozen=True, slots=True)
class Town:
    ground: Ground
    asker: Visitor
    leader: Visitor
    stranger: Visitor
    """Leads another municipality."""

    async def act(self, who: Visitor, path: str, **fields: str) -> Shown:
        return await who.post(
            f"{self.ground.product.addresses.origin('requests')}{path}", fields, follow=False
        )

    async def asked(self, who: Visitor, path: str = "/ask", **fields: str) -> str:
        """Name of what was asked for: the newest of their list."""
        answer = await self.act(who, path, **fields)
        assert answer.status == 303, answer.text
        return await self.newest(who)

    async def newest(self, who: Visitor) -> str:
        site = self.ground.product.addresses.origin("requests")
        found = NAME.search((await who.get(f"{site}/")).text)
        assert found is not None
        return found[1]

    async def access(self) -> str:
        return await self.asked(self.asker, application="budget", read="on", why=WHY, **window())

    async def refused(self, answer: Shown, reason: str) -> Entry:
        await self.ground.refused(answer, reason)
        entry = await self.ground.entry(answer, Code.REQUEST_ACT_REFUSED)
        assert entry.reason == reason
        return entry


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(standing: Ground) -> Town:
    site = standing.product.addresses.origin("requests")
    logins = ("zadost.hulin", "vedeni.prezkum", "vedeni.vsi")
    browsers = [await standing.signed_in(standing.named(login), site) for login in logins]
    return Town(standing, *browsers)


async def test_a_request_of_another_municipality_is_as_unknown_as_one_that_never_was(town: Town) -> None:
    site, name = town.ground.product.addresses.origin("requests"), await town.access()
    for guessed in (name, "A" * 22):
        shown = await town.stranger.get(f"{site}/one?name={guessed}", follow=False)
        assert (shown.status, WHY in shown.text) == (404, False)
        for act, more in (
            ("approve", {"note": ""}),
            ("refuse", {"note": "Ne."}),
            ("end", {}),
            ("review", {"note": "x"}),
        ):
            await town.refused(
                await town.act(town.stranger, f"/{act}", name=guessed, **more), "request_unknown"
            )
    assert WHY not in (await town.stranger.get(f"{site}/waiting")).text
    await town.act(town.asker, "/end", name=name)


async def test_no_field_of_a_form_approves_lengthens_or_moves_a_request(town: Town) -> None:
    site = town.ground.product.addresses.origin("requests")
    more = {
        "stage": "in_force", "needed": "0", "approvals": "1", "holder": "dvorak.petr", "person": "dvorak.petr",
        "municipality": "588482", "kind": "emergency", "session": "x", "approver": "x", "review_by": "",
    }  # fmt: skip
    name = await town.asked(town.asker, application="budget", read="on", why=WHY, **window(), **more)
    (entry,) = [
        one for one in await town.ground.entries(codes=(Code.REQUEST_MADE,)) if one.details["request"] == name
    ]
    assert (entry.details["stage"], entry.details["approvals"]) == ("waiting", "0/1")
    assert (entry.details["of"], entry.municipality) == ("zadost.hulin", HULIN)
    assert (await town.stranger.get(f"{site}/one?name={name}")).status == 404
    approved = await asyncio.gather(
        *(town.act(town.leader, "/approve", name=name, note="") for _ in range(5))
    )
    assert sorted(one.status for one in approved) == [303] + [409] * 4
    told = [
        one
        for one in await town.ground.entries(codes=(Code.REQUEST_APPROVED,))
        if one.details["request"] == name
    ]
    assert len(told) == 1
    await town.act(town.leader, "/end", name=name)
    again = await town.act(town.leader, "/approve", name=name, note="")
    await town.refused(again, "request_over")


async def test_a_reason_breaks_no_line_and_hides_nothing(town: Town) -> None:
    usual = {"application": "budget", "read": "on", **window()}
    name = await town.asked(town.asker, why="první\r\ndruhá\tčást", **usual)
    made = [
        one for one in await town.ground.entries(codes=(Code.REQUEST_MADE,)) if one.details["request"] == name
    ]
    assert [one.details["why"] for one in made] == ["první druhá část"]
    await town.act(town.asker, "/end", name=name)
    for why in ("a\u202eb", "a\x1b[2Jb", "a\x00b", " "):
        await town.refused(await town.act(town.asker, "/ask", why=why, **usual), "request_without_reason")
    for odd in ("0001-01-01T00:00", "9999-12-31T23:59"):
        answer = await town.act(town.asker, "/ask", why=WHY, **(usual | {"since": odd, "until": odd}))
        await town.refused(answer, "request_window_wrong")


async def test_emergency_access_is_alerted_of_bounded_and_never_reviewed_by_its_user(town: Town) -> None:
    ground = town.ground
    browser = await ground.signed_in(ground.named("nouze.hulin"), ground.product.addresses.origin("requests"))
    far = (datetime.now(PRAGUE) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    usual = {"application": "budget", "why": "hoří nám celá radnice", "until": far, "since": far}
    name = await town.asked(browser, "/emergency", **usual)
    (begun,) = [
        one for one in await ground.entries(codes=(Code.EMERGENCY_BEGUN,)) if one.details["request"] == name
    ]
    since, until = (datetime.fromisoformat(str(begun.details[each])) for each in ("since", "until"))
    assert until - since <= timedelta(hours=1)
    assert "access.emergency" in ground.product.log.read_text()
    await town.refused(await town.act(browser, "/emergency", **usual), "emergency_runs_already")
    assert (await town.act(browser, "/review", name=name, note="vše v pořádku")).status == 403
    running = await town.act(town.leader, "/review", name=name, note="vše v pořádku")
    await town.refused(running, "emergency_still_runs")
    assert (await town.act(browser, "/end", name=name)).status == 303
    reviewed = await town.act(town.leader, "/review", name=name, note="vše v pořádku")
    assert reviewed.status == 303, reviewed.text
    await town.refused(await town.act(town.leader, "/review", name=name, note="znovu"), "request_over")


async def test_a_supplier_s_order_ends_with_its_sponsor_and_a_role_that_is_not_held_is_not_lent(
    town: Town,
) -> None:
    ground, sponsor = town.ground, town.ground.named("garant.hulin")
    site = ground.product.addresses.origin("requests")
    supplier = await ground.signed_in(ground.named("zakazka.hulin"), site)
    form = {"application": "budget", "read": "on", "why": WHY, "person": "", **window()}
    own = await town.act(supplier, "/orders/new", **form, sponsor="zakazka.hulin")
    await town.refused(own, "sponsor_unfit")
    # Nothing but an order opens anything to a supplier.
    for path, reason in (("/ask", "request_opens_nothing"), ("/emergency", "emergency_of_a_supplier")):
        past = await town.act(supplier, path, **form | {"why": "hoří nám celá radnice", "even_so": ""})
        await town.refused(past, reason)
    name = await town.asked(supplier, "/orders/new", **form, sponsor=sponsor.login)
    assert (await town.act(supplier, "/approve", name=name, note="")).status in {403, 409}
    browser = await ground.signed_in(sponsor, site)
    lent = await town.act(
        browser, "/deputies", person="zadost.hulin", role="chief_clerk", why=WHY, **window()
    )
    await town.refused(lent, "role_not_held")
    assert (await town.act(browser, "/approve", name=name, note="")).status == 303
    dn, group = ldif.person_dn(sponsor.login).encode(), ldif.TOWN.group(Role.BUDGET_MANAGER, HULIN)
    with ground.product.as_root() as root:
        root.modify_s(group, [(ldap.MOD_DELETE, "member", [dn])])
    await settled(ground)
    gone = await ground.entries(at_least=1, codes=(Code.SPONSOR_GONE,))
    assert [one.details["request"] for one in gone] == [name]
    late = await town.act(browser, "/approve", name=name, note="")
    assert late.status != 303 or "done=" not in late.headers["Location"]
