"""Opening and closing tunnels, and keeping what they reach as the policies have it: no other place changes a tunnel.

Laws: what is permitted is recorded before it holds, what is refused holds before it is recorded; whatever may change a
verdict (`revoked`, `everything`, `devices`) has it decided anew at once, and time has it before a permission ends; a
tunnel whose session, device or time is over is closed; what is over is opened by no start again.
"""

import asyncio
import contextlib
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from config.drawn_name import drawn_name
from config.settings import TunnelTarget
from config.vocabulary import DeviceId
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.through_tunnel import Decided, Offering, decide
from gateway.authorize.tunnel_admitted import (
    admitted_by,
    entries_of,
    narrowed_to,
    why_in_vain,
    without_place,
)
from gateway.authorize.tunnel_bearers import Bearers
from gateway.authorize.tunnel_held import Devices, Held, NotOpened, Process, Rules, nothing_granted
from gateway.authorize.tunnel_last_answers import answered_until, answers_alone
from gateway.authorize.tunnel_of_whom import why_not_for, why_not_opened, why_over
from gateway.authorize.tunnel_pages import place_of, with_pages
from gateway.authorize.tunnel_peers import TunnelPeers
from gateway.authorize.tunnel_places import DevicePlaces
from gateway.authorize.tunnel_turns import AGAIN, SLEEP_MOST, Turns, due_at
from gateway.devices.device import Device
from gateway.sessions.session import Session
from gateway.sessions.store import SessionStore
from gateway.tunnel_sessions import records
from gateway.tunnel_sessions.connecting import Connections
from gateway.tunnel_sessions.ends import End, Ends
from gateway.tunnel_sessions.opened import Opened, TunnelId, Why
from gateway.tunnel_sessions.store import TunnelStore
from gateway.tunnels.addresses import PoolFull
from gateway.tunnels.keys import tunnel_key
from gateway.tunnels.line import TunnelAway
from gateway.tunnels.peers import Address
from gateway.tunnels.permits import Admitted, Target
from idp.events import Origin

TOLD_WITHIN = timedelta(days=1)  # by the tunnel's process, of what passed while no control plane was there
log = structlog.get_logger("tunnels")


