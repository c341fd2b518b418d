"""People of one directory, read on a connection: which entries are meant, and what each says. Blocks."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

from config.district import District
from config.settings import Directory
from config.vocabulary import DirectoryName, SubjectId
from idp.directory import filters, lockout
from idp.directory.account import account_state
from idp.directory.connection import BASE, SUBTREE, Connection
from idp.directory.entries import Entry, identity_of, logins_of, name_of, told_values
from idp.directory.errors import DirectoryMisconfigured, EntryUnusable, FactUnreadable, nobody_below
from idp.directory.evaluation import Evaluation
from idp.directory.filters import Filter
from idp.directory.kind import Membership, attributes_of_people, kind_of, login_attributes, people_filter
from idp.directory.membership import ANYTHING, NO_ATTRIBUTES, groups
from idp.directory.names import comparable, domain_of
from idp.directory.person import Person
from idp.directory.role_mapping import Evidence, czech_day
from idp.directory.subject import identity_of as identity_in
from idp.directory.subject import subject
from idp.directory.sync.record import GroupRecord

Above = Callable[[DirectoryName, Collection[str]], Sequence[GroupRecord]]
"""Groups in which these keys are, through any number of others, as the replica knows them."""


def nothing_above(_directory: DirectoryName, _keys: Collection[str]) -> Sequence[GroupRecord]:
    """Where no replica is kept."""
    return ()


class People:
    """`report` is told of entries that are left out; `above` knows of groups in groups."""

    def __init__(
        self,
        settings: Directory,
        district: District | None,
        clock: Callable[[], datetime],
        report: Callable[[EntryUnusable], None],
        above: Above = nothing_above,
    ) -> None:
        self._settings = settings
        self._evaluation = Evaluation(settings, district)
        self._kind = kind_of(settings)
        self._logins = login_attributes(settings)
        self._anybody = people_filter(settings)
        self._clock = clock
        self._report = report
        self._above = above
        self._attributes = attributes_of_people(settings, self._evaluation.attributes)

    def entries(self, line: Connection, where: Filter, page: int = 0) -> Iterator[Entry]:
        """`page`: entries asked for at once, where it is not the usual number."""
        condition = filters.all_of([self._anybody, where])
        pages = line.search(
            self._settings.people_base, SUBTREE, condition, self._attributes, page or self._settings.page_size
        )
        for entries, referrals in pages:
            for url in referrals if self._kind.tells_of_referrals else ():
                self._report(EntryUnusable(url, "a referral, which is not followed"))
            yield from entries

    def read(self, line: Connection, where: Filter) -> Iterator[Person]:
        return self.of(line, list(self.entries(line, where)))  # one paged search at a time on a connection

    def of(self, line: Connection, entries: Sequence[Entry]) -> Iterator[Person]:
        """People with their roles; whose entry is unusable is reported and left out."""
        for entry in entries:
            try:
                yield self._person(line, entry, self._clock())
            except EntryUnusable as unusable:
                self._report(unusable)

    def of_identities(self, line: Connection, subjects: Sequence[SubjectId]) -> list[Person]:
        return list(self.read(line, filters.any_of(self.identity(each) for each in subjects)))

    def identity(self, whose: SubjectId) -> Filter:
        return filters.identity(self._kind.identity, identity_in(whose))

    def subject_of(self, entry: Entry) -> SubjectId:
        """Raises EntryUnusable."""
        return subject(self._settings.name, identity_of(entry, self._kind.identity))

    def check_that_they_are_seen(self, line: Connection) -> None:
        """That there are people and the groups' base; raises DirectoryMisconfigured."""
        pages = line.search(self._settings.people_base, SUBTREE, self._anybody, NO_ATTRIBUTES, 1)
        if not any(entries for entries, _ in pages):
            raise nobody_below(self._settings.people_base)
        found = line.search(self._settings.groups_base, BASE, ANYTHING, NO_ATTRIBUTES, 1)
        if not any(entries for entries, _ in found):
            raise DirectoryMisconfigured(self._settings.groups_base, "not visible; correct groups_base")

    def lockout_policies(self, line: Connection) -> list[Entry]:
        """Whatever entry says when accounts are locked: the domain's head, and policies anywhere below it."""
        head, page = domain_of(self._settings.people_base), self._settings.page_size
        searches = (
            line.search(head, BASE, ANYTHING, lockout.AD_ATTRIBUTES, page),
            line.search(head, SUBTREE, Filter(lockout.POLICIES), lockout.ATTRIBUTES, page),
        )
        return [entry for pages in searches for entries, _ in pages for entry in entries]

    def _person(self, line: Connection, entry: Entry, now: datetime) -> Person:
        whose, day = self.subject_of(entry), czech_day(now)
        own = self._evidence(line, entry)
        represented = {
            login: self._who_has(line, login) for login in self._evaluation.represented(own.login, day)
        }
        held = self._evaluation.held(own, represented, day)
        work, unreadable = self._evaluation.work(own)
        for each in unreadable:
            self._report(FactUnreadable(entry.dn, str(each)))
        return Person(
            subject=whose,
            login=own.login,
            name=name_of(entry),
            mail=entry.text("mail") or "",
            state=account_state(entry, now),
            roles=held.roles,
            standing_in=held.standing_in,
            work=work,
        )

    def _evidence(self, line: Connection, entry: Entry) -> Evidence:
        """Raises EntryUnusable."""
        login = logins_of(entry, self._logins)[0]
        names = groups(line, self._settings, entry)
        if self._kind.membership is Membership.OF_GROUPS:
            above = self._above(self._settings.name, [comparable(name) for name in names])
            names += [group.dn for group in above]
        values = {name: told_values(entry, name) for name in self._evaluation.attributes}
        return Evidence(dn=entry.dn, login=login, groups=names, values=values)

    def _who_has(self, line: Connection, login: str) -> list[Evidence]:
        """Everybody with that canonical login; nobody where an entry of them is unusable, which is reported."""
        found = list(self.entries(line, filters.equal(self._logins[0], login)))
        try:
            for entry in found:
                self.subject_of(entry)
            return [self._evidence(line, entry) for entry in found]
        except EntryUnusable as unusable:
            self._report(unusable)
            return []
