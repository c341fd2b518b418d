"""A machine that joins, at the port of a control plane: what it takes home, and what it does not."""

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from aiohttp import web

from config.fleet import NodeName, Role, Service
from config.settings import Peer
from gateway.demo.slapd import free_port
from gateway.fleet import certificates
from gateway.fleet.door import Door
from gateway.fleet.invitation import CODE, Invitation
from gateway.fleet.joining import CannotJoin, ask_to_join, join_app
from gateway.fleet.register import Admitted, NotJoined
from tests.rig.fleet_papers import Papers, now

pytestmark = pytest.mark.real
B = (NodeName("b"), Role.EDGE)


@contextlib.asynccontextmanager
async def a_control_plane(papers: Papers, asked: list[tuple[str, str]]) -> AsyncIterator[Peer]:
    """One that gives everybody the certificate of edge `b`, whatever `asked` for, as one of an older version does."""
    _, issued = papers.node("b", Role.EDGE)
    own, _ = papers.node("a", Role.WHOLE)

    async def join(
        _code: bytes, _request: bytes, meant: tuple[str, str], _address: str, _at: datetime
    ) -> Admitted:
        asked.append(meant)
        return Admitted(*B, issued.pem, papers.authority)

    def refused(why: NotJoined, _address: str) -> None:
        raise AssertionError(why)

    runner = web.AppRunner(join_app(papers.authority, join, refused, now))
    await runner.setup()
    assert runner.server is not None
    port = free_port()
    door = Door((papers.file, own), {Service.JOIN: runner.server}, _nobody, lambda _: None, now)
    try:
        async with door.serving("127.0.0.1", port):
            yield Peer(name="a", address="127.0.0.1", port=port)
    finally:
        await runner.cleanup()


async def _nobody(_name: NodeName, _serial: str) -> None:
    return None


async def test_a_machine_says_what_it_is_to_be_and_takes_no_papers_of_another_node(tmp_path: Path) -> None:
    papers, asked = Papers(tmp_path), list[tuple[str, str]]()
    invitation = Invitation(bytes(CODE), certificates.fingerprint(papers.authority))
    request = certificates.request_of(certificates.new_key())
    async with a_control_plane(papers, asked) as peer:
        assert (await ask_to_join(peer, invitation, request, B)).name == "b"
        for meant in ((NodeName("c"), Role.EDGE), (NodeName("b"), Role.WHOLE)):
            with pytest.raises(CannotJoin, match=r"it was good for b \(edge\)"):
                await ask_to_join(peer, invitation, request, meant)
    assert asked == [B, ("c", "edge"), ("b", "whole")]
