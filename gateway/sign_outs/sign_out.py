"""What a client has to be told, why it was not, and when that is tried again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from config.vocabulary import SessionId, SubjectId
from gateway.audit.entry import Code, Entry, Outcome
from idp.oidc.client import Client, ClientId

BACK_OFF = (
    timedelta(seconds=2),
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
)
"""Pauses between attempts: nine in about 17 hours, so that an application may be down for a night; the first are short,
as it may just be starting anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """A session that is over, as one client has to be told of it."""

    session: SessionId
    """Of the provider."""
    client: ClientId
    subject: SubjectId
    person: str
    """Login."""
    ended_at: datetime
    attempts: int
    """That failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Where a client is told."""

    client: Client
    address: str
    authority: Path | None
    """Of its certificate; None: those that the system trusts."""


Receivers = Mapping[ClientId, Receiver]


class Untold(StrEnum):
    """Why a client was not told."""

    CLIENT_UNREACHABLE = "client_unreachable"
    CLIENT_NOT_TRUSTED = "client_not_trusted"
    CLIENT_REFUSED = "client_refused"
    ATTEMPT_BROKE = "attempt_broke"
    """The way of sending does not work with these settings; nobody foresaw how."""


class NotTold(Exception):
    def __init__(self, reason: Untold, cause: str) -> None:
        super().__init__(f"{reason}: {cause}")
        self.reason, self.cause = reason, cause


def next_attempt(failed: int, now: datetime) -> datetime | None:
    """After `failed` attempts, one at least; None: it is given up."""
    return now + BACK_OFF[failed - 1] if failed <= len(BACK_OFF) else None


def told(one: SignOut, now: datetime) -> Entry:
    return _entry(one, Code.SIGN_OUT_TOLD, Outcome.SUCCESS, "", now)


def delayed(one: SignOut, failure: NotTold, now: datetime) -> Entry:
    """Of the first attempt: whoever counts on the sign-out hears that it waits."""
    return _entry(one, Code.SIGN_OUT_DELAYED, Outcome.FAILURE, failure.reason, now, failure.cause)


def given_up(one: SignOut, failure: NotTold, now: datetime) -> Entry:
    return _entry(one, Code.SIGN_OUT_GIVEN_UP, Outcome.FAILURE, failure.reason, now, failure.cause)


def _entry(one: SignOut, code: Code, outcome: Outcome, reason: str, now: datetime, cause: str = "") -> Entry:
    why = {"cause": cause} if cause else {}
    return Entry(
        code=code,
        outcome=outcome,
        at=now,
        subject=one.subject,
        person=one.person,
        session=one.session,
        application=one.client,
        reason=reason,
        details={
            "attempts": one.attempts + 1,
            "happened": one.ended_at.isoformat(timespec="seconds"),
            **why,
        },
    )
