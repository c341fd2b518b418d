"""A node that decides and lets nobody in by itself, with an edge in front."""

from pathlib import Path

import pytest

from tests.rig.fleet_people import inhabited, records, signed_in

pytestmark = pytest.mark.real


async def test_people_come_in_at_the_edge_of_a_node_that_only_decides(tmp_path: Path) -> None:
    async with inhabited(tmp_path, role="control") as office:
        browser, account = await signed_in(office, "b")
        shown = await browser.get(records(office))
        assert shown.status == 200
        (entry,) = await office.entries(request_id=shown.request_id)
        assert (entry.person, entry.details["node"]) == (account.login, "b")
        status, parts = office["a"].readiness()
        assert (status, "data_plane" in parts, parts["in_service"]) == (200, False, True)
