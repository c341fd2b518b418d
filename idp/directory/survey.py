"""What the configuration would make of a whole directory, before anything is switched on. Pure, but for being filled.

People and groups are gathered page by page, with memberships as numbers: a hundred thousand people and their groups
fit into a few hundred MiB.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from config.settings import Directory
from config.vocabulary import ADMINISTRATORS, MunicipalityCode, Role
from idp.directory.deputies import standing_in
from idp.directory.near_misses import NearMiss, near_misses
from idp.directory.person import AccountState, RoleHeld, StandIn
from idp.directory.role_mapping import Evidence, Given, RoleBook
from idp.directory.spelling import strictly
from idp.directory.survey_work import WorkTold, work_told
from idp.directory.sync.record import EntryProblem, GroupRecord, PersonRecord
from idp.directory.work_book import WorkBook


@dataclass(slots=True)
class Gathering:
    """What was read of a directory."""

    people: list[PersonRecord] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Distinguished names of groups."""
    problems: list[EntryProblem] = field(default_factory=list)
    _nodes: dict[str, int] = field(default_factory=dict)
    _members: "list[array[int]]" = field(default_factory=list)
    _groups: dict[int, int] = field(default_factory=dict)
    """Node → number of the group."""
    _by_sid: dict[str, int] = field(default_factory=dict)

    def add_people(self, people: Iterable[PersonRecord]) -> None:
        for one in people:
            self._node(one.key)
            self.people.append(one)

    def add_groups(self, groups: Iterable[GroupRecord]) -> None:
        for one in groups:
            self._groups[self._node(one.key)] = len(self.names)
            if one.sid:
                self._by_sid[one.sid] = len(self.names)
            self.names.append(one.dn)
            self._members.append(array("I", map(self._node, one.members)))

    def _node(self, key: str) -> int:
        return self._nodes.setdefault(key, len(self._nodes))

    def groups_in(self, group: int) -> list[int]:
        return [self._groups[node] for node in self._members[group] if node in self._groups]

    def within(self, group: int) -> set[int]:
        """The group and all groups in it, through any number of others; circles end."""
        found, ahead = {group}, [group]
        while ahead:
            further = [one for one in self.groups_in(ahead.pop()) if one not in found]
            found.update(further)
            ahead += further
        return found

    def held_by_people(self, wanted: Sequence[int]) -> Mapping[int, list[int]]:
        """Number of the person → which of the wanted groups they are in, however deep, or by primary group."""
        holders: dict[int, list[int]] = defaultdict(list)
        numbers = {self._nodes[one.key]: number for number, one in enumerate(self.people)}
        primary: dict[int, list[int]] = defaultdict(list)
        for number, one in enumerate(self.people):
            if one.primary_group in self._by_sid:
                primary[self._by_sid[one.primary_group]].append(number)
        for group in wanted:
            inside = self.within(group)
            members = {node for one in inside for node in self._members[one]}
            found = {numbers[node] for node in members if node in numbers}
            for number in found.union(*(primary.get(one, ()) for one in inside)):
                holders[number].append(group)
        return holders

    def circles(self) -> list[str]:
        """Groups that contain themselves, through others or directly, and what lies between such."""
        below = {one: set(self.groups_in(one)) for one in range(len(self.names))}
        left = {one for one in below if below[one]}
        while True:
            inside = {one for one in left if below[one] & left}
            contained = {inner for one in inside for inner in below[one]} & inside
            if contained == left:
                return sorted(self.names[one] for one in left)
            left = contained


@dataclass(frozen=True, slots=True)
class Holder:
    """A person to whom something gives a role."""

    person: PersonRecord
    given: tuple[Given, ...]
    """By rules, those too that the directory may not give."""
    standing_in: tuple[StandIn, ...] = ()

    def roles(self) -> frozenset[tuple[MunicipalityCode, Role]]:
        own = {(one.held.municipality, one.held.role) for one in self.given if one.allowed}
        return frozenset(own | {(one.held.municipality, one.held.role) for one in self.standing_in})


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    people: int
    groups: int
    holders: Mapping[str, Holder]
    """By identity."""
    places: Mapping[tuple[MunicipalityCode, Role], int]
    """How many people would have which role where."""
    states: Mapping[AccountState, int]
    by_rule: Mapping[int, int]
    """Number of the rule → how many people have a role by it."""
    idle_rules: tuple[int, ...]
    """Rules that hold today and give nobody anything."""
    outside: Mapping[tuple[int, MunicipalityCode], int]
    near: tuple[NearMiss, ...]
    circles: tuple[str, ...]
    nested: tuple[str, ...]
    """Groups that give a role also to members of groups in them."""
    duplicates: Mapping[str, tuple[str, ...]]
    """Login or mail address → distinguished names, where there are several."""
    problems: tuple[EntryProblem, ...]
    mixed: tuple[str, ...]
    """Logins of administrators who have ordinary roles too."""
    unknown_deputies: tuple[str, ...]
    """Logins named as deputies, or as those stood in for, of which there is not exactly one."""
    work: WorkTold = field(default_factory=WorkTold)

    def has_problems(self) -> bool:
        wrong = (self.idle_rules, self.outside, self.near, self.circles, self.duplicates, self.problems)
        return any(wrong) or bool(self.mixed or self.unknown_deputies or self.work.unreadable)


