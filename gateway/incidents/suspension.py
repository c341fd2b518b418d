"""People and devices that an officer has suspended at the gateway, whatever anybody else says of them. Pure.

Laws: nobody who is suspended, and nobody in a device that is, has a session, a sign-in or a grant; a suspension ends
when its time is over or when somebody lifts it, and not otherwise; of the same person or device people have one that
stands, and each program one of its own beside it (`gateway/personnel`), which lifts no other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NewType

from config.vocabulary import RECOVERY_ADMINISTRATOR, DeviceId, SubjectId, device_of, technical_account_of
from gateway.audit.acts import OPERATOR, SYSTEM
from idp.directory.person import AccountState, Person
from idp.events import Actor

SuspensionId = NewType("SuspensionId", str)
"""22 characters, base64url of 128 random bits."""
WHY_MAX = 500  # characters
NAME_MAX = 200


def is_person(subject: SubjectId) -> bool:
    """Somebody of a directory: no program, device or command, not us, not the account of last resort."""
    nobody = not subject or subject in (SYSTEM, RECOVERY_ADMINISTRATOR)
    other = technical_account_of(subject) is not None or device_of(subject) is not None
    return not nobody and not other and not subject.startswith(OPERATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """Times are aware."""

    id: SuspensionId
    subject: SubjectId
    """The person's, or `device_subject`."""
    login: str
    """Of a device its id."""
    name: str
    """Of a device what the browser said of itself."""
    why: str
    by: Actor
    since: datetime
    until: datetime | None = None
    """None: until somebody lifts it."""
    incident: int | None = None
    """The incident that it belongs to."""
    lifted_at: datetime | None = None
    lifted_by: Actor | None = None
    lifted_why: str = ""

    @property
    def device(self) -> DeviceId | None:
        return device_of(self.subject)

    @property
    def program(self) -> str:
        """Subject of the technical account whose it is; empty where people suspended."""
        return self.by.subject if technical_account_of(SubjectId(self.by.subject)) is not None else ""

    def stands(self, now: datetime) -> bool:
        return self.lifted_at is None and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Suspended:
    """Those of a moment."""

    by_subject: Mapping[SubjectId, Suspension] = field(default_factory=dict)

    def counting(self, person: Person) -> Person:
        """The person with the state that counts: no word of the directory is graver."""
        if person.subject not in self.by_subject:
            return person
        return replace(person, state=AccountState.SUSPENDED)


def suspended_of(standing: Iterable[Suspension], now: datetime) -> Suspended:
    return Suspended({one.subject: one for one in standing if one.stands(now)})


def liftable(standing: Iterable[Suspension], subject: SubjectId, by: str) -> Suspension | None:
    """Which of those that stand `by` would lift: a program its own alone; people theirs first, then a program's."""
    found = [one for one in standing if one.subject == subject]
    if technical_account_of(SubjectId(by)) is not None:
        return next((one for one in found if one.program == by), None)
    return min(found, key=lambda one: bool(one.program), default=None)


class InForce:
    """In the memory of a control plane: decisions read no database for it. Used from its event loop."""

    def __init__(self) -> None:
        self._standing: Mapping[SubjectId, Sequence[Suspension]] = {}

    def take(self, standing: Iterable[Suspension]) -> None:
        """The database's word."""
        found: dict[SubjectId, list[Suspension]] = {}
        for one in standing:
            found.setdefault(one.subject, []).append(one)
        self._standing = found

    def suspended(self, who: SubjectId, now: datetime) -> bool:
        """Implements `gateway.authorize.snapshot.Suspended`."""
        return any(one.stands(now) for one in self._standing.get(who, ()))
