"""One tunnel of this machine: who is in it and what they reach, brought to hold at the three places that know of it.

Those are the device of WireGuard (who), the filter of packets (what), the table of connections (what goes on). Laws:

- whatever is taken is tried to be taken at all three, also where one of them fails;
- after a failure nothing is believed of what holds: the next act says the whole again;
- whoever's state does not change is not named anywhere;
- whoever gives up in the middle of an act waits for what is under way: the next one finds nobody at the filter.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from gateway.tunnels import rules
from gateway.tunnels.addresses import of_a_device
from gateway.tunnels.chains import VERSIONS
from gateway.tunnels.connections import Flow
from gateway.tunnels.keys import TunnelKey
from gateway.tunnels.peers import SUSPENDED, Address, AddressOfTwo, Allowed, changes, only
from gateway.tunnels.permits import Admitted, Permit, Target, allowed, awake, ruled
from gateway.tunnels.plan import Plan
from gateway.tunnels.refusals import Refusals, Refused, forgotten
from gateway.tunnels.seen import Device, Seen

LEASE = timedelta(seconds=90)
"""How long a device speaks on without a control plane that renews it."""

MANY = 100  # to forget; of more it is looked first which there are: each asks about the whole table

Result = TypeVar("Result")


class Filter(Protocol):
    """Implemented by `gateway.tunnels.nftables.Nftables`. Blocking."""

    def do(self, text: str) -> None: ...

    def elements(self, table: str, name: str) -> Sequence[Any]: ...


class Table(Protocol):
    """Implemented by `gateway.tunnels.conntrack.Conntrack`. Blocking."""

    def all(self) -> Sequence[Flow]: ...

    def forget(self, whose: Address | Permit) -> None: ...


class TunnelHalfDone(Exception):
    """Not everything that was to hold holds; the next act says it whole."""

    def __init__(self, failures: Sequence[Exception]) -> None:
        super().__init__("; ".join(str(one) for one in failures))
        self.failures = tuple(failures)


class Tunnel:
    """Methods raise TunnelHalfDone; where they are told of devices AddressOfTwo and NoDevicesAddress, which change
    nothing. One act at a time.
    """

    def __init__(
        self, plan: Plan, device: Device, packets: Filter, table: Table, lease: timedelta = LEASE
    ) -> None:
        self._plan, self._device, self._packets, self._table = plan, device, packets, table
        self._lasts, self._lease = lease, datetime.min.replace(tzinfo=UTC)
        self._admitted: dict[TunnelKey, Admitted] = {}
        self._certain = False
        self._acting = asyncio.Lock()
        self._refusals = Refusals()
        self._fell_silent: set[Address] = set()
        """Since it was looked last at what was tried in vain."""

    @property
    def admitted(self) -> Mapping[TunnelKey, Admitted]:
        return self._admitted

    async def apply(self, admitted: Iterable[Admitted], now: datetime) -> None:
        """All that there is: who is not named is removed."""
        desired = {one.key: one for one in admitted}
        self._each_its_own(desired.values())
        async with self._acting:
            await self._to(desired, now)

    async def admit(self, one: Admitted, now: datetime) -> None:
        """A device is new here, or has other things than before: resumed, narrowed, widened, suspended. Of one that is
        suspended (`until` None) nothing passes, and its handshake stays, so that it goes on at once when it is resumed.
        """
        async with self._acting:
            self._each_its_own([*(other for key, other in self._admitted.items() if key != one.key), one])
            await self._to(self._admitted | {one.key: one}, now)

    async def revoke(self, key: TunnelKey, now: datetime) -> None:
        """The device is a stranger's from now on."""
        async with self._acting:
            await self._to({of: one for of, one in self._admitted.items() if of != key}, now)

    async def renew(self, now: datetime) -> None:
        """Leases of all; who or what ran out is taken for good. Several times within `lease`."""
        async with self._acting:
            over = {
                key: replace(one, until=None) for key, one in self._admitted.items() if _ran_out(one, now)
            }
            left = {key: _without(one, now) for key, one in self._admitted.items() if _lost(one, now)}
            await self._to(self._admitted | left | over, now, renewing=True)

    async def again(self, device: Device, now: datetime) -> None:
        """The device was made anew and knows nobody."""
        async with self._acting:
            self._device, self._certain = device, False
            await self._to(self._admitted, now)

    async def restored(self, now: datetime) -> None:
        """Somebody else has changed the filter: all of it again, with the leases that there are."""
        async with self._acting:
            self._certain = False
            await self._to(self._admitted, now, most=self._lease)

    async def seen(self) -> Seen:
        """The device as it says of itself. Raises TunnelDeviceFailed."""
        async with self._acting:
            return await self._device.seen()

    async def refused(self, now: datetime) -> Sequence[Refused]:
        """What was tried in vain since this was asked last."""
        async with self._acting:
            found = self._refusals.new(*await _beside(self._remembered), now)
            await self._forget_refused()
            return found

    async def _forget_refused(self) -> None:
        """Of devices that fell silent: behind what was tried before nothing hides of whoever has them next."""
        those = self._refusals.of(self._fell_silent)
        try:
            await _beside(self._packets.do, forgotten(self._plan.table, those))
        except Exception:  # noqa: BLE001 - with the next look; what was found is told
            return
        self._refusals.forget(those)
        self._fell_silent.clear()

    def _remembered(self) -> tuple[list[Any], list[Any], list[Any]]:
        return self._elements("refused"), self._elements("over"), self._elements("untold")

    def _elements(self, name: str) -> list[Any]:
        """Of the sets with that name."""
        sets = (f"{name}{version}" for version in VERSIONS)
        return [one for each in sets for one in self._packets.elements(self._plan.table, each)]

    async def _to(
        self,
        desired: dict[TunnelKey, Admitted],
        now: datetime,
        *,
        renewing: bool = False,
        most: datetime | None = None,
    ) -> None:
        """`most`: when leases end at the latest; None: by whoever says it they are as long as they may be."""
        certain, self._certain = self._certain, False
        before, self._admitted = self._admitted, desired
        lease = now + self._lasts
        # Of a clock that was set back the one of before would last longer than anybody vouches for.
        if most is not None or (certain and not renewing):
            lease = min(lease, self._lease if most is None else most)
        acts = self._whole(now, lease) if not certain else self._moved(before, now, lease)
        await _all_tried(acts)
        self._lease, self._certain = lease, True

    def _whole(self, now: datetime, lease: datetime) -> Iterator[Callable[[], Awaitable[None]]]:
        desired = list(self._admitted.values())
        self._fell_silent |= {each for one in desired if not one.awake(now) for each in one.addresses}
        yield lambda: _beside(self._say_whole, desired, now, lease)
        yield lambda: self._compared({one.key: allowed(one, now) for one in desired})
        yield lambda: _beside(self._forget_others, desired, now)

    def _say_whole(self, desired: Collection[Admitted], now: datetime, lease: datetime) -> None:
        holds = rules.whole(self._plan, desired, now, lease)
        self._packets.do("\n".join((rules.base(self._plan), holds)))

    def _moved(
        self, before: Mapping[TunnelKey, Admitted], now: datetime, lease: datetime
    ) -> Iterator[Callable[[], Awaitable[None]]]:
        keys = before.keys() | self._admitted.keys()
        moved = [key for key in keys if before.get(key) is not self._admitted.get(key)]
        old = {key: before[key] for key in moved if key in before}
        new = {key: self._admitted[key] for key in moved if key in self._admitted}
        said, to_say = ruled(old.values(), _always(now), self._lease), ruled(new.values(), now, lease)
        if lease != self._lease:
            stay = [one for key, one in before.items() if self._admitted.get(key) is one]
            said = replace(said, awake={**said.awake, **awake(stay, _always(now), self._lease).awake})
            to_say = replace(to_say, awake={**to_say.awake, **awake(stay, now, lease).awake})
        steps = rules.steps(self._plan, said, to_say, now)
        peers = changes(
            {key: _had(one) for key, one in old.items()}, {key: allowed(one, now) for key, one in new.items()}
        )
        self._fell_silent |= steps.silent
        yield lambda: _beside(self._packets.do, steps.text)
        yield lambda: self._device.change(peers)
        yield lambda: _beside(self._forget, steps.silent, steps.lost)

    def _each_its_own(self, admitted: Iterable[Admitted]) -> None:
        """Raises AddressOfTwo, NoDevicesAddress."""
        owner: dict[Address, TunnelKey] = {}
        for one in admitted:
            for address in one.addresses:
                of_a_device(address, self._plan.pools)
                if (other := owner.setdefault(address, one.key)) != one.key:
                    (network,) = only([address])
                    raise AddressOfTwo(network, (other, one.key))

    async def _compared(self, desired: Mapping[TunnelKey, Allowed]) -> None:
        seen = await self._device.seen()
        await self._device.change(changes(seen.allowed, desired))

    def _forget(self, silent: frozenset[Address], lost: frozenset[Permit]) -> None:
        if len(silent) + len(lost) > MANY:
            there = {Permit(flow.device, flow.target) for flow in self._table.all()}
            silent, lost = silent & {one.device for one in there}, lost & there
        for whose in (*silent, *(permit for permit in lost if permit.device not in silent)):
            self._table.forget(whose)

    def _forget_others(self, desired: Iterable[Admitted], now: datetime) -> None:
        owner = {address: one for one in desired for address in one.addresses}
        for permit in {Permit(flow.device, flow.target) for flow in self._table.all()}:
            if (one := owner.get(permit.device)) is None or not self._reaches(one, permit.target, now):
                self._table.forget(permit)

    def _reaches(self, one: Admitted, target: Target, now: datetime) -> bool:
        return one.reaches(target, now) or (one.awake(now) and self._plan.serves(target))


def _always(now: datetime) -> datetime:
    """What was said still stands there, also where its time is over by now."""
    return datetime.min.replace(tzinfo=now.tzinfo)


def _had(one: Admitted) -> Allowed:
    return only(one.addresses) if one.until is not None else SUSPENDED


def _ran_out(one: Admitted, now: datetime) -> bool:
    return one.until is not None and now >= one.until


def _lost(one: Admitted, now: datetime) -> bool:
    return any(now >= end for end in one.targets.values())


def _without(one: Admitted, now: datetime) -> Admitted:
    return replace(one, targets={target: end for target, end in one.targets.items() if now < end})


async def _beside(work: Callable[..., Result], *of: Any) -> Result:
    """On a thread, which cannot be stopped."""
    under_way = asyncio.ensure_future(asyncio.to_thread(work, *of))
    try:
        return await asyncio.shield(under_way)
    except asyncio.CancelledError:
        await asyncio.wait({under_way})
        raise


async def _all_tried(acts: Iterable[Callable[[], Awaitable[None]]]) -> None:
    failures = []
    for act in acts:
        try:
            await act()
        except Exception as error:  # noqa: BLE001 - all are told together
            failures.append(error)
    if failures:
        raise TunnelHalfDone(failures)
