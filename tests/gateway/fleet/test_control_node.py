"""A node that decides and lets nobody in by itself, with an edge in front."""

import pytest

from gateway.audit.entry import Code, Outcome
from tests.rig.fleet_people import inhabited, records, signed_in

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