def survey(
    gathered: Gathering,
    settings: Directory,
    book: RoleBook,
    day: date,
    now: datetime,
    work: WorkBook | None = None,
) -> Survey:
    """`day`: today where the offices are. `work`: reads what is told of people's work, where the district is known."""
    giving = [
        number
        for number, name in enumerate(gathered.names)
        if book.given(Evidence(dn="", login="", groups=[name]), day)
    ]
    holders = _holders(gathered, book, gathered.held_by_people(giving), day)
    logins, duplicates = _logins(gathered.people)
    holders |= _deputies(settings, logins, holders, day)
    roles = {identity: one.roles() for identity, one in holders.items()}
    given = [one for holder in holders.values() for one in holder.given]
    by_rule = Counter(rule for one in holders.values() for rule in {each.rule for each in one.given})
    named = {login for one in settings.deputies for login in (one.person, one.in_place_of)}
    return Survey(
        people=len(gathered.people),
        groups=len(gathered.names),
        holders=holders,
        places=Counter(place for held in roles.values() for place in held),
        states=Counter(one.account.state(now) for one in gathered.people),
        by_rule=by_rule,
        idle_rules=tuple(number for number in book.holding(day) if number not in by_rule),
        outside=Counter((one.rule, one.held.municipality) for one in given if not one.allowed),
        near=tuple(near_misses(settings.roles, gathered.names, {gathered.names[one] for one in giving})),
        circles=tuple(gathered.circles()),
        nested=tuple(sorted(gathered.names[one] for one in giving if len(gathered.within(one)) > 1)),
        duplicates=duplicates,
        problems=tuple(gathered.problems),
        mixed=tuple(sorted(_mixed(holders, roles))),
        unknown_deputies=tuple(sorted(login for login in named if strictly(login) not in logins)),
        work=work_told(gathered.people, work or WorkBook(settings)),
    )


def _holders(
    gathered: Gathering, book: RoleBook, groups: Mapping[int, list[int]], day: date
) -> dict[str, Holder]:
    found = {}
    for number, one in enumerate(gathered.people):
        names = [gathered.names[group] for group in groups.get(number, ())]
        evidence = Evidence(dn=one.dn, login=one.logins[0], groups=names, values=one.attributes)
        if given := book.given(evidence, day):
            found[one.identity] = Holder(one, tuple(given))
    return found


def _logins(people: Sequence[PersonRecord]) -> tuple[dict[str, PersonRecord], dict[str, tuple[str, ...]]]:
    """Who has which canonical login alone; logins, aliases and addresses of several."""
    canonical: dict[str, PersonRecord] = {}
    first: dict[str, PersonRecord] = {}
    shared: dict[str, list[str]] = {}
    for one in people:
        canonical.setdefault(strictly(one.logins[0]), one)
        for text in {strictly(each) for each in (*one.logins, one.mail) if each}:
            other = first.setdefault(text, one)
            if other is not one:
                shared.setdefault(text, [other.dn]).append(one.dn)
    alone = {login: one for login, one in canonical.items() if login not in shared}
    return alone, {text: tuple(names) for text, names in shared.items()}


def _deputies(
    settings: Directory, logins: Mapping[str, PersonRecord], holders: Mapping[str, Holder], day: date
) -> dict[str, Holder]:
    """Those who stand in for somebody that day, with what they have by it."""

    def by_rules(login: str) -> list[RoleHeld]:
        other = logins.get(strictly(login))
        theirs = holders.get(other.identity) if other is not None else None
        return sorted({each.held for each in theirs.given if each.allowed}) if theirs is not None else []

    found = {}
    for login in {strictly(one.person) for one in settings.deputies} & logins.keys():
        person = logins[login]
        own = holders.get(person.identity, Holder(person, ()))
        if taken := standing_in(settings.deputies, login, by_rules, day):
            found[person.identity] = Holder(person, own.given, taken)
    return found


def _mixed(
    holders: Mapping[str, Holder], roles: Mapping[str, frozenset[tuple[MunicipalityCode, Role]]]
) -> Iterator[str]:
    for identity, held in roles.items():
        kinds = {role in ADMINISTRATORS for _, role in held}
        if len(kinds) == 2:
            yield holders[identity].person.logins[0]