class TunnelOffice:
    """One per control plane, used from its event loop."""

    def __init__(
        self,
        store: TunnelStore,
        process: Process,
        devices: Devices,
        sessions: Callable[[], SessionStore],
        snapshot: Callable[[], Snapshot],
        rules: Callable[[], Rules],
        clock: Callable[[], datetime],
        ends: Ends,
        taken_back: Callable[[DeviceId], Awaitable[object]] = nothing_granted,
    ) -> None:
        self._store, self._process, self._devices = store, process, devices
        self._sessions, self._snapshot, self._rules, self._clock = sessions, snapshot, rules, clock
        self._ends, self._taken_back = ends, taken_back
        """Takes back what was granted to a device, that by its tunnel too; before the end is kept."""
        self._held: dict[DeviceId, Held] = {}
        self._bearers = Bearers()
        self.places = DevicePlaces()
        self._peers = TunnelPeers(store, process, devices, self.places, clock)
        self._opening: defaultdict[DeviceId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._turns = Turns()
        self._offering = Offering()
        self.connections = Connections(
            store,
            self._bearers.within,
            self._target,
            lambda one, target: why_in_vain(self._held.get(one.device), one, target),
            clock,
        )

    # What may change a verdict.

    def revoked(self, ids: Collection[str]) -> None:
        self._turns.first(
            one for one in self._held.values() if one.session is None or one.session.revocation_id in ids
        )

    def everything(self) -> None:
        self._turns.in_turn(self._held.values())

    def changed(self, devices: Sequence[Device]) -> None:
        self._turns.first(one for each in devices if (one := self._held.get(each.id)) is not None)
        self._peers.changed([one for one in devices if one.id not in self._held])

    # What people and devices do.

    async def open(self, name: DeviceId, session: Session, origin: Origin, now: datetime) -> Opened:
        """Whoever has it open by now is closed out by it. Raises NotOpened."""
        known = self._devices.by_id(name) is not None  # of what is none no lock is kept
        async with self._opening[name] if known else contextlib.nullcontext():
            try:
                opened, held = await self._open(name, session, origin, now)
            except NotOpened as refused:
                entry = records.not_opened(name, session, refused.why, origin, now)
                await self._sessions().record(None, now, [entry])
                raise
        async with held.acting:
            try:
                await self._look(held, now)
            except BaseException:
                self._turns.first([held])
                raise
        return opened

    async def _open(
        self, name: DeviceId, session: Session, origin: Origin, now: datetime
    ) -> tuple[Opened, Held]:
        """Raises NotOpened."""
        opened = await self._opened(name, session, origin, now)
        before = self._held.get(name)
        async with contextlib.nullcontext() if before is None else before.acting:
            before = self._held.get(name)  # its end may have been what we waited for
            if before is not None and before.opened.subject != session.subject:
                before.admitted = Admitted(before.opened.key, before.opened.addresses, None)
                self._turns.first([before])  # it goes on, unless they have it in the end
                await self._peers.silence(before.admitted)
            await self._peers.replace(name, opened.key)
            if self._peers.taken(name, opened.key):
                raise NotOpened(Why.KEY_TAKEN)
            self._peers.has(name, opened.key)
            if before is not None:
                await self._taken_back(name)
            over = (before and before.ending) or (Why.OPENED_ANEW, origin)
            entries = [] if before is None else [records.closed(before.opened, over[0], now, over[1])]
            await self._store.open(opened, [*entries, records.opened(opened, origin)])
            held = self._hold(opened, self._clock())
            held.admitted = None if before is None or before.opened.key != opened.key else before.admitted
            if before is not None:
                await self._ends.forget(before.opened.id)
        return opened, held

    async def _opened(self, name: DeviceId, session: Session, origin: Origin, now: datetime) -> Opened:
        """Raises NotOpened."""
        device, rules = self._devices.by_id(name), self._rules()
        why = why_not_opened(device, session, self._peers.taken)
        if why is not None or device is None:
            raise NotOpened(why or Why.DEVICE_UNKNOWN)
        try:
            addresses = await self._store.addresses(name, rules.pools, now)
        except PoolFull as full:
            log.warning("tunnels.pool_full", cause=str(full))
            raise NotOpened(Why.NO_ADDRESS) from full
        return Opened(
            id=TunnelId(drawn_name()),
            device=name,
            key=tunnel_key(device.tunnel_key or ""),
            addresses=addresses,
            subject=session.subject,
            login=session.login,
            session=session.id,
            municipality=session.municipality,
            address=place_of(origin.address, rules.pools, self.whose),
            at=now,
            until=now + rules.longest,
            device_address=self.places.place(name, now),
        )

    async def asked(self, name: DeviceId, origin: Origin, now: datetime) -> None:
        """A device signed what it asked, and is where it asked from: what it reaches is decided by that."""
        placed = self.places.asked(name, origin.address, now, self._rules().pools)
        if not placed or (name not in self._held and name not in self._opening):
            return
        async with self._opening[name]:  # what is being opened is of a place that it may have left
            if (held := self._held.get(name)) is not None:
                async with held.acting:
                    await self._is_at(held, origin, now)

    async def _is_at(self, held: Held, origin: Origin, now: datetime) -> None:
        before, name = held.opened, held.opened.device
        if self._held.get(name) is not held or held.ending:
            return
        stays, unknown = before.place == origin.address, self.places.unknown(name, now)
        if held.unknown == unknown and (unknown or (stays and before.device_address is not None)):
            return
        if stays or self.places.moves(name, now):
            opened = replace(before, device_address=origin.address)
            told = [] if stays else [records.moved(opened, before, now, origin)]
            await self._store.moved(opened, told)
            held.opened = opened
            self._bearers.bore(opened)
        try:
            if held.opened.place != before.place:
                await self._taken_back(name)
            before = held.opened  # whatever fails from here on: where it was is over
            await self._look(held, now)
        except BaseException:
            held.opened = before  # the next question has what is left done again
            self._bearers.bore(before)
            self._turns.first([held])
            raise

    def open_ones(self) -> Sequence[Opened]:
        return [one.opened for one in self._held.values() if one.ending is None]

    async def close(self, name: DeviceId, why: Why, origin: Origin | None, now: datetime) -> bool:
        """False where none was open. What fails of it is tried again, and it is over all the same."""
        held = self._held.get(name)
        if held is None:
            return False
        async with held.acting:
            if self._held.get(name) is not held:
                return False
            try:
                return await self._close(held, why, now, origin)
            except BaseException:
                self._turns.first([held])
                raise

    def of(self, name: DeviceId) -> tuple[Opened, Decided | None] | None:
        """What is open for a device, and what was decided last."""
        held = self._held.get(name)
        return None if held is None or held.ending else (held.opened, held.decided)

    def whose(self, address: Address) -> Held | None:
        """The one that is open of the device which has that address."""
        last = self._bearers.last(address)
        held = None if last is None else self._held.get(last.device)
        return held if held is not None and held.opened is last and not held.ending else None

    def had(self, address: Address) -> Opened | None:
        """The tunnel with that address by now, also while it is being closed; of whichever thread."""
        last = self._bearers.last(address)
        held = None if last is None else self._held.get(last.device)
        return last if held is not None and held.opened is last else None

    def target_named(self, name: str) -> TunnelTarget | None:
        return self._rules().targets.by_id.get(name)

    def may_open(self, device: Device, session: Session) -> Why | None:
        return why_not_opened(device, session, self._peers.taken)

    # What goes on by itself.

    async def take_up(self) -> Sequence[Admitted]:
        """What was open when we were last at work, decided anew; what is to hold at first."""
        self._held.clear()
        await self.connections.begin()
        for one in (*self.connections.whose(), *await self._store.closed_since(self._clock() - TOLD_WITHIN)):
            self._bearers.bore(one)
        for name in await self._store.with_addresses():
            if (device := self._devices.by_id(name)) is None or device.gone:
                await self._store.release(name, self._clock())
        ended = dict(self._ends.read())
        for opened in await self._store.open_ones():
            self.places.taken_up(opened, self._clock())
            held = self._hold(opened, opened.at)
            if (end := ended.pop(opened.id, None)) is not None:
                held.ending = end.ending
            await self._look_at(held)
        for known in ended:
            await self._ends.forget(known)
        return [one.admitted for one in self._held.values() if one.admitted is not None]

    async def keep(self) -> None:
        """Decide anew whatever is due, until it is cancelled."""
        while True:
            self._turns.heard()
            now = self._clock()
            due = deque(one for one in self._held.values() if self._due_at(one, now) <= now)
            while some := self._turns.some(due):
                await asyncio.gather(*(self._look_at(one) for one in some))
            now = self._clock()
            next_at = min((self._due_at(one, now) for one in self._held.values()), default=None)
            await self._turns.wait(SLEEP_MOST if next_at is None else (next_at - now).total_seconds())

    def _due_at(self, held: Held, now: datetime) -> datetime:
        lifetime = self._snapshot().grant_lifetime
        return due_at(held, self.places.silent_at(held.opened.device), lifetime, now)

    async def _look_at(self, held: Held) -> None:
        """What fails of one is tried again and ends no other; meanwhile what it may ends by its time."""
        async with held.acting:
            if self._held.get(held.opened.device) is not held:
                return
            held.not_before = None
            try:
                await self._look(held, self._clock())
            except Exception as error:  # noqa: BLE001 - a database that is away, or a defect of ours
                held.doubtful, held.not_before = True, self._clock() + AGAIN
                log.warning("tunnels.not_decided", device=held.opened.device, cause=repr(error))

    async def _look(self, held: Held, now: datetime) -> None:
        held.doubtful = False
        opened, device = held.opened, self._devices.by_id(held.opened.device)
        if (why := held.ending[0] if held.ending else why_over(opened, device, now)) is not None:
            await self._close(held, why, now)
            return
        assert device is not None
        sessions = self._sessions()
        (held.session,) = await sessions.by_ids([opened.session]) or (None,)
        rules = self._rules()
        decided = decide(
            opened,
            held.session,
            device,
            rules.targets.by_id.values(),
            self._offering(self._snapshot(), rules.targets),
            now,
        )
        unknown = self.places.unknown(opened.device, now)
        version = self._snapshot().policies.version
        held.decided = decided if unknown is None else without_place(decided, unknown, rules.targets, version)
        if decided.over is not None or held.session is None:
            await self._close(held, Why.SESSION_OVER, now)
            return
        if (why := why_not_for(held.session, device)) is not None:  # handed over, or the roles changed
            await self._close(held, why, now)
            return
        wanted = admitted_by(opened, held.decided, rules.targets)
        if unknown is None:
            wanted = with_pages(wanted, held, rules.pages, self._snapshot(), now)
        if held.admitted is not None and (narrowed := narrowed_to(held.admitted, wanted)) != held.admitted:
            await self._admit(held, narrowed)
        seen = opened.session if self.connections.through(opened.addresses) else None
        entries = list(entries_of(opened, held.told, decided, rules.targets, now))
        if unknown != held.unknown:
            known = records.place_known(opened, now)
            entries.append(known if unknown is None else records.place_unknown(opened, unknown, now))
        if entries or seen is not None:  # connections are activity, as open streams are
            await sessions.record(seen, now, entries)
        held.told, held.unknown = decided, unknown
        if wanted != held.admitted:
            await self._admit(held, wanted)

    async def _close(self, held: Held, why: Why, now: datetime, origin: Origin | None = None) -> bool:
        opened, held.ending = held.opened, held.ending or (why, origin)
        why, origin = held.ending
        device = self._devices.by_id(opened.device)
        if (until := answered_until(held, device, now)) is not None:
            await self._answer(held, until)
            return False
        if device is None or device.gone or why is Why.KEY_CHANGED:
            await self._peers.forget({opened.device: opened.key})
        else:
            await self._admit(held, Admitted(opened.key, opened.addresses, None))
        try:
            await self._take_back(held)
            entry = records.closed(opened, why, now, origin)
            closed = await self._store.close(opened.id, why, now, [entry])
        except BaseException:
            await self._ends.keep(End.of(opened.id, why, origin))
            raise
        await self._ends.forget(opened.id)
        if self._held.get(opened.device) is held:
            del self._held[opened.device]
        return closed

    async def _answer(self, held: Held, until: datetime) -> None:
        """The end is kept when that moment is over."""
        if held.answers_until is None and held.admitted is not None:
            held.answers_until = until
            await self._admit(held, answers_alone(held.admitted, until))
            await self._take_back(held)
        held.doubtful, held.not_before = True, until

    async def _take_back(self, held: Held) -> None:
        if not held.taken_back:
            await self._taken_back(held.opened.device)  # nothing new is granted by it since it is `ending`
            held.taken_back = True

    async def _admit(self, held: Held, one: Admitted) -> None:
        """Where the process is away it is told all of it when it is back, and nothing is renewed until then."""
        held.admitted = one
        with contextlib.suppress(TunnelAway):
            await self._process.admit(one)

    def _hold(self, opened: Opened, since: datetime) -> Held:
        held = self._held[opened.device] = Held(opened)
        self._peers.has(opened.device, opened.key)
        self.places.begins(opened.device)
        self._bearers.bears(opened, since)
        self._turns.news()
        return held

    def _target(self, place: Target) -> TunnelTarget | None:
        return self._rules().targets.by_place.get(place)
