"""Takes what is due from the outbox and gives it to a channel. Nothing that signs people in waits for this."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import structlog

from gateway.audit.entry import Code, Entry, Outcome
from gateway.notices.notice import Channel, Notice
from gateway.notices.retry import next_attempt

log = structlog.get_logger("notices")
AT_ONCE = 20  # notices of one round of a channel


class Undelivered(StrEnum):
    """Why a notice did not arrive."""

    RECEIVER_UNREACHABLE = "receiver_unreachable"
    RECEIVER_REFUSED = "receiver_refused"
    MAIL_SERVER_UNREACHABLE = "mail_server_unreachable"
    MAIL_REFUSED = "mail_refused"
    NO_MAIL_ADDRESS = "no_mail_address"
    ADDRESS_NOT_KNOWN_NOW = "address_not_known_now"
    CHANNEL_NOT_CONFIGURED = "channel_not_configured"
    ATTEMPT_BROKE = "attempt_broke"
    """The way of sending does not work with this notice or these settings; nobody foresaw how."""


class NotDelivered(Exception):
    """`final`: another attempt would end in the same way."""

    def __init__(self, reason: Undelivered, cause: str = "", *, final: bool = False) -> None:
        super().__init__(f"{reason}: {cause}" if cause else reason)
        self.reason, self.final = reason, final


Send = Callable[[Notice], Awaitable[None]]
"""Returns when the receiver has taken the notice. Raises NotDelivered."""


class Outbox(Protocol):
    """Durable; each of these is one transaction."""

    async def due(self, channel: Channel, now: datetime, limit: int) -> Sequence[Notice]:
        """The longest overdue first."""
        ...

    async def delivered(self, notice: Notice) -> None: ...

    async def postpone(self, notice: Notice, until: datetime) -> None:
        """Counts the attempt that failed."""
        ...

    async def give_up(self, notice: Notice, entry: Entry) -> None:
        """Forgets the notice and records that, together."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """`send`: None where the channel is not configured (any more)."""

    channel: Channel
    outbox: Outbox
    send: Send | None
    clock: Callable[[], datetime]

    async def step(self) -> bool:
        """One round; whether more is due now. After a failure the rest waits: its receiver may be down. Where an
        attempt breaks the next goes on: this one may be what breaks it.
        """
        due = await self.outbox.due(self.channel, self.clock(), AT_ONCE)
        for notice in due:
            try:
                await self._deliver(notice)
            except NotDelivered as failure:
                log.warning(
                    "notice.not_delivered", id=notice.id, kind=notice.happened.kind, cause=str(failure)
                )
                await self._failed(notice, failure)
                if not failure.final and failure.reason is not Undelivered.ATTEMPT_BROKE:
                    return False
            else:
                await self.outbox.delivered(notice)
        return len(due) == AT_ONCE

    async def _deliver(self, notice: Notice) -> None:
        if self.send is None:
            raise NotDelivered(Undelivered.CHANNEL_NOT_CONFIGURED, final=True)
        try:
            await self.send(notice)
        except NotDelivered:
            raise
        except Exception as error:  # one notice that breaks the round would hold up its channel for ever
            # its kind alone: the text may quote a secret
            raise NotDelivered(Undelivered.ATTEMPT_BROKE, type(error).__name__) from error

    async def _failed(self, notice: Notice, failure: NotDelivered) -> None:
        now = self.clock()
        again = None if failure.final else next_attempt(notice.attempts + 1, now)
        if again is not None:
            await self.outbox.postpone(notice, again)
            return
        await self.outbox.give_up(notice, given_up(notice, failure.reason, now))


def given_up(notice: Notice, reason: Undelivered, now: datetime) -> Entry:
    happened = notice.happened
    return Entry(
        code=Code.NOTICE_GIVEN_UP,
        outcome=Outcome.FAILURE,
        at=now,
        subject=happened.subject,
        person=happened.person,
        reason=reason,
        details={
            "kind": happened.kind.value,
            "channel": notice.channel.value,
            "attempts": notice.attempts + 1,
            "happened": happened.at.isoformat(timespec="seconds"),
        },
    )
