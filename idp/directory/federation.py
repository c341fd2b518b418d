"""Any number of directories as one: whose a login is, and which directory speaks for a person.

Laws: a password is shown to one directory at most, to that which alone answers to the login; a login with a realm is
the affair of the realm's directory; a directory that is away hurts the people of no other, and what it might have
said is not guessed; nobody can tell from answers or their time which directories know a login; where a password is only
seemingly tried, it is an invented one.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from config.district import District
from config.settings import Directory
from config.vocabulary import DirectoryName, SubjectId
from idp.directory.entries import Entry
from idp.directory.errors import (
    BindRefused,
    DirectoryUnreachable,
    DirectoryUnusable,
    EntryUnusable,
    RefusalReason,
)
from idp.directory.logins import refused_before_asking
from idp.directory.password import Changed, NotChanged, NotChangedReason
from idp.directory.people import Above, nothing_above
from idp.directory.person import Person
from idp.directory.reader import (
    WITHOUT_ONE_ENTRY,
    Admit,
    DirectoryReader,
    in_steps,
    nobody_counts,
    report_to_log,
    utc_now,
)
from idp.directory.realms import Realms
from idp.directory.subject import directory_of

T = TypeVar("T")

PRETENCE_AT_MOST = timedelta(seconds=2)  # that a refusal waits for a directory that hangs
LOOK_AT_MOST = timedelta(seconds=2)  # that a login all are asked about waits for one of them


class Memory(Protocol):
    """Whom a login meant when all directories answered."""

    async def last_meant(self, login: str) -> SubjectId | None:
        """None where that is not remembered."""
        ...

    async def forget(self, login: str) -> None:
        """It means nobody or several by now."""
        ...


class NothingRemembered:
    """Implements `Memory`."""

    async def last_meant(self, _login: str) -> None:
        return None

    async def forget(self, _login: str) -> None: ...


class Federation:
    """Raises DirectoryUnreachable or DirectoryMisconfigured whenever the answer is not known for certain."""

    def __init__(
        self,
        directories: Sequence[Directory],
        district: District | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        report: Callable[[EntryUnusable], None] = report_to_log,
        memory: Memory | None = None,
        above: Above = nothing_above,
        pretence_at_most: timedelta = PRETENCE_AT_MOST,
        look_at_most: timedelta = LOOK_AT_MOST,
    ) -> None:
        self._pretence_at_most, self._look_at_most = pretence_at_most, look_at_most
        self.realms = Realms(MappingProxyType({one.name: tuple(one.realms) for one in directories}))
        self._memory = memory or NothingRemembered()
        self._silent: set[DirectoryName] = set()
        self.readers: Mapping[DirectoryName, DirectoryReader] = MappingProxyType(
            {
                one.name: DirectoryReader(one, district, clock=clock, report=report, above=above)
                for one in directories
            }
        )

    @property
    def some_silent(self) -> bool:
        """Whether one did not answer, when all were last asked about a login or had a password to try."""
        return bool(self._silent)

    def close(self) -> None:
        for reader in self.readers.values():
            reader.close()

    async def authenticate(
        self, login: str, password: str, admit: Admit | None = None
    ) -> Person | BindRefused:
        """The person, when the login is one person's and that person's directory accepts the password."""
        only = self._only(login)
        if only is not None:
            return await only.authenticate(login, password, admit)
        return await in_steps(self._among_all(login, password, admit or nobody_counts))

    async def person(self, subject: SubjectId) -> Person | None:
        """As that person's directory knows them now; None for people of no directory of ours."""
        reader = self.readers.get(directory_of(subject))
        return None if reader is None else await reader.person(subject)

    async def named(self, login: str) -> list[Person]:
        """Whoever answers to a login, in every directory, for those who look after the product."""
        only = self._only(login)
        asked = [only] if only is not None else list(self.readers.values())
        found = await asyncio.gather(*(reader.named(login) for reader in asked))
        return [person for people in found for person in people]

    async def change_password(self, subject: SubjectId, old: str, new: str) -> Changed | NotChanged:
        """As `DirectoryReader.change_password`, in the directory whose the person is."""
        reader = self.readers.get(directory_of(subject))
        if reader is None:
            return NotChanged(NotChangedReason.NOT_ALLOWED)
        return await reader.change_password(subject, old, new)

    def _only(self, login: str) -> DirectoryReader | None:
        """The one directory that is asked about the login; None: all are."""
        if len(self.readers) == 1:
            return next(iter(self.readers.values()))
        owner = self.realms.owner(login)
        return None if owner is None else self.readers[owner]

    async def _among_all(self, login: str, password: str, admit: Admit) -> Person | BindRefused:
        unfit = refused_before_asking(login, password)
        if unfit is not None:
            return BindRefused(unfit)
        found, answering = await self._found(login)
        reader, entry = found[0] if len(found) == 1 else (None, None)
        whose = reader.subject_of(entry) if reader is not None and entry is not None else None
        away = len(answering) < len(self.readers)
        # while a directory is away: only whom the login meant when all answered
        remembered = await self._memory.last_meant(login)
        known = whose if not away or whose == remembered else None
        plainly_nobodys = whose is None and (not away or len(found) > 1)
        if remembered is not None and plainly_nobodys:  # or a later password of another would go there
            await self._memory.forget(login)
        if not await admit(known):
            return BindRefused(RefusalReason.NOT_TRIED, known)
        others = [one for one in answering if known is None or one is not reader]
        tries = (self._unless_away(one, one.pretend(password)) for one in others)
        async with _pretending(tries, self._pretence_at_most) as pretended:
            if reader is not None and entry is not None and known is not None:
                said = await self._unless_away(reader, reader.try_password(entry, known, login, password))
                answer = said or BindRefused(RefusalReason.UNDECIDED_PERSON, known)
            else:
                undecided = away and len(found) < 2
                reason = WITHOUT_ONE_ENTRY.get(len(found), RefusalReason.AMBIGUOUS_PERSON)
                answer = BindRefused(RefusalReason.UNDECIDED_PERSON if undecided else reason)
            if isinstance(answer, BindRefused):
                await pretended()
        return answer

    async def _unless_away(self, reader: DirectoryReader, trial: Awaitable[T]) -> T | None:
        """None where the directory, which answered a moment ago, does not: an error at the logins that it knows, and
        at no others, would tell which these are.
        """
        try:
            return await trial
        except DirectoryUnusable:
            self._silent |= {name for name, one in self.readers.items() if one is reader}
            return None

    async def _found(self, login: str) -> tuple[list[tuple[DirectoryReader, Entry]], list[DirectoryReader]]:
        """Entries of the login everywhere, and the directories that answered in time. Raises where none did."""
        looks = (self._look(one, login) for one in self.readers.values())
        answers = await asyncio.gather(*looks, return_exceptions=True)
        found, answering, troubles = [], [], []
        for (name, reader), answer in zip(self.readers.items(), answers, strict=True):
            if isinstance(answer, DirectoryUnusable):
                self._silent.add(name)
                troubles.append(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                self._silent.discard(name)
                answering.append(reader)
                found += [(reader, entry) for entry in answer]
        if not answering:
            raise troubles[0]
        return found, answering

    async def _look(self, reader: DirectoryReader, login: str) -> list[Entry]:
        """One that is slow counts as silent here, or it would hold up the people of all others."""
        try:
            async with asyncio.timeout(self._look_at_most.total_seconds()):
                return await reader.find(login)
        except TimeoutError as late:
            limit = f"{self._look_at_most.total_seconds():g} s"
            hint = f"to look for a login took it more than {limit}; with their realm its people can sign in"
            raise DirectoryUnreachable(reader.url, hint) from late


@contextlib.asynccontextmanager
async def _pretending(
    tries: Iterable[Coroutine[Any, Any, None]], at_most: timedelta
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Has every directory that is not the person's take as long as a password takes, so that the time of a refusal
    is that of the slowest one, whoever knows the login. Inside, waits until they have, but for no one that hangs.
    """
    tasks = [asyncio.create_task(one) for one in tries]

    async def pretended() -> None:
        if tasks:
            await asyncio.wait(tasks, timeout=at_most.total_seconds())

    try:
        yield pretended
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
