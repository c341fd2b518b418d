"""A running product whose disk fills up: nobody is let in without an entry, it says so, and opens again by itself."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.audit.entry import Code
from gateway.audit.headroom import FOR_DATABASE
from tests.rig.on_tiny_disk import OnTinyDisk, on_tiny_disk

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
LONG = {"Accept": "text/html", "User-Agent": "x" * 7_000}
"""So that lines take the room that is kept within seconds."""


@pytest_asyncio.fixture(params=["embedded", "postgres"], scope="module", loop_scope="module")
async def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[OnTinyDisk]:
    server = request.getfixturevalue("postgres") if request.param == "postgres" else None
    async with on_tiny_disk(tmp_path_factory.mktemp("d"), server) as made:
        yield made


async def test_nobody_is_let_in_without_an_entry_and_it_opens_by_itself(office: OnTinyDisk) -> None:
    product = office.product
    mayor, officer = product.visitor(), product.visitor()
    await mayor.sign_in(product.account("dvorak.petr"), office.address)
    await office.until_open(mayor)
    assert (await office.ready())[0] == 200

    office.fill(leave=FOR_DATABASE // 2 if office.database_is_here else 0)
    assert await office.until_closed(mayor, LONG) == "503 log_full"

    shown = await mayor.get(office.address, follow=False)
    assert "Brána teď nikoho nepouští" in shown.text
    assert (await product.visitor().get(product.addresses.portal, follow=False)).status == 503
    status, parts = await office.ready()
    assert (status, parts["log_room"], parts["data_plane"]) == (503, False, True)
    assert "brana_audit_log_full 1.0" in (await office.local("/metrics"))[1]
    assert '"event": "audit.room"' in product.log.read_text("utf-8")
    [closed] = await office.entries(Code.LOG_FULL)
    assert closed.reason == "log_full"
    [alert] = await office.entries(Code.ALERT_RAISED)
    assert alert.details["alert_rule"] == "log_full"
    shown = await officer.sign_in(product.account("kucera.martin"), product.addresses.admin)
    assert shown.status == 200, "officers see what is the matter"

    office.free()
    await office.until_open(mayor)
    [opened] = await office.entries(Code.LOG_ROOM_AGAIN)
    assert opened.details["refused_at_most"] >= 2
    assert (await office.ready())[0] == 200
    found = await office.recorded(office.sent)
    assert set(found) == set(office.sent)
    assert set(found.values()) == {1}
