"""A node that decides and lets nobody in by itself, with an edge in front."""

import asyncio

import pytest

from gateway.audit.entry import Code, Outcome
from gateway.commands.state import now
from gateway.envoy.notices import FOLDER, Notice, leave
from tests.rig import fleet_policies
from tests.rig.fleet_people import inhabited, records, signed_in
from tests.rig.product import READY_WITHIN

pytestmark = pytest.mark.real
MOMENT = 1.0  # seconds


async def test_people_come_in_at_the_edge_of_a_node_that_only_decides_and_what_changes_is_taken_live_there(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("f")
    own = fleet_policies.of_its_own(folder)
    async with inhabited(folder, role="control", configured=own) as office:
        browser, account = await signed_in(office, "b")
        shown = await browser.get(records(office))
        assert shown.status == 200
        (entry,) = await office.entries(request_id=shown.request_id)
        assert (entry.person, entry.details["node"]) == (account.login, "b")
        status, parts = office["a"].readiness()
        assert (status, "data_plane" in parts, parts["in_service"]) == (200, False, True)
        node = office["a"]
        status, said = await node.brana("reload")
        assert (status, said) == (0, "nothing has changed since the last reload or start\n")
        text = node.configuration.read_text("utf-8")
        node.configuration.write_text(text.replace("Technologické centrum", "Středisko"), "utf-8")
        status, said = await node.brana("reload")
        assert (status, "settings changed: office.name" in said) == (0, True), said
        assert "Středisko" in (await browser.get(office.product.addresses.portal)).text
        (reloaded,) = await office.entries(Code.CONFIGURATION_RELOADED)
        assert (reloaded.outcome, reloaded.details["node"]) == (Outcome.SUCCESS, "a")
        node.configuration.write_text(text, "utf-8")
        fleet_policies.close(node, "records")
        version = await fleet_policies.reloaded(node)
        assert "Středisko" not in (await browser.get(office.product.addresses.portal)).text
        async with asyncio.timeout(MOMENT):
            while (await browser.get(records(office), follow=False)).status != 403:
                await asyncio.sleep(0.01)
        fleet_policies.as_at_first(node)
        status, said = await node.brana("policy", "replace", version)
        assert status == 0, said
        assert (await browser.get(records(office), follow=False)).status == 200

        for name in "ab":  # what either supervisor saw is recorded, without an Envoy too
            seen = Notice(what="hung", at=now(), spool="", status=0, process=7, part=name, silent=30)
            leave(office[name].state / "run" / FOLDER, seen)
        hung = await office.entries(Code.PROCESS_HUNG, at_least=2)
        assert {(one.details["part"], one.details.get("node")) for one in hung} == {("a", None), ("b", "b")}

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
