"""People of the office directory: sign-in by password, and reading the facts again. Nothing is ever written.

Life of a sign-in: the service account finds the one entry of that login name; whoever counts guesses is told
whose password is about to be tried, and may forbid it; a fresh connection binds as that entry with the password;
the service account reads the entry and its groups again, so that facts are younger than the bind. A refusal takes
a multiple of REFUSAL_STEP: time does not tell unknown from wrong.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

import structlog

from config.settings import Directory
from config.vocabulary import SubjectId
from idp.directory import filters, lockout, names
from idp.directory.account import account_state
from idp.directory.connection import BASE, SUBTREE, Connection
from idp.directory.entries import Entry, identity_of, logins_of, name_of
from idp.directory.errors import (
    REASON_OF_STATE,
    BindRefused,
    DirectoryMisconfigured,
    DirectoryUnreachable,
    EntryUnusable,
    RefusalReason,
)
from idp.directory.filters import Filter
from idp.directory.kind import kind_of, login_attributes, people_filter
from idp.directory.lockout import Lockout
from idp.directory.membership import ANYTHING, NO_ATTRIBUTES, groups
from idp.directory.password import Changed, NotChanged, NotChangedReason
from idp.directory.person import AccountState, Person
from idp.directory.pool import Pool
from idp.directory.subject import directory_of, subject
from idp.directory.subject import identity_of as identity_in

LONGEST_LOGIN = 256  # characters; RFC 4524 §2 suggests 256 for uid
LONGEST_PASSWORD = 1024  # bytes; decree 409/2025 §19(4) asks for 64 characters and more
REFUSAL_STEP = 0.1  # seconds; above the time of a bind with Argon2, below what annoys
BATCH = 50  # subjects in one search
WITHOUT_ONE_ENTRY = {0: RefusalReason.UNKNOWN_PERSON, 1: RefusalReason.ENTRY_UNUSABLE}

Admit = Callable[[SubjectId | None], Awaitable[bool]]
"""Asked before a password is tried: whose it is, None where the login is nobody's. False: it is not tried."""

_log = structlog.get_logger("idp.directory")


def report_to_log(unusable: EntryUnusable) -> None:
    _log.warning("directory entry refused", dn=unusable.dn, what=unusable.what)


def utc_now() -> datetime:
    return datetime.now(UTC)


