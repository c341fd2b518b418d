"""Two whole nodes and an edge, over mutual TLS, on one PostgreSQL: what one control plane knows, each knows."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.audit import checkpoint_file
from gateway.audit.entry import Code
from gateway.audit.for_auditors.brana_verify import main
from gateway.audit.note import Verifier
from gateway.grants.cookie import GRANT
from tests.rig.fleet import PATIENCE, Fleet, Node
from tests.rig.fleet_editing import notes_of, url_of
from tests.rig.fleet_people import inhabited, records, signed_in
from tests.rig.no_control_plane import listens, no_control_plane
from tests.rig.postgres import Server
from tests.rig.postgres_line import Line, line_to
from tests.rig.visitor import Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
MOMENT = 1.0  # seconds in which what one control plane hears is everywhere


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> AsyncIterator[Line]:
    """Of `b` to the database."""
    async with line_to(postgres.folder, tmp_path_factory.mktemp("l") / "line") as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(
    tmp_path_factory: pytest.TempPathFactory, postgres: Server, line: Line
) -> AsyncIterator[Fleet]:
    def configured(node: str, text: str) -> str:
        way = line.folder if node == "b" else postgres.folder
        return f'{text}\n[state.database]\nhosts = ["{way}"]\nname = "{name}"\n'

    name = postgres.empty().name
    async with inhabited(
        tmp_path_factory.mktemp("f"), ["b", "c"], whole=["b"], configured=configured
    ) as made:
        yield made


async def status_at(office: Fleet, browser: Visitor, node: str) -> int:
    return (await office.same(browser, node).get(records(office), follow=False)).status


async def within(seconds: float, office: Fleet, browser: Visitor, node: str, status: int) -> None:
    there, end = office.same(browser, node), time.monotonic() + seconds
    while (found := (await there.get(records(office), follow=False)).status) != status:
        assert time.monotonic() < end, found
        await asyncio.sleep(0.01)


async def let_in_by(office: Fleet, browser: Visitor, person: str, node: str) -> None:
    """By that node's gate alone, which hears from a control plane, and another one's keeps the entry."""
    async with asyncio.timeout(PATIENCE):
        while True:
            shown = await browser.get(records(office))
            (entry,) = await office.entries(Code.ACCESS, request_id=shown.request_id)
            assert (shown.status, entry.person, entry.details["node"]) == (200, person, node)
            if entry.details["fresh"]:  # else it was decided, and the decision has an entry of its own
                return


async def test_who_signed_in_at_one_node_is_in_at_all_and_who_signed_out_is_out_within_a_second(
    office: Fleet,
) -> None:
    browser, _ = await signed_in(office, "a")
    for node in ("b", "c", "a"):
        assert await status_at(office, browser, node) == 200
    had = browser.cookies(records(office))
    assert GRANT in had
    out = await browser.post(f"{records(office)}.brana/sign-out", {}, follow=False)
    assert out.status == 200, out.title
    for node in ("b", "c", "a"):
        browser.keep(records(office), had)  # as somebody who has copied it
        await within(MOMENT, office, browser, node, 302)


async def test_a_session_that_an_officer_ends_at_one_node_is_out_at_all(office: Fleet) -> None:
    browser, account = await signed_in(office, "b")
    for node in ("a", "c"):
        assert await status_at(office, browser, node) == 200
    status, said = await office["a"].brana("sessions", "revoke", "--user", account.login)
    assert status == 0, said
    for node in ("a", "b", "c"):
        await within(MOMENT, office, browser, node, 302)


async def test_keys_that_are_compromised_are_believed_at_no_node_wherever_that_is_said(office: Fleet) -> None:
    browser, account = await signed_in(office, "b")
    assert await status_at(office, browser, "b") == 200
    thief = office.visitor("b")
    thief.keep(records(office), {GRANT: browser.cookies(records(office))[GRANT]})
    assert await status_at(office, thief, "b") == 200
    status, said = await office["a"].brana("keys", "rotate", "--compromised")
    assert status == 0, said
    for node in ("a", "b", "c"):
        await within(MOMENT, office, thief, node, 302)
        assert await status_at(office, browser, node) == 200
    await let_in_by(office, browser, account.login, "b")


async def test_another_key_of_the_log_signs_at_both_control_planes_whichever_is_away(
    office: Fleet, tmp_path: Path
) -> None:
    (old, *_) = (await said_by(office["a"], "audit", "key")).splitlines()
    (new, *_) = (await said_by(office["b"], "audit", "keys", "rotate")).splitlines()
    for away, left in (("b", "a"), ("a", "b")):
        with no_control_plane(office[away]):
            await sealed_by(office[left], old, new)
        await office[away].until(lambda status, parts: status == 200 and parts["control_plane"])
    await said_by(office["a"], "audit", "keys", "retire")
    for node in ("a", "b"):
        await sealed_by(office[node], new)
    assert (await said_by(office["a"], "audit", "key")).startswith(new)
    assert "the log is whole" in await said_by(office["b"], "audit", "verify")
    await said_by(office["b"], "audit", "export", str(tmp_path / "e"), "--purpose", "kontrola")
    assert [main(["--key", key, str(tmp_path / "e")]) for key in (old, new)] == [0, 0]


async def said_by(node: Node, *words: str) -> str:
    status, said = await node.brana(*words)
    assert status == 0, said
    return said.strip()


async def sealed_by(node: Node, *keys: str) -> None:
    """It records something, and has a checkpoint of that in its file, signed by just these keys."""
    file, signers = node.state / checkpoint_file.NAME, {Verifier.parse(one).key_id for one in keys}
    await said_by(node, "audit", "keys", "list")  # a look, which is recorded
    async with asyncio.timeout(PATIENCE):
        while (last := checkpoint_file.last(file)) is None or signed_by(last.note) != signers:
            await asyncio.sleep(0.05)


def signed_by(note: str) -> set[bytes]:
    lines = note.partition("\n\n")[2].splitlines()
    return {base64.b64decode(line.split(" ")[2])[:4] for line in lines}


async def test_a_control_plane_that_is_killed_leaves_both_doors_open(office: Fleet) -> None:
    browser, _ = await signed_in(office, "b")
    for dead in ("a", "b"):
        with no_control_plane(office[dead]):
            for node in ("a", "b", "c"):
                assert await status_at(office, browser, node) == 200
                await office.decides(node)
                newcomer, account = await signed_in(office, node)
                await let_in_by(office, newcomer, account.login, node)
        await office[dead].until(lambda status, parts: status == 200 and parts["control_plane"])
        await office.entries(Code.STARTED, at_least=3)
    for code in (Code.ACCESS, Code.DECISION_PERMIT):
        told = [one.request_id for one in await office.entries(code)]
        assert len(told) == len(set(told)), "whoever takes over records nothing twice"


async def test_a_control_plane_that_is_cut_off_from_the_database_leaves_its_envoy_to_the_other(
    office: Fleet, line: Line
) -> None:
    await listens(office["b"])  # it was away in the test before
    browser, account = await signed_in(office, "b")
    line.cut()
    await office["a"].brana("sessions", "revoke", "--user", account.login)
    await within(PATIENCE, office, browser, "b", 302)  # its gate hears of it from the other one
    await office.decides("b")
    newcomer, another = await signed_in(office, "b")
    await let_in_by(office, newcomer, another.login, "b")
    await refuses_a_change_without_a_try(office["b"], office, newcomer)
    line.heal()
    status, said = await office["b"].brana("fleet", "list")
    assert status == 0, said


async def refuses_a_change_without_a_try(node: Node, office: Fleet, browser: Visitor) -> None:
    """What cannot be recorded interrupts nobody who is let in by a grant."""
    text, seen = node.configuration.read_text("utf-8"), set[int]()
    node.configuration.write_text(text + notes_of(office), "utf-8")
    reloading = asyncio.create_task(node.brana("reload"))
    while not reloading.done():
        shown = await office.same(browser, node.name).get(url_of(office, "notes"), follow=False)
        seen.add(shown.status)
    status, said = await reloading
    node.configuration.write_text(text, "utf-8")
    assert (status, "reload_failed" in said, seen) == (1, True, {421}), said


async def test_a_node_that_joins_and_leaves_at_one_control_plane_does_so_at_the_other(office: Fleet) -> None:
    browser, _ = await signed_in(office, "c")
    status, said = await office["b"].brana("fleet", "leave", "c")
    assert status == 0, said
    await office["c"].until(lambda _, parts: not parts["not_alone"])
    await within(2, office, browser, "c", 503)  # its gate hears of it a moment later
    refused = await office.entries(Code.NODE_REFUSED, reason="node_revoked")
    assert refused[0].details["node"] == "c"
    await office.join("c")  # at the first of its peers, by a code of the same
    await office["c"].stop()
    await office["c"].serve()
    await office["c"].ready()
    with no_control_plane(office["a"]):
        await office.decides("c")
        assert await status_at(office, browser, "c") == 200
