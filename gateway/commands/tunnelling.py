"""Tunnels in the running product: who opened them, what they reach, and the line to the process that keeps them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from ipaddress import ip_network

import structlog

from agents.protocol.messages import Standing as DeviceStanding
from agents.protocol.tunnel import TunnelGiven
from config.settings import Tunnels
from config.vocabulary import DeviceId, SessionId
from gateway.audit.entry import Entry
from gateway.authorize.tunnel_given import Place, given
from gateway.authorize.tunnel_held import Rules
from gateway.authorize.tunnel_office import TunnelOffice
from gateway.authorize.tunnel_pages import domains_of
from gateway.authorize.tunnel_places import Record, look
from gateway.commands.control_plane import ControlPlane
from gateway.commands.repeating import Round
from gateway.commands.state import now
from gateway.devices.device import Device
from gateway.devices.reception import Reception
from gateway.devices.store import Beside, Stepped
from gateway.sessions.session import Session
from gateway.storage.audit import ledger
from gateway.storage.tunnel_ends import NAME, EndsInFile
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnel_sessions.pages import Pages
from gateway.tunnel_sessions.records import placed
from gateway.tunnel_sessions.targets import Targets
from gateway.tunnels.connections import Began, Happened
from gateway.tunnels.line import Line, TunnelAway
from gateway.tunnels.peers import Address
from gateway.tunnels.refusals import Refused
from gateway.tunnels.words import FOLDER, SOCKET, Standing
from gateway.web.agents import Said
from gateway.web.desk import Page
from gateway.web.portal.tunnel import TunnelPages
from idp.events import Origin

LOOK_EVERY = 10.0  # seconds, at where packets of tunnels come from
log = structlog.get_logger("tunnels")


def rules_of(tunnels: Tunnels, pages: Pages) -> Rules:
    pools = (tunnels.pool_ipv4, tunnels.pool_ipv6)
    return Rules(
        targets=Targets.of(tunnels.targets, tunnels.domains),
        pools=[ip_network(one) for one in pools if one is not None],
        longest=tunnels.longest,
        pages=pages,
    )


def tunnels_of(plane: ControlPlane) -> list[Round]:
    """What keeps them; nothing where the configuration has none. The office of them is in the plane from here on."""
    tunnels = plane.settings.tunnels
    if tunnels is None:
        return []
    wired = _Wired(plane, tunnels)
    plane.tunnels = (wired.office, wired.line)
    plane.streams.heard_by(wired.office)
    plane.devices.subscribe(wired.office.changed)
    ledger.placed = partial(placed, whose=wired.had)
    return [partial(_keep, wired)]


def tunnel_pages(plane: ControlPlane) -> list[Page]:
    """Of people, at the portal; none where there are no tunnels."""
    if plane.tunnels is None:
        return []
    office, line = plane.tunnels

    async def session(sid: SessionId) -> Session | None:
        return next(iter(await plane.state.sessions.by_ids([sid])), None)

    return [
        *TunnelPages(
            plane.desk,
            office,
            plane.devices.all,
            session,
            office.target_named,
            lambda: line.stands,
        ).pages()
    ]


def tunnel_asked(plane: ControlPlane, reception: Reception) -> Said | None:
    """Answers a device that asks of its tunnel; None where there are no tunnels."""
    tunnels = plane.settings.tunnels
    if plane.tunnels is None or tunnels is None:
        return None
    office, line = plane.tunnels
    support = plane.settings.office.support

    def place(pages: Collection[str]) -> Place:
        """A reload may have brought other domains."""
        now = plane.settings.tunnels or tunnels
        return Place(
            tunnels=now,
            portal=plane.addresses.portal,
            support=support,
            resolves=line.resolves,
            pages=pages if line.pages else (),
        )

    async def answer(token: str, origin: Origin, moment: datetime) -> TunnelGiven:
        said, device = await reception.asked(token, origin, moment)
        if said.up:
            await office.asked(device.id, origin, moment)
        else:
            await office.close(device.id, Why.CLOSED_BY_DEVICE, origin, moment)
        found = office.of(device.id)
        closed = Why.TWO_PLACES if office.places.doubted(device.id) else None
        if device.standing is not DeviceStanding.ACTIVE:
            found, closed = None, Why.DEVICE_NOT_IN_USE
        elif found is not None and found[0].key != device.tunnel_key:
            found, closed = None, Why.KEY_CHANGED
        key = line.gateway_key if line.stands else None
        pages = frozenset() if found is None else domains_of(found[0], office.whose)
        return given(found, closed, key, office.target_named, place(pages), device.nonce)

    return answer


class _Wired:
    """The office and the line need each other."""

    def __init__(self, plane: ControlPlane, tunnels: Tunnels) -> None:
        self._plane = plane
        self._rules = (
            plane.settings,
            rules_of(tunnels, Pages.of(plane.settings, plane.state.district)),
        )
        socket = plane.settings.state.directory / FOLDER / SOCKET
        self.line = Line(
            socket, self._recorded, self._hear, lambda what: log.warning("tunnels.process", cause=what)
        )
        self.office = TunnelOffice(
            plane.state.tunnels,
            self.line,
            plane.devices,
            lambda: plane.state.sessions,
            lambda: plane.snapshot,
            self.rules,
            now,
            EndsInFile(plane.settings.state.directory / NAME),
            self._taken_back,
        )

    async def _taken_back(self, name: DeviceId) -> None:
        """What is bound to the device as it is now."""
        if self._plane.devices.by_id(name) is None:
            return
        done = await self._plane.state.devices.change(name, _as_it_is)
        self._plane.devices.put(done.device)

    def had(self, address: Address) -> Opened | None:
        """For the log, of whichever thread. While the process is away nothing says that only the tunnel bears it."""
        return self.office.had(address) if self.line.stands else None

    def rules(self) -> Rules:
        """Of the settings in force; a reload may have brought others."""
        settings = self._plane.settings
        if settings.tunnels is not None and settings is not self._rules[0]:
            pages = Pages.of(settings, self._plane.state.district)
            self._rules = (settings, rules_of(settings.tunnels, pages))
        return self._rules[1]

    def closes(self) -> bool:
        """Packets from elsewhere close a tunnel."""
        tunnels = self._plane.settings.tunnels
        return tunnels is None or tunnels.two_places == "close"

    async def record(self, entries: Sequence[Entry]) -> None:
        await self._plane.state.sessions.record(None, now(), entries)

    async def _recorded(self) -> Sequence[Began]:
        return await self.office.connections.recorded()

    async def _hear(self, news: Sequence[Happened | Refused]) -> None:
        await self.office.connections.hear(news)


def _as_it_is(device: Device | None, _: Beside) -> Stepped:
    assert device is not None
    return Stepped(replace(device, generation=device.generation + 1), [])


async def _keep(wired: _Wired) -> None:
    admitted = await wired.office.take_up()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(wired.line.keep(admitted))
        tasks.create_task(wired.office.keep())
        tasks.create_task(watch(wired.office, wired.line.standing, wired.record, wired.closes))


async def watch(
    office: TunnelOffice,
    standing: Callable[[], Awaitable[Standing]],
    record: Record,
    closes: Callable[[], bool],
) -> None:
    """Where packets of tunnels come from, until it is cancelled."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        if not office.open_ones() and not office.places.unrecorded:
            continue
        try:
            peers = (await standing()).peers
            await look(office, peers, record, now(), closes=closes())
        except TunnelAway:
            continue  # the line has said so
        except Exception as error:  # noqa: BLE001 - a database that is away: the next look sees the same again
            log.warning("tunnels.not_looked_at", cause=repr(error))
