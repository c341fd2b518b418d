"""What a control plane answers to a node's own process: news for its gate, its access log, another certificate."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence, Sized
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec
from aiohttp import web

from config.fleet import NodeName
from config.vocabulary import SessionId
from gateway.audit.access import Holder
from gateway.audit.acts import OPERATOR
from gateway.audit.entry import Code, Entry
from gateway.audit.ingest import PlaceLost, SpoolStore
from gateway.audit.neutral import neutral
from gateway.audit.read_ahead import Holders
from gateway.fleet.alike import Alike
from gateway.fleet.board import Board
from gateway.fleet.certificates import RequestUnusable
from gateway.fleet.known_nodes import Heard
from gateway.fleet.words import Certificate, Had, Ids, Moved, Places, Request, Told

LARGEST = 4 * 2**20  # bytes: a batch of the access log is far below
MOST = (
    1_000  # entries, sessions or ids in a message: a node says 250, and whoever else writes waits meanwhile
)
LONGEST = 32_768  # bytes of an entry: what a node says of a request or a reload is far below
OF_PEOPLE = frozenset({Code.ACCESS, Code.ACCESS_CUT_OFF})
"""Done by whoever has the session of which the entry is; no other is of one."""
OF_OPERATORS = frozenset({Code.CONFIGURATION_RELOADED, Code.CONFIGURATION_REFUSED})
"""Done by an operator of that machine, whom its kernel alone knows."""
MAY_TELL = frozenset(
    {
        *OF_PEOPLE,
        Code.ACCESS_SPOOL_DAMAGED,
        *(Code.DATA_PLANE_STARTED, Code.DATA_PLANE_DIED, Code.PROCESS_HUNG),
        *(Code.LOG_FULL, Code.LOG_ROOM_AGAIN),
        *(Code.CERTIFICATE_REPLACED, Code.CERTIFICATE_REFUSED),
        *OF_OPERATORS,
    }
)
"""What a node sees by itself. Nothing else is believed from it."""
OPERATORS_NAME = 128  # characters
WORD, LACKS = 32, 16  # characters of a version or part, and parts that lack: more is nobody's
TOLD = "told"  # behind a node's name: places of entries that are no file's
WhoAsks = Callable[[web.Request], NodeName]
T = TypeVar("T", bound=msgspec.Struct)


class Renewal(Protocol):
    async def renew(self, name: NodeName, request: bytes, now: datetime) -> bytes | None: ...


def node_app(
    who: WhoAsks,
    board: Board,
    alike: Alike,
    spool_of: Callable[[NodeName], SpoolStore],
    holders: Holders,
    recorded: Callable[[Collection[str]], Awaitable[Collection[str]]],
    record: Callable[[Sequence[Entry]], Awaitable[None]],
    now: Callable[[], datetime],
) -> web.Application:
    """`spool_of`: places of a node's own files."""
    turns: defaultdict[NodeName, asyncio.Lock] = defaultdict(
        asyncio.Lock
    )  # one of a node's messages at a time

    async def known(request: web.Request) -> web.Response:
        had = await _read(request, Had)
        node = who(request)
        alike.hear(node, had, now())
        board.hearing.note(node, _heard(had, now()))
        news = await board.news(node, had.version)
        return web.Response(status=304) if news is None else _said(news)

    async def goes_on(request: web.Request) -> web.Response:
        board.goes_on(who(request))
        return web.Response(status=204)

    async def places(request: web.Request) -> web.Response:
        return _said(Places(places=dict(await spool_of(who(request)).places())))

    async def moved(request: web.Request) -> web.Response:
        said = await _read(request, Moved)
        node = who(request)
        _require_few(said.entries, said.seen)
        seen = {SessionId(one): at for one, at in said.seen.items()}
        async with turns[node]:
            entries = await _completed(node, said.entries, holders)
            try:
                await spool_of(_whose(node, said)).move(said.before, said.after, entries, seen)
            except PlaceLost:
                return web.Response(status=409)
        return web.Response(status=204)

    async def told(request: web.Request) -> web.Response:
        said = await _read(request, Told)
        node = who(request)
        _require_few(said.entries)
        async with turns[node]:
            await record(await _completed(node, said.entries, holders))
        return web.Response(status=204)

    async def which(request: web.Request) -> web.Response:
        asked = await _read(request, Ids)
        _require_few(asked.ids)
        return _said(Ids(ids=sorted(await recorded(asked.ids))))

    app = web.Application(client_max_size=LARGEST)
    app.add_routes(
        [
            web.post("/known", known),
            web.post("/goes-on", goes_on),
            web.post("/places", places),
            web.post("/moved", moved),
            web.post("/told", told),
            web.post("/recorded", which),
        ]
    )
    return app


def renewal_routes(who: WhoAsks, register: Renewal, now: Callable[[], datetime]) -> list[web.RouteDef]:
    async def renew(request: web.Request) -> web.Response:
        said = await _read(request, Request)
        try:
            made = await register.renew(who(request), said.request.encode(), now())
        except RequestUnusable as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        if made is None:
            raise web.HTTPForbidden
        return _said(Certificate(certificate=made.decode()))

    return [web.post("/renew", renew)]


def _heard(had: Had, now: datetime) -> Heard:
    lacks = tuple(neutral(one, WORD) for one in had.lacks[:LACKS])
    return Heard(now, neutral(had.release, WORD), lacks, had.answered, had.carried)


def _require_few(*said: Sized) -> None:
    if any(len(one) > MOST for one in said):
        raise web.HTTPRequestEntityTooLarge(max_size=MOST, actual_size=max(map(len, said)))


async def _completed(node: NodeName, entries: Sequence[Entry], holders: Holders) -> list[Entry]:
    """Whose the sessions are is what we know, not what a node says. Each entry names the node that told it."""
    if any(one.code not in MAY_TELL or (one.session and one.code not in OF_PEOPLE) for one in entries):
        raise web.HTTPForbidden
    if any(len(msgspec.json.encode(one)) > LONGEST for one in entries):
        raise web.HTTPRequestEntityTooLarge(max_size=LONGEST, actual_size=LARGEST)
    known = await holders({SessionId(one.session) for one in entries if one.session})
    return [_complete(node, one, known) for one in entries]


def _complete(node: NodeName, entry: Entry, known: Mapping[SessionId, Holder]) -> Entry:
    holder = known.get(SessionId(entry.session)) if entry.session else None
    whose: dict[str, Any] = {"subject": "", "person": "", "own_municipality": ""}
    if holder is not None:
        whose = {
            "subject": holder.subject,
            "person": holder.person,
            "own_municipality": holder.own_municipality,
        }
    elif entry.code in OF_OPERATORS and entry.subject.startswith(OPERATOR):
        name = neutral(entry.subject, OPERATORS_NAME)
        whose |= {"subject": name, "person": name}
    elif not entry.session:
        whose["subject"] = "system" if entry.code is not Code.ACCESS else ""
    return replace(entry, **whose, details=entry.details | {"node": node})


def _whose(node: NodeName, said: Moved) -> NodeName:
    return NodeName(f"{node}/{TOLD}") if said.apart else node


async def _read(request: web.Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.MsgspecError as error:
        raise web.HTTPBadRequest(text=str(error)) from error


def _said(answer: msgspec.Struct) -> web.Response:
    return web.Response(body=msgspec.json.encode(answer), content_type="application/json")
