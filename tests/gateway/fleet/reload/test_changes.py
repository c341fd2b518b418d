"""`brana reload` at nodes of a fleet: each takes over its own files, live; two whole nodes and an edge."""

import asyncio
import signal

import aiohttp
import pytest

from gateway.audit.entry import Code, Outcome
from gateway.commands.operator import operator
from gateway.demo.configuration import BUDGET, MAP
from gateway.grants.cookie import GRANT
from tests.rig import fleet_policies
from tests.rig.fleet import PATIENCE, Fleet
from tests.rig.fleet_editing import (
    MAP_TABLE,
    answers,
    edited,
    feed,
    let_in,
    notes_of,
    permit_notes,
    reloaded,
    status_at,
    url_of,
)
from tests.rig.fleet_people import records, signed_in
from tests.rig.no_control_plane import listens, no_control_plane

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
MOMENT = 1.0  # seconds in which what may not stay is closed
CLOSED = (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE)


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
    before = len(await office.entries(Code.CONFIGURATION_RELOADED, at_least=0))
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
    (entry, *_) = await office.entries(Code.CONFIGURATION_RELOADED, at_least=before + 2)
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
