"""What a personnel system has pushed of one working relation, and whose it is. Pure.

Laws: somebody is closed where a record of theirs says that they are not active and none says that they are, for one
person may have several working relations; of a source nothing counts at another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import DirectoryName, MunicipalityCode, Role, SubjectId
from gateway.incidents.by import By
from gateway.personnel.attributes import ATTRIBUTES, Value, Values
from gateway.personnel.refused import Unlinked
from idp.directory.person import Person

KEEPERS = frozenset({Role.SECURITY_OFFICER, Role.CENTRE_ADMINISTRATOR})
"""Who could open again what was closed wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A personnel system, as the configuration says. `most_closed`: people within an hour."""

    account: str
    name: str
    directory: DirectoryName
    municipalities: frozenset[MunicipalityCode]
    """Those in which its technical account has roles."""
    most_closed: int
    gives_in: frozenset[MunicipalityCode] = frozenset()
    """Where it may give roles to whom the directory gives none: the directory is of its municipalities alone."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who pushes now. `municipality`: for which the policies permitted it."""

    source: Source
    by: By
    municipality: MunicipalityCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Times are aware. `subjects`: every account of the person in the directory; none where `unlinked` says why."""

    id: str
    account: str
    values: Values
    subjects: tuple[SubjectId, ...] = ()
    unlinked: Unlinked | None = None
    gives_to: SubjectId | None = None
    """Which of the accounts gets the roles that it says; None: none does."""
    created_at: datetime
    changed_at: datetime
    version: int = 1

    @property
    def active(self) -> bool:
        return self.values["active"] is True

    @property
    def roles(self) -> tuple[str, ...]:
        """As the personnel system calls them."""
        said = self.values["roles"]
        return said if isinstance(said, tuple) else ()

    @property
    def keys(self) -> tuple[Value, Value]:
        """By which it names a person."""
        return self.values["number"], self.values["user_name"]

    @property
    def user_name(self) -> str:
        return str(self.values["user_name"])


def closed_by(records: Iterable[Record]) -> frozenset[SubjectId]:
    """Of one source."""
    kept = list(records)
    working = {subject for one in kept if one.active for subject in one.subjects}
    return frozenset({subject for one in kept if not one.active for subject in one.subjects} - working)


def opened_by(records: Iterable[Record], old: Record | None, new: Record) -> frozenset[SubjectId]:
    """Who may come again after `old` became `new`, among `records` of its source: who works by one of them, and whom
    `old` named by other keys than `new`. That the directory took somebody's roles or account away, so that the record
    is nobody's any more, opens nothing.
    """
    kept = list(records)
    working = {subject for one in kept if one.active for subject in one.subjects}
    renamed = old is not None and old.keys != new.keys
    mistaken = set(old.subjects) - set(new.subjects) if old is not None and renamed else set()
    named = {*new.subjects, *(old.subjects if old is not None else ())}
    return frozenset((named & working) | mistaken) - closed_by(kept)


def within_reach(people: Mapping[SubjectId, Person], whose: Iterable[SubjectId], sender: Sender) -> bool:
    """Whether all accounts are there, and people of these municipalities and of no other: who works elsewhere too is
    nobody's to close alone. Who has no role yet is of the municipality whose directory it is, where one may be given.
    """
    accounts = [people.get(subject) for subject in whose]
    known = [one for one in accounts if one is not None]
    places = {held.municipality for one in known for held in one.roles}
    return (
        bool(accounts)
        and len(known) == len(accounts)
        and places <= sender.source.municipalities
        and (sender.municipality in places or (not places and sender.municipality in sender.source.gives_in))
    )


def is_keeper(person: Person) -> bool:
    return any(held.role in KEEPERS for held in person.roles)


def difference(before: Values, after: Values) -> list[str]:
    """As the log tells it, one line for each attribute."""
    return [
        f"{one.name}: {_shown(before[one.field])} → {_shown(after[one.field])}"
        for one in ATTRIBUTES
        if before[one.field] != after[one.field]
    ]


def _shown(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "–"
    return (value or "–") if isinstance(value, str) else str(value).lower()
