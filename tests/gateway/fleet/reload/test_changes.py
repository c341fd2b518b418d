"""`brana reload` at nodes of a fleet: each takes over its own files, live; two whole nodes and an edge."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import psycopg
import pytest
import pytest_asyncio

from config.sources import ACCEPTED, Noting
from gateway.audit.entry import Code, Outcome
from gateway.commands.change_at_node import change_at_node
from gateway.commands.fitness import checked
from gateway.commands.operator import operator
from gateway.demo.configuration import BUDGET, MAP
from gateway.grants.cookie import GRANT
from gateway.storage.postgres.engine import WRITERS
from tests.rig import fleet_policies
from tests.rig.fleet import PATIENCE, Fleet
from tests.rig.fleet_editing import answers, feed, notes_of, permit_notes, reloaded, url_of
from tests.rig.fleet_people import inhabited, records, signed_in
from tests.rig.no_control_plane import listens, no_control_plane
from tests.rig.postgres import Server
from tests.rig.visitor import Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
MISSED = "it was done before anybody looked"
MOMENT = 1.0  # seconds in which what may not stay is closed
CLOSED = (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE)
MAP_TABLE = 'id = "map"\n'


@pytest.fixture(scope="module")
def database(postgres: Server) -> str:
    return postgres.empty().name


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    tmp_path_factory: pytest.TempPathFactory, postgres: Server, database: str
) -> AsyncIterator[Fleet]:
    folder = tmp_path_factory.mktemp("f")
    own = fleet_policies.of_its_own(folder)

    def configured(node: str, text: str) -> str:
        return f'{own(node, text)}\n[state.database]\nhosts = ["{postgres.folder}"]\nname = "{database}"\n'

    async with inhabited(folder, ["b", "c"], whole=["b"], configured=configured) as made:
        for node in ("a", "b"):
            await listens(made[node])
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def office(running: Fleet) -> AsyncIterator[Fleet]:
    """Each test begins and ends with the first configurations and policies."""
    first = {name: node.configuration.read_text("utf-8") for name, node in running.nodes.items()}
    yield running
    for name in ("a", "b"):
        await listens(running[name])
    fleet_policies.as_at_first(running["a"])
    for name, text in first.items():
        await reloaded(running[name], text)


async def status_at(office: Fleet, browser: Visitor, node: str, url: str) -> int:
    return (await office.same(browser, node).get(url, follow=False)).status


async def let_in(office: Fleet, browser: Visitor, node: str, url: str) -> None:
    """By a grant that this node's gate honours."""
    there = office.same(browser, node)
    async with asyncio.timeout(PATIENCE):
        while True:
            shown = await there.get(url)
            (entry,) = await office.entries(Code.ACCESS, request_id=shown.request_id)
            assert (shown.status, entry.details["node"]) == (200, node), shown.title
            if entry.details["fresh"]:
                return


def edited(office: Fleet, node: str, old: str, new: str) -> str:
    """The first such place of the map's table."""
    begin, table, rest = office[node].configuration.read_text("utf-8").partition(MAP_TABLE)
    assert old in table + rest
    return begin + (table + rest).replace(old, new, 1)


async def test_an_application_comes_and_goes_at_a_whole_node_and_at_an_edge_and_other_sockets_stay_open(
    office: Fleet,
) -> None:
    browser, account = await signed_in(office, "a")
    notes, other = url_of(office, "notes"), office.product.application(MAP)
    for node in ("a", "c"):
        await let_in(office, browser, node, other)
        assert await status_at(office, browser, node, notes) == 421
    first = {node: office[node].configuration.read_text("utf-8") for node in ("a", "b", "c")}
    async with feed(office, browser, "a", other) as at_whole, feed(office, browser, "c", other) as at_edge:
        permit_notes(office["a"])
        said = await reloaded(office["a"], first["a"] + notes_of(office))
        for words in ("applications added: notes", "policies now: ", "published: "):
            assert words in said, said
        assert (await browser.get(notes)).status == 200
        assert await status_at(office, browser, "c", notes) == 421, "an edge has files of its own"
        for node in ("b", "c"):  # on a busy machine the edge may ask the one and the other
            said = await reloaded(office[node], first[node] + notes_of(office))
            assert "applications added: notes" in said
        await let_in(office, browser, "c", notes)
        by = {
            one.details["node"]: (one.subject, one.details["added"])
            for one in await office.entries(Code.CONFIGURATION_RELOADED, at_least=3)
        }
        assert by == dict.fromkeys("abc", (operator(), ["notes"]))

        async with feed(office, browser, "a", notes) as whole, feed(office, browser, "c", notes) as edge:
            await office.entries(Code.STREAM_OPENED, application="notes", at_least=2)
            assert "applications removed: notes" in await reloaded(office["c"], first["c"])
            assert (await edge.receive(MOMENT)).type in CLOSED
            assert await answers(whole)
            assert await status_at(office, browser, "c", notes) == 421
            fleet_policies.as_at_first(office["a"])
            said = await reloaded(office["a"], first["a"])
            assert "applications removed: notes" in said
            assert "published: " in said
            assert (await whole.receive(MOMENT)).type in CLOSED
        assert await status_at(office, browser, "a", notes) == 421
        assert await answers(at_whole)
        assert await answers(at_edge)
    ended = await office.entries(Code.ACCESS, application="notes", reason="unknown_application", at_least=2)
    assert {one.details["node"] for one in ended} == {"a", "c"}
    cut = await office.entries(Code.STREAM_CUT, application="notes", at_least=2)
    assert {(one.reason, one.person) for one in cut} == {("unknown_application", account.login)}


