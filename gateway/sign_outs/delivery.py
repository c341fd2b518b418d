"""Tells clients of sessions that are over: each at once, many together, one that does not answer in nobody's way."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from config.vocabulary import SessionId
from gateway.audit.entry import Entry
from gateway.sign_outs.sign_out import (
    NotTold,
    Receiver,
    Receivers,
    SignOut,
    Untold,
    delayed,
    given_up,
    next_attempt,
    told,
)
from idp.oidc.client import ClientId

log = structlog.get_logger("sign_outs")
AT_ONCE = 20  # attempts under way
OF_ONE_CLIENT = 4  # of those: one that takes its time leaves room for the others
UNNOTED_PAUSE = 5.0  # seconds: whoever was told, which cannot be noted, is not told again at once
LOOK_EVERY = 0.25  # seconds: an index that is empty is looked at

Send = Callable[[SignOut, Receiver], Awaitable[None]]
"""Returns when the client has taken it. Raises NotTold."""


class Outbox(Protocol):
    """Durable; each of these is one transaction."""

    async def due(self, now: datetime, limit: int, without: Collection[ClientId]) -> Sequence[SignOut]:
        """The longest overdue first, of other clients than `without`."""
        ...

    async def done(self, one: SignOut, entries: Sequence[Entry]) -> None:
        """Forgets it and records why, together."""
        ...

    async def postpone(self, one: SignOut, until: datetime, entries: Sequence[Entry]) -> None:
        """Counts the attempt that failed."""
        ...


class Delivery:
    """`receivers`: those that are configured now."""

    def __init__(
        self, outbox: Outbox, receivers: Callable[[], Receivers], send: Send, clock: Callable[[], datetime]
    ) -> None:
        self._outbox, self._receivers, self._send, self._clock = outbox, receivers, send, clock
        self._under_way: dict[tuple[SessionId, ClientId], asyncio.Task[None]] = {}

    async def step(self) -> None:
        """Begin what is due, as far as there is room."""
        while (room := AT_ONCE - len(self._under_way)) > 0:
            busy = Counter(client for _, client in self._under_way)
            full = {client for client, many in busy.items() if many >= OF_ONE_CLIENT}
            # those under way are still due
            due = await self._outbox.due(self._clock(), room + len(self._under_way), full)
            if not self._begin(due, busy, room):
                return

    async def settle(self) -> None:
        """Wait for all that is under way."""
        await asyncio.gather(*self._under_way.values())

    async def rest(self) -> None:
        """Break off what is under way; it stays due."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, due: Sequence[SignOut], busy: Counter[ClientId], room: int) -> int:
        """How many."""
        begun = 0
        for one in due:
            key = one.session, one.client
            if key in self._under_way or busy[one.client] >= OF_ONE_CLIENT or begun == room:
                continue
            busy[one.client] += 1
            begun += 1
            task = asyncio.create_task(self._told_or_later(one))
            self._under_way[key] = task
            task.add_done_callback(partial(self._over, key))
        return begun

    def _over(self, key: tuple[SessionId, ClientId], _task: asyncio.Task[None]) -> None:
        del self._under_way[key]

    async def _told_or_later(self, one: SignOut) -> None:
        try:
            await self._tell(one)
        except Exception as error:  # noqa: BLE001 - the outbox took no word of it, so it is still due
            log.warning("sign_out.not_noted", client=one.client, cause=type(error).__name__)
            await asyncio.sleep(UNNOTED_PAUSE)

    async def _tell(self, one: SignOut) -> None:
        receiver = self._receivers().get(one.client)
        if receiver is None:  # configured no more, or told by the browser alone
            await self._outbox.done(one, ())
            return
        try:
            await self._sent(one, receiver)
        except NotTold as failure:
            log.warning("sign_out.not_told", client=one.client, attempts=one.attempts + 1, cause=str(failure))
            await self._failed(one, failure)
        else:
            await self._outbox.done(one, [told(one, self._clock())])

    async def _sent(self, one: SignOut, receiver: Receiver) -> None:
        try:
            await self._send(one, receiver)
        except NotTold:
            raise
        except Exception as error:  # one client that breaks an attempt is tried later, like any other
            raise NotTold(Untold.ATTEMPT_BROKE, type(error).__name__) from error

    async def _failed(self, one: SignOut, failure: NotTold) -> None:
        now = self._clock()
        again = next_attempt(one.attempts + 1, now)
        if again is None:
            await self._outbox.done(one, [given_up(one, failure, now)])
            return
        await self._outbox.postpone(one, again, [] if one.attempts else [delayed(one, failure, now)])
