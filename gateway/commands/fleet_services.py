"""What the control plane of a fleet's node answers to the others, and the port where it does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from sqlalchemy import Connection

from config.fleet import ALIVE_HOST, NodeName, Service, authority_file, node_file
from config.settings import Fleet
from gateway import __version__
from gateway.audit.entry import Entry
from gateway.audit.sparing import Sparing, told
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from gateway.envoy.elsewhere import ALIVE_PATH
from gateway.fleet import papers, register
from gateway.fleet.alike import Alike
from gateway.fleet.board import Board
from gateway.fleet.door import Door, Refused, node_of
from gateway.fleet.joining import join_app
from gateway.fleet.known_nodes import KEPT_EVERY, Heard, lacking
from gateway.fleet.node_service import node_app, renewal_routes
from gateway.fleet.register import NotJoined
from gateway.storage.audit_requests import append_once, with_entry
from gateway.storage.audit_spool import SpoolPlaces
from gateway.storage.fleet_nodes import FleetNodes

log = structlog.get_logger("fleet")
REFUSALS, IN = 60, timedelta(minutes=1)  # entries of strangers at the door; of the rest the number
SWEEP_EVERY = 1.0  # seconds
SHUTTING = 1.0  # seconds

Protocols = Mapping[Service, Callable[[], asyncio.Protocol]]


def alive(works: Callable[[], bool]) -> Middleware:
    """Answers Envoy's question whether a service works, before anything else looks at it."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        return asked_alive(request, works) or await handler(request)

    return answer


def asked_alive(request: web.BaseRequest, works: Callable[[], bool]) -> web.Response | None:
    """The answer, where that is the question."""
    if request.path != ALIVE_PATH or request.host != ALIVE_HOST:
        return None
    return web.Response(status=200 if works() else 503)


def services_for_nodes(plane: ControlPlane, fleet: Fleet, board: Board) -> web.Application:
    """What the process of a node asks: news for its gate, its access log, renewal."""
    state, here = plane.state, NodeName(fleet.node)

    def who(request: web.Request) -> NodeName:
        return node_of(request.transport, here)

    async def recorded(ids: Any) -> Any:
        return await state.database.read(
            lambda connection: with_entry(connection, list(ids), state.log_known)
        )

    async def record(entries: Sequence[Entry]) -> None:
        await state.database.write(lambda connection: append_once(connection, entries, state.log_known))

    app = node_app(
        who,
        board,
        Alike(lambda: plane.applications, __version__),
        lambda node: SpoolPlaces(state.database, lambda: plane.state.activity, node),
        plane.holders,
        recorded,
        record,
        now,
    )
    app.add_routes(renewal_routes(who, state.register, now))
    app.middlewares.append(_cut_off(lambda: plane.catching_up or not state.database.answers()))
    return app


def _cut_off(doubts: Callable[[], bool]) -> Middleware:
    """Cut off from a shared database nobody knows what was revoked or published meanwhile; another control plane may.

    A question for news waits; that there were none is worth nothing where it was cut off while it waited.
    """

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        if doubts():
            return web.Response(status=503)
        given = await handler(request)
        return web.Response(status=503) if given.status == 304 and doubts() else given

    return answer


class Watchman:
    """Records what is refused at the door, so much of it as a log can bear."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane, self._sparing = plane, Sparing(REFUSALS, IN)
        self._writing: set[asyncio.Task[None]] = set()

    def refused(self, what: Refused) -> None:
        self._record(what.reason, what.node, what.service, what.address)

    def not_joined(self, why: NotJoined, address: str) -> None:
        self._record(why, "", Service.JOIN, address)

    def _record(self, reason: str, node: str, service: str, address: str) -> None:
        moment = now()
        left_out = self._sparing.take(moment)
        if left_out is None:
            return
        facts = {"node": node, "service": service, "address": address, **told(left_out)}
        log.warning("node.refused", reason=reason, **facts)
        entry = register.refused(
            moment, reason, node=node, service=service, address=address, left_out=left_out
        )
        task = asyncio.ensure_future(self._plane.state.record([entry]))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)


@contextlib.asynccontextmanager
async def door(plane: ControlPlane, fleet: Fleet, services: Protocols) -> AsyncIterator[Door]:
    """The port answers while the block runs."""
    state, watchman = plane.state, Watchman(plane)
    directory = plane.settings.state.directory
    files = (authority_file(directory), node_file(directory))
    entry = web.AppRunner(
        join_app(files[0].read_bytes(), state.register.join, watchman.not_joined, now),
        access_log=None,
        shutdown_timeout=SHUTTING,
    )
    await entry.setup()
    assert entry.server is not None
    made = Door(
        files, {**services, Service.JOIN: entry.server}, state.register.standing, watchman.refused, now
    )
    try:
        async with made.serving(fleet.address, fleet.port):
            yield made
    finally:
        await entry.cleanup()


async def keep_door(plane: ControlPlane, opened: Door, board: Board) -> None:
    """Who left is out within a second; a renewed certificate is shown from then on."""
    while True:
        await look_at_nodes(plane, opened, board)
        await asyncio.sleep(SWEEP_EVERY)


async def look_at_nodes(plane: ControlPlane, opened: Door, board: Board) -> None:
    """Raises DatabaseUnusable."""
    opened.reload()
    membership = await plane.state.register.membership()
    opened.sweep(membership.believed)
    board.publish_left(membership.left)


async def keep_heard(plane: ControlPlane, board: Board) -> None:
    """What is heard here of nodes, every control plane can show. Raises DatabaseUnusable."""
    fleet = plane.settings.fleet
    assert fleet is not None
    while True:
        await asyncio.sleep(KEPT_EVERY.total_seconds())
        if not fleet.lets_in:  # no process of the node is here that would ask
            board.hearing.note(NodeName(fleet.node), Heard(now(), __version__, lacking(plane.ready())))
        if news := board.hearing.take():
            await plane.state.database.write(partial(_keep_heard, news))


def _keep_heard(news: Mapping[NodeName, Heard], connection: Connection) -> None:
    FleetNodes(connection).keep_heard(news)


async def renew(plane: ControlPlane) -> None:
    """Where a control plane runs, it gives its own node another certificate before the old one ends."""
    fleet, state = plane.settings.fleet, plane.state
    assert fleet is not None
    node = NodeName(fleet.node)
    while True:
        await papers.renew_where_due(
            plane.settings.state.directory, lambda request: state.register.renew(node, request, now()), now()
        )
        await asyncio.sleep(papers.RENEW_EVERY)