async def test_who_had_a_grant_does_not_get_through_a_route_that_asks_for_more_by_now(office: Fleet) -> None:
    browser, _ = await signed_in(office, "a")
    url = office.product.application(MAP)
    for node in ("c", "b", "a"):
        await let_in(office, browser, node, url)
    had = browser.cookies(url)
    assert GRANT in had
    row = 'path = "/"\nmethods = ["GET", "HEAD"]\naction = '
    for node in ("a", "c"):
        said = await reloaded(office[node], edited(office, node, f'{row}"read"', f'{row}"administer"'))
        assert "applications changed: map" in said
        browser.keep(url, had)
        assert await status_at(office, browser, node, url) == 403
    assert await status_at(office, browser, "b", url) == 200, "its file asks for no more than before"
    with no_control_plane(office["a"]):
        browser.keep(url, had)
        await let_in(office, browser, "a", records(office))
        browser.keep(url, had)
        shown = await office.same(browser, "a").get(url, follow=False)
        assert shown.status == 403
        refused = await office.entries(Code.DECISION_REFUSE, request_id=shown.request_id)
        assert [one.reason for one in refused] == ["unknown_application"], (
            "by a control plane without that action"
        )


async def test_what_another_control_plane_has_otherwise_it_does_not_decide_and_its_grants_open_nothing(
    office: Fleet,
) -> None:
    browser, _ = await signed_in(office, "a")
    url = office.product.application(MAP)
    narrower = {
        node: edited(office, node, MAP_TABLE, f'{MAP_TABLE}municipalities = ["588491"]\n')
        for node in ("c", "a")
    }
    await let_in(office, browser, "c", url)
    async with feed(office, browser, "c", url) as at_edge:
        await office.entries(Code.STREAM_OPENED, application="map", at_least=1)
        assert "applications changed: map" in await reloaded(office["c"], narrower["c"])
        assert (await at_edge.receive(MOMENT)).type in CLOSED
        shown = await office.same(browser, "c").get(url, follow=False)
        assert (shown.status, shown.title) == (503, "Nastavení této aplikace se právě mění")
    (cut, *_) = await office.entries(Code.STREAM_CUT, application="map")
    assert cut.reason == "application_differs"
    await let_in(office, browser, "a", url)
    assert "applications changed: map" in await reloaded(office["a"], narrower["a"])
    shown = await office.same(browser, "a").get(url, follow=False)
    assert shown.status == 403
    (refused,) = await office.entries(Code.DECISION_REFUSE, request_id=shown.request_id)
    assert refused.reason == "application_not_offered"
    await let_in(office, browser, "b", url)
    with no_control_plane(office["a"]):
        await let_in(office, browser, "a", records(office))
        shown = await office.same(browser, "a").get(url, follow=False)
        assert (shown.status, shown.title) == (503, "Nastavení této aplikace se právě mění")
        (refused,) = await office.entries(Code.DECISION_REFUSE, request_id=shown.request_id)
        assert refused.reason == "application_differs"


async def test_a_broken_change_is_refused_with_file_and_line_and_the_old_one_stays(office: Fleet) -> None:
    browser, _ = await signed_in(office, "a")
    for node in ("a", "c"):
        broken = edited(office, node, MAP_TABLE, f'{MAP_TABLE}balance = "sprad"\n')
        office[node].configuration.write_text(broken, "utf-8")
        status, said = await office[node].brana("reload")
        line = broken.split("\n").index('balance = "sprad"') + 1
        assert (status, f"{office[node].configuration}:{line}: " in said) == (1, True), said
        assert "did you mean `spread`?" in said
        (entry, *_) = await office.entries(Code.CONFIGURATION_REFUSED, reason="configuration_invalid")
        assert (entry.outcome, entry.subject) == (Outcome.REFUSED, operator())
        needing = broken.replace('balance = "sprad"\n', "").replace('grace = "2 s"', 'grace = "3 s"')
        office[node].configuration.write_text(needing, "utf-8")
        status, said = await office[node].brana("reload")
        assert (status, "start_needed" in said, "fleet.grace" in said) == (1, True, True), said
        await let_in(office, browser, node, office.product.application(MAP))


