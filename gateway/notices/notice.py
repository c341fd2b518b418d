"""What people and receivers are told of an account, made from what the identity provider says has happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from config.vocabulary import Language
from idp import events
from idp.events import EndReason, Event, Factor


class Kind(StrEnum):
    """Values are stable: receivers know them."""

    NEW_DEVICE = "new_device"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    PASSWORD_CHANGED = "password_changed"
    ALL_SESSIONS_ENDED = "all_sessions_ended"


class Channel(StrEnum):
    WEBHOOK = "webhook"
    SMTP = "smtp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing to tell. `facts` hold no secret: names, addresses, what the browser calls itself."""

    kind: Kind
    subject: str
    person: str
    """Login name."""
    at: datetime
    facts: dict[str, str] = field(default_factory=dict)
    """Of `user_agent`, `address`, `factor`, `authenticator`, `by`, `session`: those that are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell by one channel. It may arrive twice, never less than once before it is given up."""

    id: str
    channel: Channel
    happened: Happened
    language: Language
    attempts: int
    """Those that have failed."""


def to_tell(recorded: Sequence[Event]) -> list[Happened]:
    """What of one act is to be told: that all sessions ended once for each person, not once for each session."""
    found = [told for event in recorded if (told := _of_event(event)) is not None]
    return [*found, *_all_ended(recorded)]


def _of_event(event: Event) -> Happened | None:
    match event:
        case events.NewDeviceMet(session=session):
            return _happened(Kind.NEW_DEVICE, event, session=session)
        case events.FactorEnrolled(factor=factor, name=name):
            return _happened(Kind.FACTOR_ADDED, event, factor=factor.value, authenticator=name)
        case events.FactorRemoved(factor=factor, name=name, by=by):
            return _happened(Kind.FACTOR_REMOVED, event, factor=factor.value, authenticator=name, by=by)
        case events.CodeAccepted(factor=Factor.RECOVERY_CODE):
            return _happened(Kind.RECOVERY_CODE_USED, event)
        case events.PasswordChanged():
            return _happened(Kind.PASSWORD_CHANGED, event)
        case _:
            return None


def _all_ended(recorded: Iterable[Event]) -> list[Happened]:
    ended = {
        event.subject: event
        for event in recorded
        if isinstance(event, events.SessionEnded) and event.reason is EndReason.SIGNED_OUT_EVERYWHERE
    }
    return [_happened(Kind.ALL_SESSIONS_ENDED, event) for event in ended.values()]


def _happened(kind: Kind, event: Event, **facts: str) -> Happened:
    known = {"address": event.origin.address, "user_agent": event.origin.user_agent, **facts}
    return Happened(
        kind=kind,
        subject=event.subject,
        person=event.person,
        at=event.at,
        facts={name: value for name, value in known.items() if value},
    )
