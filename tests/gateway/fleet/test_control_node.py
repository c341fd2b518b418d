"""A node that decides and lets nobody in by itself, with an edge in front."""

import asyncio

import pytest

from gateway.audit.entry import Code, Outcome
from tests.rig.fleet_people import inhabited, records, signed_in
from tests.rig.product import READY_WITHIN

pytestmark = pytest.mark.real


async def test_people_come_in_at_the_edge_of_a_node_that_only_decides_and_nothing_is_taken_live_there(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with inhabited(tmp_path_factory.mktemp("f"), role="control") as office:
        browser, account = await signed_in(office, "b")
        shown = await browser.get(records(office))
        assert shown.status == 200
        (entry,) = await office.entries(request_id=shown.request_id)
        assert (entry.person, entry.details["node"]) == (account.login, "b")
        status, parts = office["a"].readiness()
        assert (status, "data_plane" in parts, parts["in_service"]) == (200, False, True)
        status, said = await office["a"].brana("reload")
        assert (status, "this is a fleet" in said) == (1, True), said
        (checked,) = await office.entries(Code.CONFIGURATION_CHECKED)
        assert (checked.outcome, checked.reason) == (Outcome.SUCCESS, "")
        assert await office.entries(Code.CONFIGURATION_REFUSED, at_least=0) == []

        told, edge = office["a"].log, office["b"]
        assert "node.applications_differ" not in told.read_text()
        await edge.stop()
        text = edge.configuration.read_text("utf-8")
        heading = '[applications.description]\ncs = "'
        edge.configuration.write_text(text.replace(heading, f"{heading}Jinak: ", 1), "utf-8")
        await edge.serve()
        async with asyncio.timeout(READY_WITHIN):
            while "node.applications_differ" not in told.read_text():
                await asyncio.sleep(0.05)