async def test_what_envoy_refuses_at_a_node_is_told_in_its_words_at_the_application_and_taken_back(
    office: Fleet,
) -> None:
    browser, _ = await signed_in(office, "a")
    world, url = office.product.world, office.product.application(MAP)
    authority = world.folder / "damaged.pem"
    damage = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"
    authority.write_text(world.authority.read_text() + damage)
    tls = f'\n[applications.tls]\nauthority = "{authority}"\n'
    bad = notes_of(office).replace("http://", "https://") + tls
    for node in ("a", "c"):
        await let_in(office, browser, node, url)
        text = office[node].configuration.read_text("utf-8") + bad
        office[node].configuration.write_text(text, "utf-8")
        status, said = await office[node].brana("reload")
        line = text.split("\n").index('id = "notes"')
        assert (status, f"{office[node].configuration}:{line}: applications[3]" in said) == (1, True), said
        assert "Envoy refuses the application notes: Failed to load trusted CA certificates" in said
        (entry, *_) = await office.entries(Code.CONFIGURATION_REFUSED, reason="data_plane_refused")
        assert entry.subject == operator()
        await let_in(office, browser, node, url)
        assert await status_at(office, browser, node, url_of(office, "notes")) == 421


async def test_where_a_control_plane_dies_in_the_middle_what_was_accepted_decides(office: Fleet) -> None:
    node, notes = office["b"], url_of(office, "notes")
    browser, _ = await signed_in(office, "b")
    text, kept = node.configuration.read_text("utf-8"), node.state / ACCEPTED
    accepted = kept.read_bytes()

    async def begun(draft: Path) -> None:
        """Its routes count from here on, and nobody says any more what is to become of it."""
        async with change_at_node(node.state / "run", draft) as change:
            await change.prepare()
            await change.switch()
            assert await status_at(office, browser, "b", notes) != 421
            if draft.name == "kept.json":
                shutil.copy(draft, kept)

    with no_control_plane(node):
        node.configuration.write_text(text + notes_of(office), "utf-8")
        sources = Noting()
        checked(node.configuration, sources)
        draft = node.state / "kept.json"
        sources.keep(draft)
        other = draft.with_name("left.json")
        shutil.copy(draft, other)
        await begun(other)
        await let_in(office, browser, "b", office.product.application(MAP))
        assert await status_at(office, browser, "b", notes) == 421
        await begun(draft)
        await let_in(office, browser, "b", office.product.application(MAP))
        shown = await browser.get(notes)
        assert (shown.status, shown.title) == (403, "Tuto aplikaci brána nezná"), "by the other control plane"
        (access,) = await office.entries(Code.ACCESS, request_id=shown.request_id)
        assert access.reason == "unknown_application"
    await listens(node)
    assert kept.read_bytes() != accepted
    assert "applications removed: notes" in await reloaded(node, text)


@pytest.mark.timeout(300)
async def test_where_the_process_of_a_node_dies_in_the_middle_it_goes_by_what_was_accepted_in_the_end(
    office: Fleet, postgres: Server, database: str
) -> None:
    """It is begun anew before the change is accepted, by what was accepted before."""
    node, notes = office["a"], url_of(office, "notes")
    draft = node.state / f".{ACCEPTED}"
    browser, _ = await signed_in(office, "a")
    permit_notes(node)
    before = node.configuration.read_text("utf-8")

    async def served() -> bool:
        return await status_at(office, browser, "a", f"{notes}.brana/x") != 421

    async def reloaded_while_it_dies() -> tuple[int, str]:
        process = node.child("node_process")
        node.configuration.write_text(before + notes_of(office), "utf-8")
        with psycopg.connect(host=str(postgres.folder), user="brana", dbname=database) as holding:
            reload = asyncio.create_task(node.brana("reload"))
            while not draft.exists() and not reload.done():  # it looks whether anything can be written
                await asyncio.sleep(0.002)
            if reload.done():
                node.configuration.write_text(before, "utf-8")
                assert (await node.brana("reload"))[0] == 0
                return 1, MISSED
            holding.execute(f"SELECT pg_advisory_xact_lock({WRITERS})")
            while not (begun := await served()) and not reload.done():
                await asyncio.sleep(0.05)
            if begun:  # else it took longer than writers wait
                process.kill()
                async with asyncio.timeout(PATIENCE):
                    while await served():
                        await asyncio.sleep(0.05)
        return await reload

    status, said = await reloaded_while_it_dies()
    # Writers wait no longer, or it died before it could say what Envoy serves: all is as before.
    while said == MISSED or "another node holds the lock" in said or "went away meanwhile" in said:
        status, said = await reloaded_while_it_dies()
    assert status == 0, said
    await let_in(office, browser, "a", notes)


