"""Who people are for sign-in and sessions: what the directory says, and five rules of ours.

A role that a personnel system gives counts beside those of the directory (`idp/directory/pushed.py`). A role that a
review took away does not count (`gateway/access_review/blocks.py`). Whoever is suspended does not come in
(`gateway/incidents/suspension.py`). Administrators have accounts of their own (`idp/directory/separation.py`). The
recovery administrator is nobody of the directory: it is known without asking, and nobody of the directory can be it.
"""

from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

import structlog

from config.vocabulary import RECOVERY_ADMINISTRATOR, SubjectId, technical_account_of
from gateway.commands.pushed_roles import pushed_roles
from gateway.commands.state import State
from idp.directory.errors import BindRefused, RefusalReason
from idp.directory.person import AccountState, Person
from idp.directory.pushed import AsksPushed, nothing_pushed, with_pushed
from idp.directory.reader import Admit
from idp.directory.separation import judged
from idp.login import recovery

log = structlog.get_logger("directory")


class Counting(Protocol):
    """What was decided here about people, whatever a directory says."""

    def counting(self, person: Person) -> Person: ...


class Directories(Protocol):
    """Each raises DirectoryUnusable where it does not know for certain."""

    async def authenticate(
        self, login: str, password: str, admit: Admit | None = None
    ) -> Person | BindRefused: ...

    async def person(self, subject: SubjectId) -> Person | None: ...


@dataclass(frozen=True, slots=True)
class KnownPeople:
    """`counting`: roles that count no more, who is suspended; asked for each time, as of a moment ago is too old."""

    directories: Directories
    administrators_separate: bool
    recovery: Person | None
    """None where the product has none."""
    counting: Callable[[], Awaitable[Counting]]
    pushed: AsksPushed = nothing_pushed
    """Roles that personnel systems give; asked for each time as well."""
    technical: AbstractSet[str] = frozenset()
    """Ids of the technical accounts that the configuration has."""

    async def authenticate(self, login: str, password: str, admit: Admit) -> Person | BindRefused:
        answer = await self.directories.authenticate(login, password, admit)
        if answer.subject == RECOVERY_ADMINISTRATOR:
            return BindRefused(RefusalReason.ENTRY_UNUSABLE)
        if not isinstance(answer, Person):
            return answer
        return (await self.as_they_count({answer.subject: answer}))[answer.subject]

    async def person(self, subject: SubjectId) -> Person | None:
        if subject == RECOVERY_ADMINISTRATOR:
            return self.recovery
        found = await self.directories.person(subject)
        return (await self.as_they_count({subject: found}))[subject] if found is not None else None

    def by_us(self, subject: SubjectId) -> bool:
        """Whether somebody is known without a directory."""
        if technical_account_of(subject) is not None:
            return technical_account_of(subject) in self.technical
        return self.recovery is not None and subject == RECOVERY_ADMINISTRATOR

    async def as_they_count(self, found: Mapping[SubjectId, Person]) -> dict[SubjectId, Person]:
        """People as a directory or a replica has them, with our rules."""
        rules, given = await self.counting(), await self.pushed(found.keys()) if found else {}
        return {
            subject: self._as_it_counts(with_pushed(person, given.get(subject, ())), rules)
            for subject, person in found.items()
        }

    def _as_it_counts(self, person: Person, rules: Counting) -> Person:
        """Whoever mixes roles in the directory does so until it is mended there, whatever counts here."""
        if not self.administrators_separate:
            return rules.counting(person)
        counts = judged(person)
        if counts.state is AccountState.ROLES_MIXED:
            roles = [f"{held.municipality}/{held.role}" for held in person.roles]
            log.warning("account.roles_mixed", login=person.login, roles=roles)
        return rules.counting(counts)


def known_people(state: State, directories: Directories) -> KnownPeople:
    settings = state.settings
    home = settings.office.municipality
    return KnownPeople(
        directories,
        settings.sign_in.administrators_separate,
        recovery.person(home) if home is not None else None,
        state.counting,
        pushed_roles(lambda: state),
        frozenset(one.id for one in settings.technical_accounts),
    )
