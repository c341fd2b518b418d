"""The pages of people's own devices: a real office of devices behind them, and an agent that enrols and reports."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import Standing
from config.settings import Title
from config.vocabulary import Action, ApplicationId, AuthenticationLevel, Language
from gateway.audit.entry import Code
from gateway.authorize.device_closes import Closed
from gateway.devices.office import Wish
from gateway.devices.refused import Why
from gateway.storage.database import Database
from gateway.web.app import make_app
from gateway.web.device_refusals import shown as shown_refusal
from gateway.web.devices.listing import owners_needing
from gateway.web.portal.devices import OwnDevices
from tests.gateway.devices.agent import IN_ORDER, Agent
from tests.gateway.storage.conftest import Recorded
from tests.gateway.storage.devices import OPERATOR, ORIGIN, RULES, Devices, devices
from tests.gateway.web.people import HULIN, MAYOR, NOW, assertion_header
from tests.gateway.web.sample import Office
from tests.rig.prepared import prepared

pytestmark = pytest.mark.real
WORSE = IN_ORDER | {FactName.FIREWALL: Fact(False, "nft: list ruleset")}
HERS = Wish(municipality=HULIN, owner=MAYOR.subject)
JUST_NOW = replace(MAYOR, auth_time=NOW - timedelta(minutes=1))
KEPT_CLOSED = Closed(
    ApplicationId("records"),
    {Language.CZECH: "Spisy chtějí bránu firewall", Language.ENGLISH: "Records need a firewall"},
    {Language.CZECH: "Zapněte ji.", Language.ENGLISH: "Turn it on."},
    (),
    (Action.WRITE, Action.SIGN),
)


def headers(who=JUST_NOW, language: str = "en") -> dict[str, str]:
    return {
        "Host": "portal.brana.test",
        "Accept": "text/html",
        "Accept-Language": language,
        "Sec-Fetch-Site": "same-origin",
        **assertion_header(who),
    }


def app_of(at: Devices, *, switched_on: bool = True, rules=RULES, shut=()) -> web.Application:
    office = replace(at.office, rules=rules)
    needing = partial(owners_needing, at.office.known, rules.fresh)
    desk = replace(Office().desk(), devices=lambda: switched_on, devices_needing=needing)

    async def closes(device, _sid, _now):
        return () if device.facts == IN_ORDER else (KEPT_CLOSED,)

    pages = OwnDevices(
        desk,
        lambda: office,
        closes,
        lambda device, _now: device in shut,
        {"records": Title(cs="Spisová služba", en="Records")}.get,
        lambda: "https://devices.brana.test",
    )
    return make_app(desk, {"portal.brana.test": pages.pages()}, {})


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def at(tmp_path: Path, recorded: Recorded) -> Iterator[Devices]:
    with closing(Database(prepared(tmp_path / "brana.db"))) as database:
        yield devices(database, recorded)


@pytest_asyncio.fixture
async def client(at: Devices) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(app_of(at))) as client:
        yield client


async def page(client: TestClient, path: str, who=JUST_NOW, language: str = "en", status: int = 200) -> str:
    answer = await client.get(path, headers=headers(who, language))
    assert answer.status == status
    return await answer.text()


async def sent(client: TestClient, path: str, who=JUST_NOW, **form: str):
    return await client.post(path, data=form, headers=headers(who), allow_redirects=False)


async def reporting(at: Devices, facts=IN_ORDER, wish: Wish = HERS) -> Agent:
    agent, done = await at.enrolled(wish=wish, now=NOW, tunnel_key=None)
    await at.reported(agent, done.nonce, NOW, facts=facts, tunnel_key=None)
    return agent


async def test_a_suspended_device_says_so_to_its_person(at) -> None:
    agent = await reporting(at)
    for shut in ((), (agent.device,)):
        async with TestClient(TestServer(app_of(at, shut=shut))) as client:
            own = await page(client, f"/devices/own/{agent.device}")
            assert ("The device is suspended" in own) is bool(shut)
            assert (">suspended<" in await page(client, "/devices")) is bool(shut)


async def test_a_person_adds_a_device_by_a_code_that_is_shown_once(client, at, recorded) -> None:
    assert "You have no device yet" in await page(client, "/devices")
    answer = await sent(client, "/devices/code")
    assert (answer.status, answer.headers["Location"]) == (303, "/devices/code")
    text = await page(client, "/devices/code")
    [code] = re.findall(r"brana-agent enrol https://devices\.brana\.test ([0-9A-Z-]{19})<", text)
    assert 'class="qr"' in text
    assert recorded[-1].code is Code.DEVICE_CODE_ISSUED
    assert (recorded[-1].subject, recorded[-1].municipality) == (MAYOR.subject, HULIN)
    assert code not in await page(client, "/devices/code")
    agent = Agent()
    await at.reception.complete(agent.proof(await at.begun(code, agent, NOW), code), ORIGIN, NOW)
    text = await page(client, "/devices")
    assert "notebook" in text
    assert re.search(r"<dt>To mend</dt><dd>not known</dd>", text)  # it has said nothing yet
    assert re.search(r"<dt>Where its key lies</dt><dd>in a file on the disk</dd>", text)


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (replace(JUST_NOW, acr=AuthenticationLevel.PASSWORD), Why.TWO_FACTORS),
        (replace(JUST_NOW, auth_time=NOW - timedelta(hours=1)), Why.NOT_CONFIRMED),
    ],
)
async def test_a_sign_in_that_is_weak_or_old_adds_no_device_and_is_led_to_a_better_one(
    client, recorded, who, why
) -> None:
    answer = await sent(client, "/devices/code", who)
    assert (answer.status, answer.headers["x-brana-reason"]) == (403, why)
    assert "/.brana/sign-in?wish=" in await answer.text()
    assert (recorded[-1].code, recorded[-1].reason) == (Code.DEVICE_ACT_REFUSED, why)


async def test_where_people_enrol_none_it_says_who_does(at, recorded) -> None:
    async with TestClient(TestServer(app_of(at, rules=replace(RULES, by_people=False)))) as client:
        assert "The administrator of your office enrols devices" in await page(client, "/devices")
        answer = await sent(client, "/devices/code")
        assert answer.headers["x-brana-reason"] == Why.NOT_ALLOWED == recorded[-1].reason


async def test_what_is_amiss_is_told_with_how_to_mend_it_what_it_closes_and_what_it_was(client, at) -> None:
    agent, done = await at.enrolled(wish=HERS, now=NOW)
    done = await at.reported(agent, done.nonce, NOW)
    await at.reported(agent, done.nonce, NOW, facts=WORSE)
    text = await page(client, f"/devices/own/{agent.device}")
    for words in (
        "Firewall",
        "nft: list ruleset",
        "yes → no",
        "Records: writing, signing",
        "Records need a firewall",
        "sudo ufw enable",
    ):
        assert words in text
    assert "1 thing" in await page(client, "/devices")
    czech = await page(client, f"/devices/own/{agent.device}", language="cs")
    for words in (
        "Brána firewall",
        "ano → ne",
        "Spisová služba: zápis, podepsání",
        "Spisy chtějí bránu firewall",
        "Co se změnilo",
    ):
        assert words in czech


async def test_a_person_renames_and_retires_a_device(client, at, recorded) -> None:
    agent = await reporting(at)
    mine = f"/devices/own/{agent.device}"
    answer = await sent(client, f"{mine}/name", name="Na cesty")
    assert answer.headers["Location"] == f"{mine}?done=renamed"
    assert (recorded[-1].code, at.of(agent).name) == (Code.DEVICE_RENAMED, "Na cesty")
    refused = await sent(client, f"{mine}/name", name=" ")
    assert (refused.status, refused.headers["x-brana-reason"]) == (403, Why.NAME)
    assert f'href="{mine}"' in await refused.text()
    assert "Retire “Na cesty”?" in await page(client, f"{mine}/retire")
    answer = await sent(client, f"{mine}/retire", why="")
    assert answer.headers["Location"] == "/devices?done=retired"
    assert (recorded[-1].code, at.of(agent).standing) == (Code.DEVICE_RETIRED, Standing.RETIRED)
    assert recorded[-1].subject == MAYOR.subject


async def test_a_person_reports_a_device_as_lost(client, at, recorded) -> None:
    agent = await reporting(at)
    mine = f"/devices/own/{agent.device}"
    text = await page(client, f"{mine}/lost", replace(JUST_NOW, device=at.of(agent).id))
    assert "Whoever is signed in on it is signed out" in text
    assert "You are using this very device now" in text
    answer = await sent(client, f"{mine}/lost", why="left in a train")
    assert answer.headers["Location"] == "/devices?done=lost"
    assert (recorded[-1].code, recorded[-1].details["why"]) == (Code.DEVICE_LOST, "left in a train")
    assert (at.of(agent).standing, at.of(agent).leaf) == (Standing.LOST, None)
    again = await sent(client, f"{mine}/lost", why="")
    assert (again.status, again.headers["x-brana-reason"]) == (403, Why.GONE)


async def test_another_persons_device_is_as_good_as_none(client, at, recorded) -> None:
    """A guessed name shows nothing and changes nothing; what was tried is recorded."""
    agent = await reporting(at, wish=replace(HERS, owner="urad:somebody-else", name="Hers alone"))
    before = at.of(agent)
    theirs = f"/devices/own/{agent.device}"
    for path in (theirs, f"{theirs}/retire", f"{theirs}/lost"):
        assert "Hers alone" not in await page(client, path, status=404)
    for act, form in (("name", {"name": "x"}), ("retire", {"why": ""}), ("lost", {"why": ""})):
        answer = await sent(client, f"{theirs}/{act}", **form)
        assert (answer.status, answer.headers["x-brana-reason"]) == (404, Why.UNKNOWN)
        assert (recorded[-1].code, recorded[-1].subject) == (Code.DEVICE_ACT_REFUSED, MAYOR.subject)
    assert at.of(agent) == before
    assert "Hers alone" not in await page(client, "/devices")


async def test_nonsense_is_no_device(client) -> None:
    for name in ("x", "x" * 23, "%2e%2e"):
        await page(client, f"/devices/own/{name}", status=404)
        assert (await sent(client, f"/devices/own/{name}/lost", why="")).status == 404


async def test_where_no_devices_are_enrolled_there_are_no_pages_of_them(at) -> None:
    async with TestClient(TestServer(app_of(at, switched_on=False))) as client:
        await page(client, "/devices", status=404)
        assert (await sent(client, "/devices/code")).status == 404


def test_every_reason_has_its_words() -> None:
    for why in Why:
        made = shown_refusal(why)
        assert all(made.title[one] and made.advice[one] for one in Language)


async def test_the_menu_counts_own_devices_that_need_attention(client, at) -> None:
    await reporting(at, IN_ORDER, replace(HERS, managed=True))
    assert 'class="count"' not in await page(client, "/devices")
    await reporting(at, WORSE, replace(HERS, managed=True))
    others = await reporting(at, WORSE, replace(HERS, managed=True, owner="urad:somebody-else"))
    text = await page(client, "/devices")
    assert '<span class="count" aria-hidden="true">1</span>' in text
    assert "1 of your devices needs attention" in text
    assert "something is amiss: 1." in text
    at.office.known.put(replace(device := at.of(others), owner=MAYOR.subject, version=device.version + 1))
    assert "2 need attention" in await page(client, "/devices")
    gone = await reporting(at, WORSE, replace(HERS, managed=True))
    await at.office.retire(at.of(gone).id, "", OPERATOR, NOW)
    at.office.known.forget([at.of(others).id])
    assert "1 potřebuje pozornost" in await page(client, "/devices", language="cs")