async def test_no_request_fails_while_nodes_reload_under_load(office: Fleet) -> None:
    browser, _ = await signed_in(office, "a")
    url = office.product.application(MAP)
    over, seen = asyncio.Event(), list[tuple[str, int]]()

    async def ask(node: str) -> None:
        there = office.same(browser, node)
        while not over.is_set():
            seen.append((node, (await there.get(url, follow=False)).status))

    for node in ("a", "c"):
        await let_in(office, browser, node, url)
    asking = [asyncio.create_task(ask(node)) for node in ("a", "b", "c", "a", "c")]
    permit_notes(office["a"])
    texts = {node: office[node].configuration.read_text("utf-8") + notes_of(office) for node in ("a", "c")}
    await reloaded(office["a"], texts["a"])
    office["c"].configuration.write_text(texts["c"], "utf-8")
    assert office["c"].process is not None
    office["c"].process.send_signal(signal.SIGHUP)  # the other way to say it
    async with asyncio.timeout(PATIENCE):
        while await status_at(office, browser, "c", url_of(office, "notes")) == 421:
            await asyncio.sleep(0.05)
    over.set()
    await asyncio.gather(*asking)
    assert {status for _, status in seen} == {200}
    assert {node for node, _ in seen} == {"a", "b", "c"}
    (entry, *_) = await office.entries(Code.CONFIGURATION_RELOADED)
    assert (entry.details["node"], entry.subject) == ("c", "system")


async def test_an_edge_takes_nothing_that_no_control_plane_can_record(office: Fleet) -> None:
    browser, _ = await signed_in(office, "c")
    edge = office["c"]
    with no_control_plane(office["a"]), no_control_plane(office["b"]):
        edge.configuration.write_text(edge.configuration.read_text("utf-8") + notes_of(office), "utf-8")
        reloading, seen = asyncio.create_task(edge.brana("reload")), set[int]()
        while not reloading.done():
            seen.add(await status_at(office, browser, "c", url_of(office, "notes")))
        status, said = await reloading
        assert (status, "reload_failed" in said, "it could not be recorded" in said) == (1, True, True), said
        assert seen == {421}, "its Envoy was told nothing"
    for node in ("a", "b"):
        await listens(office[node])
    async with asyncio.timeout(PATIENCE):
        while (await office.same(browser, "c").get(office.product.application(MAP))).status != 200:
            await asyncio.sleep(0.1)


async def test_a_node_whose_policy_files_nobody_edited_takes_its_applications_and_publishes_none(
    office: Fleet,
) -> None:
    browser, _ = await signed_in(office, "b")
    fleet_policies.close(office["a"], "budget")
    version = await fleet_policies.reloaded(office["a"])
    text = office["b"].configuration.read_text("utf-8")
    said = await reloaded(office["b"], text + notes_of(office))
    for words in ("applications added: notes", "they stay unpublished", f"version {version}, published"):
        assert words in said, said
    assert "policies now" not in said
    assert (await browser.get(office.product.application(BUDGET))).title == "Zavřeno"
    assert (await browser.get(office.product.application(MAP))).status == 200
    fleet_policies.as_at_first(office["a"])
    await fleet_policies.reloaded(office["a"])


async def test_a_change_that_would_undo_policies_of_others_is_refused_whole(office: Fleet) -> None:
    fleet_policies.close(office["a"], "budget")
    await fleet_policies.reloaded(office["a"])
    other = fleet_policies.folder_of(office["b"]) / "municipalities/588491.cedar"
    before = other.read_text("utf-8")
    other.write_text(before + "// edited on what is stale\n", "utf-8")
    browser, _ = await signed_in(office, "b")
    text = office["b"].configuration.read_text("utf-8")
    office["b"].configuration.write_text(text + notes_of(office), "utf-8")
    status, said = await office["b"].brana("reload")
    other.write_text(before, "utf-8")
    assert (status, "policies_left_behind" in said) == (1, True), said
    assert await status_at(office, browser, "b", url_of(office, "notes")) == 421
    await let_in(office, browser, "b", office.product.application(MAP))
    fleet_policies.as_at_first(office["a"])
    await fleet_policies.reloaded(office["a"])
