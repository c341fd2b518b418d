"""Where packets of tunnels come from is looked at again and again, whatever fails of it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.audit.entry import Code
from gateway.commands import tunnelling
from gateway.commands.state import now
from gateway.tunnel_sessions.opened import Why
from gateway.tunnels.line import TunnelAway
from gateway.tunnels.words import Peer, Standing
from idp.events import Origin
from tests.rig.tunnel_world import ORIGIN, Told, World, world

HOME, ABROAD = ORIGIN.address, "198.51.100.9"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, Told()) as made:
        made.now = now()
        yield made


async def test_it_goes_on_after_what_failed_and_closes_what_is_not_believed(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tunnelling, "LOOK_EVERY", 0.01)
    one = await office.office.open(office.device().id, await office.signed_in(), ORIGIN, now())
    await office.office.asked(one.device, Origin(address=HOME, request_id="r"), now())
    answers = iter(
        [
            TunnelAway("it is away"),
            OSError("a database that is away"),
            *(ABROAD, HOME, ABROAD, HOME, ABROAD),
        ]
    )

    async def standing() -> Standing:
        answer = next(answers, HOME)
        if isinstance(answer, Exception):
            raise answer
        peer = Peer(key=one.key, handshake=now(), received=1, sent=1, address=answer)
        return Standing(number=1, key="", port=51820, kernel=False, peers=[peer])

    async def record(entries) -> None:
        if office.office.open_ones():
            raise OSError("a database that is away")
        await office.store.record(None, now(), entries)

    task = asyncio.create_task(tunnelling.watch(office.office, standing, record, lambda: True))
    async with asyncio.timeout(5):
        while not office.of(Code.TUNNEL_TWO_PLACES):
            assert not task.done()
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert office.of(Code.TUNNEL_CLOSED)[0].reason == Why.TWO_PLACES
    assert len(office.of(Code.TUNNEL_TWO_PLACES)) == 1