class DirectoryReader:
    """Raises DirectoryUnreachable or DirectoryMisconfigured whenever the answer is not known for certain."""

    def __init__(
        self,
        settings: Directory,
        *,
        clock: Callable[[], datetime] = utc_now,
        report: Callable[[EntryUnusable], None] = report_to_log,
    ) -> None:
        self._settings = settings
        self._patterns = [names.group_pattern(mapping) for mapping in settings.roles]
        self._kind = kind_of(settings)
        self._logins = login_attributes(settings)
        self._anybody = people_filter(settings)
        self._clock = clock
        self._report = report
        self._pool = Pool(settings)
        self._attributes = (
            *self._logins,
            self._kind.identity,
            *("displayName", "cn", "mail"),
            *self._kind.account,
        )

    def close(self) -> None:
        self._pool.close()

    async def authenticate(
        self, login: str, password: str, admit: Admit | None = None
    ) -> Person | BindRefused:
        """The person, when the directory accepts the password and lets the account work."""
        began = time.monotonic()
        answer = await self._authenticate(login, password, admit or _anybody)
        if isinstance(answer, BindRefused):
            elapsed = time.monotonic() - began
            await asyncio.sleep(REFUSAL_STEP - elapsed % REFUSAL_STEP)
        return answer

    async def person(self, subject: SubjectId) -> Person | None:
        return (await self.people([subject])).get(subject)

    async def named(self, login: str) -> Person | None:
        """The one person of that login name, for those who look after the product."""
        if refused_before_asking(login, "-") is not None:
            return None
        where = self._called(login)
        found = await self._pool.run(lambda line: list(self._read(line, where)))
        return found[0] if len(found) == 1 else None

    async def change_password(self, subject: SubjectId, old: str, new: str) -> Changed | NotChanged:
        """Have the directory change it, for whom knows the old one. Whoever asks then ends the other sessions."""
        if refused_before_asking("-", old) is not None:
            return NotChanged(NotChangedReason.OLD_WRONG)
        if refused_before_asking("-", new) is not None:
            return NotChanged(NotChangedReason.AGAINST_RULES)
        where = filters.identity(self._kind.identity, identity_in(subject))
        try:
            found = await self._pool.run(lambda line: list(self._entries(line, where)))
            if directory_of(subject) != self._settings.name or len(found) != 1:
                return NotChanged(NotChangedReason.NOT_ALLOWED)
            reason = await self._pool.change_password(self._kind.password, found[0].dn, old, new)
        except DirectoryUnreachable:
            reason = NotChangedReason.UNREACHABLE
        return Changed() if reason is None else NotChanged(reason)

    async def people(self, subjects: Collection[SubjectId]) -> dict[SubjectId, Person]:
        """Those of `subjects` who are there. Who is missing has left the directory, or the people_filter,
        or was never in it: people of other directories are not asked for.

        Asked for nobody, it still sees whether the directory answers as the settings say.
        """
        wanted = sorted(each for each in set(subjects) if directory_of(each) == self._settings.name)
        found: dict[SubjectId, Person] = {}
        for first in range(0, len(wanted), BATCH):
            for person in await self._pool.run(partial(self._batch, wanted[first : first + BATCH])):
                found[person.subject] = person
        if len(found) < len(wanted) or not wanted:
            await self._pool.run(self._check_that_people_are_seen)
        return found

    async def everyone(self) -> AsyncIterator[Person]:
        """Everybody whom people_filter names, handed out only when the last page was read."""
        for person in await self._pool.run(lambda line: list(self._read(line, None))):
            yield person

    async def lockout(self) -> Lockout | None:
        """When the directory locks accounts, of all policies the service account may read; None: it does not tell."""
        try:
            return lockout.told_by(await self._pool.run(self._policies))
        except (DirectoryMisconfigured, EntryUnusable):  # the head of the domain may be out of its sight
            return None

    async def _authenticate(self, login: str, password: str, admit: Admit) -> Person | BindRefused:
        unfit = refused_before_asking(login, password)
        if unfit is not None:
            return BindRefused(unfit)
        where = self._called(login)
        entries = await self._pool.run(lambda line: list(self._entries(line, where)))
        whose = self._subject(entries[0]) if len(entries) == 1 else None
        if not await admit(whose):
            return BindRefused(RefusalReason.NOT_TRIED, whose)
        if whose is None:
            await self._pool.refusal(self._nobody(), password)
            return BindRefused(WITHOUT_ONE_ENTRY.get(len(entries), RefusalReason.AMBIGUOUS_PERSON))
        (entry,) = entries
        refusal = await self._pool.refusal(entry.dn, password)
        return await self._pool.run(lambda line: self._judge(line, entry, whose, login, refusal))

    def _subject(self, entry: Entry) -> SubjectId | None:
        try:
            return self._subject_of(entry)
        except EntryUnusable as unusable:
            self._report(unusable)
            return None

    def _policies(self, line: Connection) -> list[Entry]:
        """Whatever entry says when accounts are locked: the domain's head, and policies anywhere below it."""
        head, page = names.domain_of(self._settings.people_base), self._settings.page_size
        searches = (
            line.search(head, BASE, Filter("(objectClass=*)"), lockout.AD_ATTRIBUTES, page),
            line.search(head, SUBTREE, Filter(lockout.POLICIES), lockout.ATTRIBUTES, page),
        )
        return [entry for pages in searches for entries, _ in pages for entry in entries]

    def _judge(
        self, line: Connection, entry: Entry, whose: SubjectId, login: str, refusal: RefusalReason | None
    ) -> Person | BindRefused:
        if refusal is not None:
            return BindRefused(self._closer(entry, refusal), whose)
        where = filters.identity(self._kind.identity, identity_in(whose))
        people = list(self._read(line, where))
        if len(people) != 1 or not self._goes_by(entry, login):
            # unreadable, gone since, or a name that LDAP's loose comparison takes for another one
            return BindRefused(RefusalReason.ENTRY_UNUSABLE, whose)
        (person,) = people
        if person.state is not AccountState.ACTIVE:
            return BindRefused(REASON_OF_STATE[person.state], whose)
        return person

    def _batch(self, subjects: Sequence[SubjectId], line: Connection) -> list[Person]:
        ours = (filters.identity(self._kind.identity, identity_in(each)) for each in subjects)
        return list(self._read(line, filters.any_of(ours)))

    def _subject_of(self, entry: Entry) -> SubjectId:
        return subject(self._settings.name, identity_of(entry, self._kind.identity))

    def _closer(self, entry: Entry, refusal: RefusalReason) -> RefusalReason:
        """OpenLDAP calls an account that an administrator closed "locked" as well; the entry knows better."""
        try:
            state = account_state(entry, self._clock())
        except EntryUnusable:
            return refusal
        closed = refusal is RefusalReason.LOCKED and state is AccountState.DISABLED
        return RefusalReason.DISABLED if closed else refusal

    def _nobody(self) -> str:
        """Name of no entry, so that an unknown login costs a bind like a known one."""
        return f"cn={uuid.uuid4()},{self._settings.people_base}"

    def _called(self, login: str) -> Filter:
        return filters.any_of(filters.equal(each, login) for each in self._logins)

    def _goes_by(self, entry: Entry, login: str) -> bool:
        try:
            return login.casefold() in {each.casefold() for each in logins_of(entry, self._logins)}
        except EntryUnusable:
            return False  # reported when it was read as a person

    def _entries(self, line: Connection, where: Filter | None) -> Iterator[Entry]:
        condition = self._anybody if where is None else filters.all_of([self._anybody, where])
        pages = line.search(
            self._settings.people_base, SUBTREE, condition, self._attributes, self._settings.page_size
        )
        for entries, referrals in pages:
            for url in referrals if self._kind.tells_of_referrals else ():
                self._report(EntryUnusable(url, "a referral, which is not followed"))
            yield from entries

    def _read(self, line: Connection, where: Filter | None) -> Iterator[Person]:
        """People with their roles; whose entry is unusable is reported and left out."""
        entries = list(self._entries(line, where))  # one paged search at a time on a connection
        now = self._clock()
        for entry in entries:
            try:
                yield Person(
                    subject=self._subject_of(entry),
                    login=logins_of(entry, self._logins)[0],
                    name=name_of(entry),
                    mail=entry.text("mail") or "",
                    state=account_state(entry, now),
                    roles=names.roles(self._patterns, groups(line, self._settings, entry)),
                )
            except EntryUnusable as unusable:
                self._report(unusable)

    def _check_that_people_are_seen(self, line: Connection) -> None:
        """Without its rights the account sees an empty directory: that must not read as "all left"."""
        pages = line.search(self._settings.people_base, SUBTREE, self._anybody, NO_ATTRIBUTES, 1)
        if not any(entries for entries, _ in pages):
            raise DirectoryMisconfigured(
                f"nobody below {self._settings.people_base}",
                "give the service account read access, or correct people_base and people_filter",
            )
        found = line.search(self._settings.groups_base, BASE, ANYTHING, NO_ATTRIBUTES, 1)
        if not any(entries for entries, _ in found):
            raise DirectoryMisconfigured(self._settings.groups_base, "not visible; correct groups_base")


async def _anybody(_: SubjectId | None) -> bool:
    """Where nobody counts: commands and checks, which no stranger reaches."""
    return True


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
