"""People of the office directory: sign-in by password, and reading the facts again. Nothing is ever written.

Life of a sign-in: the service account finds the one entry of that login name; whoever counts guesses is told
whose password is about to be tried, and may forbid it; a fresh connection binds as that entry with the password;
the service account reads the entry and its groups again, so that facts are younger than the bind. A refusal takes
a multiple of REFUSAL_STEP: time does not tell unknown from wrong.
"""

import asyncio
import secrets
import time
import uuid
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from functools import partial
from itertools import islice

import structlog

from config.district import District
from config.settings import Directory
from config.vocabulary import SubjectId
from idp.directory import lockout
from idp.directory.account import account_state
from idp.directory.connection import Connection
from idp.directory.entries import Entry
from idp.directory.errors import (
    REASON_OF_STATE,
    BindRefused,
    DirectoryUnreachable,
    EntryUnusable,
    FactUnreadable,
    RefusalReason,
)
from idp.directory.kind import kind_of
from idp.directory.lockout import Lockout
from idp.directory.logins import Login, answers_to, filter_of, refused_before_asking, understood
from idp.directory.password import Changed, NotChanged, NotChangedReason
from idp.directory.people import Above, People, nothing_above
from idp.directory.person import AccountState, Person
from idp.directory.pool import Pool
from idp.directory.subject import directory_of

REFUSAL_STEP = 0.1  # seconds; above the time of a bind with Argon2, below what annoys
BATCH = 50  # subjects in one search
WITHOUT_ONE_ENTRY = {0: RefusalReason.UNKNOWN_PERSON, 1: RefusalReason.ENTRY_UNUSABLE}

Admit = Callable[[SubjectId | None], Awaitable[bool]]
"""Asked before a password is tried: whose it is, None where the login is nobody's. False: it is not tried."""

_log = structlog.get_logger("idp.directory")


def report_to_log(unusable: EntryUnusable) -> None:
    event = "directory fact unknown" if isinstance(unusable, FactUnreadable) else "directory entry refused"
    _log.warning(event, dn=unusable.dn, what=unusable.what)


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
        above: Above = nothing_above,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._report = report
        self._people = People(settings, district, clock, report, above)
        self._pool = Pool(settings)

    @property
    def url(self) -> str:
        """Of the server that is preferred."""
        return self._settings.servers[0]

    def close(self) -> None:
        self._pool.close()

    async def authenticate(
        self, login: str, password: str, admit: Admit | None = None
    ) -> Person | BindRefused:
        """The person, when this directory knows the login, accepts the password and lets the account work."""
        return await in_steps(self._authenticate(login, password, admit or nobody_counts))

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

    async def find(self, login: str) -> list[Entry]:
        """Entries that LDAP's comparison takes for the login; of any number two, which are one too many already."""
        where = filter_of(understood(login, self._settings), self._settings)
        return await self._pool.run(lambda line: list(islice(self._people.entries(line, where, page=2), 2)))

    def subject_of(self, entry: Entry) -> SubjectId | None:
        """None for an entry that says nothing usable; that is reported."""
        try:
            return self._people.subject_of(entry)
        except EntryUnusable as unusable:
            self._report(unusable)
            return None

    async def try_password(
        self, entry: Entry, whose: SubjectId, login: str, password: str
    ) -> Person | BindRefused:
        """The second half of `authenticate`: `entry` is the one that was found."""
        refusal = await self._pool.refusal(entry.dn, password)
        if refusal is not None:  # nothing more is asked: an unknown login costs no more either
            return BindRefused(self._closer(entry, refusal), whose)
        meant = understood(login, self._settings)
        return await self._pool.run(lambda line: self._judge(line, whose, meant))

    async def pretend(self, password: str) -> None:
        """Take the time of a password that is tried, so that an unknown login costs what a known one does.

        Another one as long is tried: whoever runs the directory sees it, and that person may be somebody else's.
        """
        invented = secrets.token_hex(len(password))[: len(password)]
        await self._pool.refusal(f"cn={uuid.uuid4()},{self._settings.people_base}", invented)

    async def change_password(self, subject: SubjectId, old: str, new: str) -> Changed | NotChanged:
        """Have the directory change it, for whom knows the old one. Whoever asks then ends the other sessions."""
        if refused_before_asking("-", old) is not None:
            return NotChanged(NotChangedReason.OLD_WRONG)
        if refused_before_asking("-", new) is not None:
            return NotChanged(NotChangedReason.AGAINST_RULES)
        where = self._people.identity(subject)
        try:
            found = await self._pool.run(lambda line: list(self._people.entries(line, where)))
            if directory_of(subject) != self._settings.name or len(found) != 1:
                return NotChanged(NotChangedReason.NOT_ALLOWED)
            way = kind_of(self._settings).password
            reason = await self._pool.change_password(way, found[0].dn, old, new)
        except DirectoryUnreachable:  # before anything was asked of it
            reason = NotChangedReason.UNREACHABLE
        return Changed() if reason is None else NotChanged(reason)

    async def lockout(self) -> Lockout | None:
        """When the directory locks accounts, of all policies the service account may read; None: it does not tell.

        Raises DirectoryMisconfigured where the head of the domain is out of the account's sight, too.
        """
        return lockout.told_by(await self._pool.run(self._people.lockout_policies), self._report)

    async def _authenticate(self, login: str, password: str, admit: Admit) -> Person | BindRefused:
        unfit = refused_before_asking(login, password)
        if unfit is not None:
            return BindRefused(unfit)
        entries = await self.find(login)
        whose = self.subject_of(entries[0]) if len(entries) == 1 else None
        if not await admit(whose):
            return BindRefused(RefusalReason.NOT_TRIED, whose)
        if whose is None:
            await self.pretend(password)
            return BindRefused(WITHOUT_ONE_ENTRY.get(len(entries), RefusalReason.AMBIGUOUS_PERSON))
        return await self.try_password(entries[0], whose, login, password)

    def _judge(self, line: Connection, whose: SubjectId, login: Login) -> Person | BindRefused:
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
        """OpenLDAP calls an account that was closed, or is not in its time, "locked" too; the entry knows better."""
        try:
            state = account_state(entry, self._clock())
        except EntryUnusable:
            return refusal
        closed = refusal is RefusalReason.LOCKED and state in {AccountState.DISABLED, AccountState.EXPIRED}
        return REASON_OF_STATE[state] if closed else refusal


async def nobody_counts(_: SubjectId | None) -> bool:
    """Where nobody counts: commands and checks, which no stranger reaches."""
    return True
