"""Who people are for sign-in and sessions: what the directory says, and two rules of ours.

Administrators have accounts of their own (`idp/directory/separation.py`). The recovery administrator is nobody of
the directory: it is known without asking, and nobody of the directory can be it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from config.vocabulary import RECOVERY_ADMINISTRATOR, SubjectId
from idp.directory.errors import BindRefused, RefusalReason
from idp.directory.person import AccountState, Person
from idp.directory.reader import Admit
from idp.directory.separation import judged

log = structlog.get_logger("directory")


class Directory(Protocol):
    """Each raises DirectoryUnusable where it does not know for certain."""

    async def authenticate(
        self, login: str, password: str, admit: Admit | None = None
    ) -> Person | BindRefused: ...

    async def person(self, subject: SubjectId) -> Person | None: ...

    async def people(self, subjects: Collection[SubjectId]) -> Mapping[SubjectId, Person]: ...


@dataclass(frozen=True, slots=True)
class KnownPeople:
    directory: Directory
    administrators_separate: bool
    recovery: Person | None
    """None where the product has none."""

    async def authenticate(self, login: str, password: str, admit: Admit) -> Person | BindRefused:
        answer = await self.directory.authenticate(login, password, admit)
        if answer.subject == RECOVERY_ADMINISTRATOR:
            return BindRefused(RefusalReason.ENTRY_UNUSABLE)
        return self._as_it_counts(answer) if isinstance(answer, Person) else answer

    async def person(self, subject: SubjectId) -> Person | None:
        if subject == RECOVERY_ADMINISTRATOR:
            return self.recovery
        found = await self.directory.person(subject)
        return self._as_it_counts(found) if found is not None else None

    async def people(self, subjects: Collection[SubjectId]) -> dict[SubjectId, Person]:
        found = await self.directory.people([one for one in subjects if one != RECOVERY_ADMINISTRATOR])
        known = {subject: self._as_it_counts(person) for subject, person in found.items()}
        if self.recovery is not None and RECOVERY_ADMINISTRATOR in subjects:
            known[RECOVERY_ADMINISTRATOR] = self.recovery
        return known

    def _as_it_counts(self, person: Person) -> Person:
        if not self.administrators_separate:
            return person
        counts = judged(person)
        if counts.state is AccountState.ROLES_MIXED:
            roles = [f"{held.municipality}/{held.role}" for held in person.roles]
            log.warning("account.roles_mixed", login=person.login, roles=roles)
        return counts
