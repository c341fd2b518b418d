"""A tunnel while it is open: its device is made again when it dies, leases are renewed, what happens is told.

Laws: no loop ends because an act failed; what failed is said and tried again; what was missed of connections is made up
from all that the kernel knows; a filter that somebody else took away stands again with the next look.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from gateway.tunnels.connections import Happened, Ledger
from gateway.tunnels.conntrack import ConntrackFailed, EventsMissed
from gateway.tunnels.nftables import RulesNotTaken
from gateway.tunnels.opening import Opened, Ready
from gateway.tunnels.refusals import Refused
from gateway.tunnels.seen import TunnelDeviceFailed
from gateway.tunnels.tunnel import LEASE, TunnelHalfDone
from gateway.tunnels.wireguard_go import CannotTunnel

RENEW_EVERY = LEASE / 3
LOOK_EVERY = timedelta(seconds=1)  # at what was tried in vain
PAUSE = timedelta(seconds=1)  # after what failed
FAILS = (CannotTunnel, ConntrackFailed, RulesNotTaken, TunnelDeviceFailed, TunnelHalfDone)

Tell = Callable[[Sequence[Happened | Refused]], Awaitable[None]]
"""Of connections and of what was tried in vain, in order; the next waits for it."""


class Keeping:
    """`anew`: makes the device again. `say`: what is wrong, for operators. `vouched`: whether somebody still says what
    holds; without that no lease is renewed, and what ran out is out by itself.
    """

    def __init__(
        self,
        opened: Opened,
        anew: Callable[[], Awaitable[Ready]],
        ledger: Ledger,
        tell: Tell,
        say: Callable[[str], None],
        now: Callable[[], datetime],
        renew_every: timedelta = RENEW_EVERY,
        vouched: Callable[[], bool] = lambda: True,
    ) -> None:
        self._opened, self._anew, self._ledger, self._tell, self._say = opened, anew, ledger, tell, say
        self._now, self._renew_every, self._vouched = now, renew_every, vouched

    async def keep(self) -> None:
        """Until it is cancelled; begin when `apply` was done once."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._device())
            tasks.create_task(self._repeated(self._renew, self._renew_every))
            tasks.create_task(self._repeated(self._look, LOOK_EVERY))
            tasks.create_task(self._connections())

    async def _device(self) -> None:
        ready = self._opened.ready
        while ready.process is not None:
            await ready.process.ended()
            self._say("wireguard-go ended; it is started again, and devices shake hands anew")
            while True:
                try:
                    ready = await self._anew()
                    await self._opened.tunnel.again(ready.device, self._now())
                    break
                except FAILS as error:
                    self._say(str(error))
                    await asyncio.sleep(PAUSE.total_seconds())

    async def _repeated(self, act: Callable[[], Awaitable[None]], every: timedelta) -> None:
        while True:
            await asyncio.sleep(every.total_seconds())
            try:
                await act()
            except FAILS as error:
                self._say(str(error))

    async def _renew(self) -> None:
        if self._vouched():
            await self._opened.tunnel.renew(self._now())

    async def _look(self) -> None:
        try:
            refused = await self._opened.tunnel.refused(self._now())
        except RulesNotTaken as error:
            flushed = (
                "look for what flushes nftables on this machine, and have it leave the tunnel's table alone"
            )
            self._say(f"the filter of the tunnel cannot be read, and is made again; {flushed} ({error})")
            await self._opened.tunnel.restored(self._now())
            return
        if refused:
            there = self._now()
            await self._tell([replace(one, at=there) for one in refused])

    async def _connections(self) -> None:
        loop, something = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._opened.connections.fileno(), something.set)
        missed = True  # what there was before
        try:
            while True:
                something.clear()
                told: list[Happened] = []
                try:
                    self._since(told)  # before it is compared with all, which then is the newer word
                    if missed:
                        told += await self._all()
                    missed = False
                except EventsMissed:
                    self._say(
                        "more connections of the tunnel than could be read; all that there are are compared"
                    )
                    missed = True
                except ConntrackFailed as error:
                    self._say(str(error))
                    missed = True
                    await asyncio.sleep(PAUSE.total_seconds())
                if told:
                    await self._tell(told)
                if not missed:
                    await something.wait()
        finally:
            loop.remove_reader(self._opened.connections.fileno())

    async def _all(self) -> Sequence[Happened]:
        there = await asyncio.to_thread(self._opened.connections.all)
        return list(self._ledger.there_are(there, self._now()))

    def _since(self, told: list[Happened]) -> None:
        """`told`: has what was read also where something was missed."""
        for begins, flow in self._opened.connections.happened():
            told += (self._ledger.began if begins else self._ledger.ended)(flow, self._now())
