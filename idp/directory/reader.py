"""People of the office directory: sign-in by password, and reading the facts again. Nothing is ever written.

Life of a sign-in: the service account finds the one entry of that login name; a fresh connection binds as
that entry with the password; the service account reads the entry and its groups again, so that facts are
younger than the bind. A refusal takes a multiple of REFUSAL_STEP: time does not tell unknown from wrong.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from datetime import UTC, datetime
from functools import partial

import structlog

from config.district import District
from config.settings import Directory
from config.vocabulary import SubjectId
from idp.directory.account import account_state
from idp.directory.connection import Connection
from idp.directory.entries import Entry
from idp.directory.errors import REASON_OF_STATE, BindRefused, EntryUnusable, RefusalReason
from idp.directory.logins import Login, answers_to, filter_of, understood
from idp.directory.people import People
from idp.directory.person import AccountState, Person
from idp.directory.pool import Pool
from idp.directory.subject import directory_of

LONGEST_LOGIN = 256  # characters; RFC 4524 §2 suggests 256 for uid
LONGEST_PASSWORD = 1024  # bytes; decree 409/2025 §19(4) asks for 64 characters and more
REFUSAL_STEP = 0.1  # seconds; above the time of a bind with Argon2, below what annoys
BATCH = 50  # subjects in one search

_log = structlog.get_logger("idp.directory")


def report_to_log(unusable: EntryUnusable) -> None:
    _log.warning("directory entry refused", dn=unusable.dn, what=unusable.what)


def utc_now() -> datetime:
    return datetime.now(UTC)


async def in_steps(answer: Awaitable[Person | BindRefused]) -> Person | BindRefused:
    """A refusal takes a multiple of REFUSAL_STEP."""
    began = time.monotonic()
    said = await answer
    if isinstance(said, BindRefused):
        elapsed = time.monotonic() - began
        await asyncio.sleep(REFUSAL_STEP - elapsed % REFUSAL_STEP)
    return said


class DirectoryReader:
    """Raises DirectoryUnreachable or DirectoryMisconfigured whenever the answer is not known for certain."""

    def __init__(
        self,
        settings: Directory,
        district: District | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        report: Callable[[EntryUnusable], None] = report_to_log,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._report = report
        self._people = People(settings, district, clock, report)
        self._pool = Pool(settings)

    def close(self) -> None:
        self._pool.close()

    async def authenticate(self, login: str, password: str) -> Person | BindRefused:
        """The person, when this directory knows the login, accepts the password and lets the account work."""
        return await in_steps(self._authenticate(login, password))

    async def person(self, subject: SubjectId) -> Person | None:
        return (await self.people([subject])).get(subject)

    async def named(self, login: str) -> list[Person]:
        """Whoever answers to a login, for those who look after the product."""
        if refused_before_asking(login, "-") is not None:
            return []
        where = filter_of(understood(login, self._settings), self._settings)
        return await self._pool.run(lambda line: list(self._people.read(line, where)))

    async def people(self, subjects: Collection[SubjectId]) -> dict[SubjectId, Person]:
        """Those of `subjects` who are there. Who is missing has left the directory, or the people_filter,
        or was never in it: people of other directories are not asked for.

        Asked for nobody, it still sees whether the directory answers as the settings say.
        """
        wanted = sorted(each for each in set(subjects) if directory_of(each) == self._settings.name)
        found: dict[SubjectId, Person] = {}
        for first in range(0, len(wanted), BATCH):
            some = partial(self._people.of_identities, subjects=wanted[first : first + BATCH])
            for person in await self._pool.run(some):
                found[person.subject] = person
        if len(found) < len(wanted) or not wanted:
            await self._pool.run(self._people.check_that_they_are_seen)
        return found

    async def everyone(self) -> AsyncIterator[Person]:
        """Everybody whom people_filter names, handed out only when the last page was read."""
        for person in await self._pool.run(lambda line: list(self._people.read(line, None))):
            yield person

    async def find(self, login: str) -> list[Entry]:
        """Entries that LDAP's comparison takes for the login."""
        where = filter_of(understood(login, self._settings), self._settings)
        return await self._pool.run(lambda line: list(self._people.entries(line, where)))

    def subject_of(self, entry: Entry) -> SubjectId:
        """Raises EntryUnusable."""
        return self._people.subject_of(entry)

    async def try_password(self, entry: Entry, login: str, password: str) -> Person | BindRefused:
        """The second half of `authenticate`: `entry` is the one that was found."""
        refusal = await self._pool.refusal(entry.dn, password)
        meant = understood(login, self._settings)
        return await self._pool.run(lambda line: self._judge(line, entry, meant, refusal))

    async def pretend(self, password: str) -> None:
        """Take the time of a password that is tried, so that an unknown login costs what a known one does."""
        await self._pool.refusal(f"cn={uuid.uuid4()},{self._settings.people_base}", password)

    async def _authenticate(self, login: str, password: str) -> Person | BindRefused:
        unfit = refused_before_asking(login, password)
        if unfit is not None:
            return BindRefused(unfit)
        entries = await self.find(login)
        if len(entries) != 1:
            await self.pretend(password)
            return BindRefused(RefusalReason.AMBIGUOUS_PERSON if entries else RefusalReason.UNKNOWN_PERSON)
        return await self.try_password(entries[0], login, password)

    def _judge(
        self, line: Connection, entry: Entry, login: Login, refusal: RefusalReason | None
    ) -> Person | BindRefused:
        try:
            whose = self._people.subject_of(entry)
        except EntryUnusable as unusable:
            self._report(unusable)
            return BindRefused(RefusalReason.ENTRY_UNUSABLE)
        if refusal is not None:
            return BindRefused(self._closer(entry, refusal), whose)
        again = list(self._people.entries(line, self._people.identity(whose)))
        people = list(self._people.of(line, again))
        if len(people) != 1 or not answers_to(again[0], login, self._settings):
            # unreadable, gone since, or a name that LDAP's loose comparison takes for another one
            return BindRefused(RefusalReason.ENTRY_UNUSABLE, whose)
        (person,) = people
        if person.state is not AccountState.ACTIVE:
            return BindRefused(REASON_OF_STATE[person.state], whose)
        return person

    def _closer(self, entry: Entry, refusal: RefusalReason) -> RefusalReason:
        """OpenLDAP calls an account that an administrator closed "locked" as well; the entry knows better."""
        try:
            state = account_state(entry, self._clock())
        except EntryUnusable:
            return refusal
        closed = refusal is RefusalReason.LOCKED and state is AccountState.DISABLED
        return RefusalReason.DISABLED if closed else refusal


def refused_before_asking(login: str, password: str) -> RefusalReason | None:
    """What no directory needs to be asked about; above all an empty password, which binds as nobody."""
    if not login.strip():
        return RefusalReason.EMPTY_LOGIN
    if not password:
        return RefusalReason.EMPTY_PASSWORD
    unfit = (
        not login.isprintable()
        or login != login.strip()
        or len(login) > LONGEST_LOGIN
        or "\0" in password
        or any(0xD800 <= ord(letter) < 0xE000 for letter in login + password)  # lone surrogates: no UTF-8
        or len(password.encode(errors="replace")) > LONGEST_PASSWORD
    )
    return RefusalReason.UNFIT_INPUT if unfit else None
