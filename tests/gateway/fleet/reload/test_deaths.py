"""A process dies in the middle of `brana reload` at a node: what was accepted decides."""

import asyncio
import shutil
from pathlib import Path

import psycopg
import pytest

from config.sources import ACCEPTED, Noting
from gateway.audit.entry import Code
from gateway.commands.change_at_node import change_at_node
from gateway.commands.fitness import checked
from gateway.demo.configuration import MAP
from gateway.storage.postgres.engine import WRITERS
from tests.rig.fleet import PATIENCE, Fleet
from tests.rig.fleet_editing import let_in, notes_of, permit_notes, reloaded, status_at, url_of
from tests.rig.fleet_people import signed_in
from tests.rig.no_control_plane import listens, no_control_plane
from tests.rig.postgres import Server

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
MISSED = "it was done before anybody looked"


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
        draft.unlink(missing_ok=True)  # of an attempt that was taken back
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
