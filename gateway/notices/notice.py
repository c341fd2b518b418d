"""What people and receivers are told of an account, made from what the identity provider says has happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from config.vocabulary import Language
from idp import events
from idp.events import EndReason, Event, Factor


class NoticeKind(StrEnum):
    """Values are stable: receivers know them."""

    NEW_DEVICE = "new_device"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    ENROLMENT_CODE_USED = "enrolment_code_used"
    EXCEPTION_GRANTED = "exception_granted"
    UPSTREAM_LINKED = "upstream_linked"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_UNCERTAIN = "password_uncertain"
    ALL_SESSIONS_ENDED = "all_sessions_ended"
    RECOVERY_ADMINISTRATOR_USED = "recovery_administrator_used"
    REQUEST_WAITING = "request_waiting"
    REQUEST_DECIDED = "request_decided"
    EMERGENCY_BEGUN = "emergency_begun"
    TRAVEL_IMPOSSIBLE = "travel_impossible"
    DEVICE_ENROLLED = "device_enrolled"
    DEVICE_APPROVED = "device_approved"
    DEVICE_BLOCKED = "device_blocked"
    DEVICE_LOST = "device_lost"


class Channel(StrEnum):
    WEBHOOK = "webhook"
    SMTP = "smtp"


WITHOUT_FACTS: dict[type[Event], NoticeKind] = {
    events.RecoveryCodesMade: NoticeKind.RECOVERY_CODES_MADE,
    events.PasswordChanged: NoticeKind.PASSWORD_CHANGED,
    events.PasswordChangeUnknown: NoticeKind.PASSWORD_UNCERTAIN,
}
"""Told without more than who, when and where."""
OF_REQUESTS = frozenset(
    {
        NoticeKind.REQUEST_WAITING,
        NoticeKind.REQUEST_DECIDED,
        NoticeKind.EMERGENCY_BEGUN,
        NoticeKind.TRAVEL_IMPOSSIBLE,
    }
)
"""Of what other people do or ask for beyond their roles; those who decide or watch are told."""
OF_DEVICES = frozenset(
    {
        NoticeKind.DEVICE_ENROLLED,
        NoticeKind.DEVICE_APPROVED,
        NoticeKind.DEVICE_BLOCKED,
        NoticeKind.DEVICE_LOST,
    }
)
"""Of devices with agents; their owners are told."""
NOBODYS = frozenset({NoticeKind.RECOVERY_ADMINISTRATOR_USED})
"""Of an account that is no person's: no mail, programs alone are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing to tell. `facts` hold no secret: names, addresses, what the browser calls itself."""

    kind: NoticeKind
    subject: str
    person: str
    """Login name."""
    at: datetime
    facts: dict[str, str] = field(default_factory=dict)
    """Of `user_agent`, `address`, `factor`, `authenticator`, `by`, `until`, `counts_from`, `session`, `upstream`: what
    is known. Of requests also `of`, `application`, `municipality`, `since`, `stage`, `why`; of a journey `from`, `to`;
    of devices `device`, `device_name`.
    """


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
    enrolled = {event.subject for event in recorded if isinstance(event, events.FactorEnrolled)}
    found = [
        told
        for event in recorded
        if (told := _of_event(event)) is not None
        # the codes that come with a first authenticator are no other news
        and not (told.kind is NoticeKind.RECOVERY_CODES_MADE and event.subject in enrolled)
    ]
    return [*found, *_all_ended(recorded)]


def channels_of(kind: NoticeKind) -> frozenset[Channel]:
    """By which it is told where they are configured."""
    return frozenset({Channel.WEBHOOK}) if kind in NOBODYS else frozenset(Channel)


def utc_text(moment: datetime) -> str:
    """`2026-11-23T12:00:00Z` (RFC 3339 §5.6), to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _of_event(event: Event) -> Happened | None:
    facts: dict[str, str] = {}
    match event:
        case events.NewDeviceMet(session=session):
            kind, facts = NoticeKind.NEW_DEVICE, {"session": session}
        case events.FactorEnrolled(factor=factor, name=name, counts_from=moment):
            later = {"counts_from": utc_text(moment)} if moment is not None else {}
            kind, facts = NoticeKind.FACTOR_ADDED, {"factor": factor.value, "authenticator": name, **later}
        case events.FactorRemoved(factor=factor, name=name, by=by):
            kind, facts = (
                NoticeKind.FACTOR_REMOVED,
                {"factor": factor.value, "authenticator": name, "by": by.name},
            )
        case events.CodeAccepted(factor=Factor.RECOVERY_CODE):
            kind = NoticeKind.RECOVERY_CODE_USED
        case events.RecoveryCodesMade(counts_from=datetime() as moment):
            kind, facts = NoticeKind.RECOVERY_CODES_MADE, {"counts_from": utc_text(moment)}
        case events.EnrolmentCodeUsed(issued_by=by):
            kind, facts = NoticeKind.ENROLMENT_CODE_USED, {"by": by.name}
        case events.ExceptionGranted(by=by, until=until):
            kind, facts = NoticeKind.EXCEPTION_GRANTED, {"by": by.name, "until": utc_text(until)}
        case events.UpstreamLinked(provider=provider):
            kind, facts = NoticeKind.UPSTREAM_LINKED, {"upstream": provider}
        case events.RecoveryUsed(session=session):
            kind, facts = NoticeKind.RECOVERY_ADMINISTRATOR_USED, {"session": session}
        case _:
            bare = WITHOUT_FACTS.get(type(event))
            return _happened(bare, event) if bare is not None else None
    return _happened(kind, event, **facts)


def _all_ended(recorded: Iterable[Event]) -> list[Happened]:
    ended = {
        event.subject: event
        for event in recorded
        if isinstance(event, events.SessionEnded) and event.reason is EndReason.SIGNED_OUT_EVERYWHERE
    }
    return [_happened(NoticeKind.ALL_SESSIONS_ENDED, event) for event in ended.values()]


def _happened(kind: NoticeKind, event: Event, **facts: str) -> Happened:
    known = {"address": event.origin.address, "user_agent": event.origin.user_agent, **facts}
    return Happened(
        kind=kind,
        subject=event.subject,
        person=event.person,
        at=event.at,
        facts={name: value for name, value in known.items() if value},
    )
