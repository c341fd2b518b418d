"""The pages of those who administer devices: a real office of devices behind them, and agents that enrol and report."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import Standing
from config.vocabulary import Language
from gateway.audit.entry import Code
from gateway.devices.office import Wish
from gateway.devices.refused import Why
from gateway.storage.database import Database
from gateway.tunnel_sessions.opened import Opened, TunnelId
from gateway.tunnels.keys import TunnelKey
from gateway.web.device_refusals import shown_to_administrators
from gateway.web.devices.acts import ACTS
from tests.gateway.devices.agent import IN_ORDER, Agent
from tests.gateway.storage.conftest import Recorded
from tests.gateway.storage.devices import OPERATOR, RULES, devices
from tests.gateway.web.people import HULIN, KVASICE, MAYOR, NOW, assertion_header, session
from tests.rig.administered_devices import (
    HOST,
    KEPT_CLOSED,
    LOOKS_ONLY,
    OF_CENTRE,
    OF_HULIN,
    OF_KVASICE,
    Place,
)
from tests.rig.prepared import prepared

pytestmark = pytest.mark.real
WORSE = IN_ORDER | {FactName.FIREWALL: Fact(False, "nft: list ruleset")}
OF_MAYOR = Wish(municipality=HULIN, owner=MAYOR.subject)
FIELDS = {
    "name": {"name": "x"},
    "take-over": {"asset": "x"},
    "hand-over": {"login": "novakova"},
    "approve": {},
}


def headers(who=OF_HULIN, language: str = "en") -> dict[str, str]:
    return {
        "Host": HOST,
        "Accept": "text/html",
        "Accept-Language": language,
        "Sec-Fetch-Site": "same-origin",
        **assertion_header(who),
    }


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def place(tmp_path: Path, recorded: Recorded) -> Iterator[Place]:
    with closing(Database(prepared(tmp_path / "brana.db"))) as database:
        yield Place(devices(database, recorded, replace(RULES, approval=True)))


@pytest_asyncio.fixture
async def client(place: Place) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(place.app())) as client:
        yield client


async def page(client: TestClient, path: str, who=OF_HULIN, language: str = "en", status: int = 200) -> str:
    answer = await client.get(path, headers=headers(who, language))
    assert answer.status == status, await answer.text()
    return await answer.text()


async def sent(client: TestClient, path: str, who=OF_HULIN, **form: str):
    return await client.post(path, data=form, headers=headers(who), allow_redirects=False)


async def enrolled(place: Place, facts=IN_ORDER, at=NOW, wish: Wish = OF_MAYOR) -> Agent:
    agent, done = await place.at.enrolled(wish=wish, now=at, tunnel_key=None)
    if facts is not None:
        await place.at.reported(agent, done.nonce, at, facts=facts, tunnel_key=None)
    return agent


async def test_a_suspended_device_says_so_in_the_list_and_on_its_page(client, place) -> None:
    agent = await enrolled(place)
    for shut in ((), (agent.device,)):
        place.town.shut = shut
        assert ("The device is suspended" in await page(client, f"/one/{agent.device}")) is bool(shut)
        assert (">suspended<" in await page(client, "/")) is bool(shut)


async def a_few(place: Place) -> None:
    """One of each state, all of Hulín, and one of Kvasice."""
    managed = replace(OF_MAYOR, managed=True)
    await enrolled(place, wish=replace(managed, name="Pořádný"))
    await enrolled(place, WORSE, wish=replace(managed, name="Bez brány", owner=None))
    await enrolled(place, at=NOW - timedelta(hours=1), wish=replace(managed, name="Mlčí"))
    await enrolled(place, wish=replace(OF_MAYOR, name="Čeká"))
    gone = await enrolled(place, wish=replace(managed, name="Odešlo"))
    await place.at.office.retire(place.at.of(gone).id, "", OPERATOR, NOW)
    await enrolled(place, wish=replace(managed, municipality=KVASICE, name="Z Kvasic"))


def names(text: str) -> list[str]:
    return re.findall(r"<strong>([^<]+)</strong></a>", text)


async def test_the_list_shows_how_all_fare_and_finds_by_state_owner_system_and_text(client, place) -> None:
    assert "No device is enrolled yet" in await page(client, "/")
    await a_few(place)
    text = await page(client, "/")
    assert names(text) == ["Bez brány", "Čeká", "Mlčí", "Pořádný"]
    counts = dict(re.findall(r'href="\?state=(\w+)".*?class="figure">(\d+)<', text))
    assert counts == {
        "in_order": "1",
        "failing": "1",
        "stale": "1",
        "waiting": "1",
        "gone": "1",
    }
    assert MAYOR.name in text
    for query, found in (
        ("state=failing", ["Bez brány"]),
        ("state=stale", ["Mlčí"]),
        ("state=gone", ["Odešlo"]),
        ("q=MLČÍ", ["Mlčí"]),
        ("q=pf3xk1&state=waiting", ["Čeká"]),
        ("owner=novakova", ["Čeká", "Mlčí", "Pořádný"]),
        ("owner=nobody", []),
        ("system=linux", ["Bez brány", "Čeká", "Mlčí", "Pořádný"]),
        ("system=windows", []),
        (f"municipality={KVASICE}", []),  # another one's are not there
        ("state=nonsense&page=x", ["Bez brány", "Čeká", "Mlčí", "Pořádný"]),
    ):
        assert names(await page(client, f"/?{query}")) == found, query
    czech = await page(client, "/?state=failing", language="cs")
    assert "něco je v nepořádku" in czech
    assert "1 zařízení" in czech


async def test_the_menu_counts_what_waits_for_who_looks(client, place) -> None:
    assert 'class="count"' not in await page(client, "/")
    await a_few(place)
    text = await page(client, "/?state=waiting")
    assert re.search(r'aria-current="page">To approve <span class="count" aria-hidden="true">1</span>', text)
    assert "1 waits for you" in text
    assert "To approve" not in await page(client, "/", LOOKS_ONLY)
    assert 'class="count"' not in await page(client, "/", OF_KVASICE)
    assert "1 waits for you" in await page(client, "/", OF_CENTRE)
    await enrolled(place, wish=replace(OF_MAYOR, owner=OF_HULIN.subject))  # nobody decides about their own
    assert "1 waits for you" in await page(client, "/")
    assert "2 wait for you" in await page(client, "/", OF_CENTRE)


async def test_the_centre_s_people_see_devices_of_all_municipalities_and_others_their_own(
    client, place
) -> None:
    await a_few(place)
    assert names(await page(client, "/", OF_CENTRE)) == [
        "Bez brány",
        "Čeká",
        "Mlčí",
        "Pořádný",
        "Z Kvasic",
    ]
    assert names(await page(client, f"/?municipality={KVASICE}", OF_CENTRE)) == ["Z Kvasic"]
    assert names(await page(client, "/", OF_KVASICE)) == ["Z Kvasic"]


async def test_a_list_has_pages(client, place) -> None:
    for number in range(53):
        await enrolled(place, None, wish=replace(OF_MAYOR, managed=True, name=f"PC {number:03}"))
    first, second = await page(client, "/?q=PC"), await page(client, "/?q=PC&page=2")
    assert (len(names(first)), names(second)) == (50, ["PC 050", "PC 051", "PC 052"])
    assert 'href="?q=PC&amp;page=2"' in first
    assert names(await page(client, "/?q=PC&page=99")) == names(second)


async def test_when_the_directory_is_away_nobody_is_taken_for_an_owner(client, place) -> None:
    await a_few(place)
    place.town.away = True
    text = await page(client, "/?owner=novakova", status=503)
    assert "The directory cannot be asked now" in text
    assert names(text) == []


async def test_the_page_of_a_device_tells_all_of_it(client, place) -> None:
    agent, done = await place.at.enrolled(wish=replace(OF_MAYOR, managed=True), now=NOW)
    done = await place.at.reported(agent, done.nonce, NOW)
    await place.at.reported(agent, done.nonce, NOW, facts=WORSE)
    place.town.closed, place.town.sessions = [KEPT_CLOSED], [session()]
    text = await page(client, f"/one/{agent.device}")
    device = place.at.of(agent)
    for words in (
        *(
            MAYOR.name,
            "Hulín",
            "PF3XK1",
            "nft: list ruleset",
            "yes → no",
            "sudo ufw enable",
            "code issued by",
        ),
        *("Records need a firewall", device.leaf.thumbprint, "cli:root", "203.0.113.7", "something is amiss"),
    ):
        assert words in text, words
    czech = await page(client, f"/one/{agent.device}", language="cs")
    for words in ("Brána firewall", "ano → ne", "Pravidla, která nesplňuje", "Spisy chtějí bránu firewall"):
        assert words in czech


async def test_its_entries_are_led_to_for_who_may_read_the_log(client, place) -> None:
    agent = await enrolled(place)
    link = f'href="https://admin.brana.test/log?device={agent.device}"'
    assert link in await page(client, f"/one/{agent.device}", LOOKS_ONLY)
    assert link not in await page(client, f"/one/{agent.device}")


async def test_a_device_that_waits_is_approved_and_another_is_turned_down(client, place, recorded) -> None:
    agent = await enrolled(place)
    mine = f"/one/{agent.device}"
    assert "It waits for approval" in await page(client, mine)
    answer = await sent(client, f"{mine}/approve")
    assert answer.headers["Location"] == f"{mine}?done=approve"
    assert (recorded[-1].code, recorded[-1].person) == (Code.DEVICE_APPROVED, OF_HULIN.login)
    assert place.asked[-1].about == f"devices: approve {agent.device}"
    assert place.at.of(agent).approved_by.name == OF_HULIN.login
    refused = await sent(client, f"{mine}/approve")
    assert (refused.status, refused.headers["x-brana-reason"]) == (403, Why.NOT_WAITING)
    assert f'href="{mine}"' in await refused.text()

    other = await enrolled(place)
    assert "Turn “notebook” down?" in await page(client, f"/one/{other.device}/turn-down")
    answer = await sent(client, f"/one/{other.device}/turn-down", why="nikdo ho nezná")
    assert (answer.status, place.at.of(other).standing) == (303, Standing.RETIRED)
    assert (recorded[-1].code, recorded[-1].details["why"]) == (Code.DEVICE_TURNED_DOWN, "nikdo ho nezná")


async def test_each_act_is_asked_first_done_and_recorded(client, place, recorded) -> None:
    agent = await enrolled(place, wish=replace(OF_MAYOR, name="Její"))
    mine = f"/one/{agent.device}"
    for path, form, code, words in (
        ("name", {"name": "Účtárna"}, Code.DEVICE_RENAMED, None),
        ("take-over", {"asset": ""}, Code.DEVICE_TAKEN_OVER, "Manage “Účtárna” by the office?"),
        ("block", {"why": "prověřuje se"}, Code.DEVICE_BLOCKED, "Block “Účtárna”?"),
        ("unblock", {"why": "v pořádku"}, Code.DEVICE_UNBLOCKED, "Lift the block of “Účtárna”?"),
        ("retire", {"why": ""}, Code.DEVICE_RETIRED, "Retire “Účtárna”?"),
        ("lost", {"why": "neodevzdáno"}, Code.DEVICE_LOST, "Mark “Účtárna” as lost?"),
    ):
        if words is not None:
            assert words in await page(client, f"{mine}/{path}")
        answer = await sent(client, f"{mine}/{path}", **form)
        assert (answer.status, answer.headers["Location"]) == (303, f"{mine}?done={path}"), path
        assert recorded[-1].code is code
        assert (recorded[-1].person, recorded[-1].session) == (OF_HULIN.login, OF_HULIN.sid)
        assert await page(client, f"{mine}?done={path}")
    assert "It never comes back" in await page(client, mine)
    answer = await client.get(f"{mine}/retire", headers=headers(), allow_redirects=False)
    assert answer.headers["Location"] == mine  # there is nothing to ask


async def test_a_device_is_handed_over_to_who_has_a_role_there(client, place, recorded) -> None:
    agent = await enrolled(place, wish=replace(OF_MAYOR, owner=None, managed=True))
    mine = f"/one/{agent.device}"
    for login in ("nobody", "dvorak", ""):  # unknown, of another municipality
        answer = await sent(client, f"{mine}/hand-over", login=login)
        assert (answer.status, answer.headers["x-brana-reason"]) == (403, Why.OWNER_UNKNOWN), login
        assert (recorded[-1].code, recorded[-1].reason) == (Code.DEVICE_ACT_REFUSED, Why.OWNER_UNKNOWN)
    assert (await sent(client, f"{mine}/hand-over", login="novakova")).status == 303
    assert (place.at.of(agent).owner, recorded[-1].code) == (MAYOR.subject, Code.DEVICE_HANDED_OVER)
    answer = await sent(client, f"{mine}/hand-over", login=OF_HULIN.login)
    assert answer.headers["x-brana-reason"] == Why.OWN
    place.town.away = True
    assert (await sent(client, f"{mine}/hand-over", login="novakova")).status == 503


async def test_nobody_lets_their_own_device_do_more(client, place, recorded) -> None:
    agent = await enrolled(place, wish=replace(OF_MAYOR, owner=OF_HULIN.subject))
    mine = f"/one/{agent.device}"
    text = await page(client, mine)
    assert "another administrator has to approve it" in text
    assert 'action="/one/' + agent.device + '/approve"' not in text
    for path in ("approve", "take-over"):
        answer = await sent(client, f"{mine}/{path}", **FIELDS[path])
        assert (answer.status, answer.headers["x-brana-reason"]) == (403, Why.OWN), path
        assert (recorded[-1].code, recorded[-1].reason) == (Code.DEVICE_ACT_REFUSED, Why.OWN)
    answer = await sent(client, "/new", municipality=HULIN, login=OF_HULIN.login, asset="", name="")
    assert answer.headers["x-brana-reason"] == Why.OWN == recorded[-1].reason
    assert (await sent(client, f"{mine}/retire", why="")).status == 303


async def test_who_only_looks_changes_nothing(client, place, recorded) -> None:
    agent = await enrolled(place)
    before, had = place.at.of(agent), len(recorded)
    text = await page(client, f"/one/{agent.device}", LOOKS_ONLY)
    assert f'action="/one/{agent.device}' not in text
    assert f'href="/one/{agent.device}/' not in text
    for act in ACTS:
        answer = await sent(client, f"/one/{agent.device}/{act.path}", LOOKS_ONLY, **_form(act))
        assert (answer.status, answer.headers["x-brana-reason"]) == (403, "role_not_sufficient")
        if act.asked_first:
            await page(client, f"/one/{agent.device}/{act.path}", LOOKS_ONLY, status=403)
    await page(client, "/new", LOOKS_ONLY, status=403)
    form = {"municipality": HULIN, "login": "", "asset": "", "name": ""}
    assert (await sent(client, "/new", LOOKS_ONLY, **form)).status == 403
    assert (place.at.of(agent), len(recorded)) == (before, had)


async def test_another_municipality_s_device_is_as_good_as_none(client, place, recorded) -> None:
    agent = await enrolled(place, wish=replace(OF_MAYOR, name="Jen hulínské"))
    before = place.at.of(agent)
    for path in ("", *(f"/{act.path}" for act in ACTS)):
        assert "Jen hulínské" not in await page(client, f"/one/{agent.device}{path}", OF_KVASICE, status=404)
    for act in ACTS:
        answer = await sent(client, f"/one/{agent.device}/{act.path}", OF_KVASICE, **_form(act))
        assert (answer.status, answer.headers["x-brana-reason"]) == (404, Why.UNKNOWN)
        assert (recorded[-1].code, recorded[-1].subject) == (Code.DEVICE_ACT_REFUSED, OF_KVASICE.subject)
    assert place.at.of(agent) == before


async def test_nonsense_is_no_device_and_without_devices_there_are_no_pages(client, place) -> None:
    for name in ("x", "x" * 23):
        await page(client, f"/one/{name}", status=404)
    place.switched_on = False
    async with TestClient(TestServer(place.app())) as other:
        await page(other, "/", status=404)
        assert (await sent(other, "/new", municipality=HULIN, login="", asset="", name="")).status == 404


def test_every_reason_has_its_words_for_administrators() -> None:
    for why in Why:
        made = shown_to_administrators(why)
        assert all(made.title[one] and made.advice[one] for one in Language)


def _form(act) -> dict[str, str]:
    return {"why": "x"} if "why" in act.fields else FIELDS[act.path]


async def test_it_says_where_a_device_with_a_tunnel_is_and_that_somebody_else_may_have_its_key(
    client, place
) -> None:
    agent = await enrolled(place)
    tunnel = Opened(
        id=TunnelId("t"),
        device=agent.device,
        key=TunnelKey(""),
        addresses=frozenset(),
        subject=MAYOR.subject,
        login="starosta",
        session=session().id,
        municipality=HULIN,
        address="203.0.113.7",
        at=NOW,
        until=NOW,
    )
    place.town.tunnel = tunnel
    path = f"/one/{agent.device}"
    assert "the device has not asked yet" in await page(client, path)
    place.town.tunnel = replace(tunnel, device_address="198.51.100.9")
    assert "the device asks from 198.51.100.9" in await page(client, path)
    assert "zařízení se hlásí z adresy 198.51.100.9" in await page(client, path, language="cs")
    assert "nobody knows where it is now" not in await page(client, path)
    place.town.nowhere = True
    assert "nobody knows where it is now, so it reaches nothing" in await page(client, path)
    assert "dokud se jeho agent znovu neozve" in await page(client, path, language="cs")
    place.town.tunnel, place.town.doubted = None, True
    assert "somebody else may have its key" in await page(client, path)
    assert "klíč tedy může mít ještě někdo jiný" in await page(client, path, language="cs")
