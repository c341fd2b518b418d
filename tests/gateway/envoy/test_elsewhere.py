"""A real Envoy of a whole node: its own control plane first, another one over mutual TLS when that is away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from msgspec.structs import replace

from config.fleet import NodeName, Role, Service, authority_file, node_file
from config.settings import Fleet, Peer, Settings
from gateway.demo.slapd import free_port
from gateway.fleet.door import Door, Refused
from tests.rig.envoy import Plane, data_plane
from tests.rig.fleet_papers import Papers, now
from tests.rig.neighbours import DOMAIN, Neighbour

pytestmark = pytest.mark.real
LOGIN = f"login.{DOMAIN}"


class Other:
    """Another node's control plane."""

    def __init__(self) -> None:
        self.idp, self.decision = Neighbour(), Neighbour()
        self.refused: list[Refused] = []
        for one in (self.idp, self.decision):
            one.answer = lambda _: web.Response(text="elsewhere")

    def asked(self) -> list[str]:
        return [one.target for one in self.idp.requests]


@contextlib.asynccontextmanager
async def node(folder: Path, shows: str = "b") -> AsyncIterator[tuple[Plane, Other]]:
    """`shows`: whose certificate the other one has; Envoy is told that it is `b`."""
    papers, port, other = Papers(folder / "papers"), free_port(), Other()
    (folder / "fleet").mkdir()
    authority_file(folder).write_bytes(papers.authority)
    ours, issued = papers.node("a", Role.WHOLE)
    node_file(folder).write_bytes(ours.read_bytes())
    theirs, _ = papers.node(shows, Role.WHOLE)

    def configured(settings: Settings) -> Settings:
        peers = [Peer(name="b", address="127.0.0.1", port=port)]
        return replace(settings, fleet=Fleet(node="a", peers=peers))

    async def standing(name: NodeName, serial: str) -> Role | None:
        return Role.WHOLE if (name, serial) == ("a", issued.serial) else None

    servers = {
        Service.IDP: web.Server(other.idp.serve),
        Service.AUTHORIZE: web.Server(other.decision.serve),
    }
    door = Door((papers.file, theirs), dict(servers), standing, other.refused.append, now)
    async with door.serving("127.0.0.1", port), data_plane(folder, configured=configured) as plane:
        plane.idp.answer = plane.decision.answer = lambda _: web.Response(text="here")
        yield plane, other
    for server in servers.values():
        await server.shutdown(0.1)


async def test_the_control_plane_of_the_node_itself_is_asked_first(tmp_path: Path) -> None:
    async with node(tmp_path) as (plane, other):
        for _ in range(3):
            assert (await plane.ask(host=LOGIN)).body == b"here"
        assert other.asked() == []


async def test_no_request_fails_when_the_nodes_own_control_plane_is_away(tmp_path: Path) -> None:
    async with node(tmp_path) as (plane, other):
        assert (await plane.ask(host=LOGIN)).body == b"here"
        await plane.control_plane_dies()
        for _ in range(5):
            answer = await plane.ask(host=LOGIN)
            assert (answer.status, answer.body) == (200, b"elsewhere")
            assert (await plane.ask()).status == 200  # the other one decides
        assert len(other.asked()) == 5
        assert plane.application.requests != []


async def test_many_requests_at_once_go_on_to_another_control_plane(tmp_path: Path) -> None:
    async with node(tmp_path) as (plane, _):
        assert (await plane.ask()).status == 200
        await plane.control_plane_dies()
        answers = await asyncio.gather(
            *(plane.ask() for _ in range(40)), *(plane.ask(host=LOGIN) for _ in range(40))
        )
        assert {one.status for one in answers} == {200}


async def test_another_node_than_the_one_that_was_meant_is_asked_nothing(tmp_path: Path) -> None:
    async with node(tmp_path, shows="c") as (plane, other):
        await plane.control_plane_dies()
        assert (await plane.ask(host=LOGIN)).status == 503
        assert (await plane.ask()).status == 503
        assert (other.idp.requests, other.decision.requests) == ([], [])
