"""Who may approve policies and roll them back at one municipality: for certain nobody, or at which moments. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product

from config.district import District
from config.vocabulary import Action, ApplicationId, AuthenticationLevel, MunicipalityCode, NetworkName, Role
from policies.cases import MONDAY_AT_TEN, NOBODY_SPECIAL
from policies.evaluate import PolicyBook, Source
from policies.explain import SOMEBODY_ELSE
from policies.further import loosened_source
from policies.loosened import Said
from policies.matrix import FACTORS
from policies.model import IN_ORDER, Facts, Question
from policies.needs import named, needs_of
from policies.reasons import Names
from policies.statements import split
from policies.ways import roles_together

PAGES, PORTAL = ApplicationId("policies"), ApplicationId("portal")
Door = tuple[tuple[ApplicationId, Action], ...]
"""What one person has to be permitted all of."""
APPROVE: Door = ((PAGES, Action.SIGN), (PAGES, Action.READ))
DRAFT: Door = ((PAGES, Action.WRITE), (PAGES, Action.READ))
FROM_THE_PORTAL: Door = (*APPROVE, (PORTAL, Action.READ))
MOST_ASKED = 20_000
"""Questions about moments, of all municipalities together: some seconds, and few where no policy reads the clock."""
MOST_TOGETHER = 16  # sorts of persons who need several roles at once
NOTHING_SAID = Said(frozenset())
NOW = ("time", "now")
Persons = Sequence[tuple[Role, ...]]


@dataclass(slots=True)
class Spent:
    left: int = MOST_ASKED


@dataclass(slots=True)
class There:
    region: Source
    own: Source
    code: MunicipalityCode
    district: District
    _book: PolicyBook | None = None
    _loose: PolicyBook | None = None

    @property
    def book(self) -> PolicyBook:
        if self._book is None:
            self._book = self._of(self.region, self.own)
        return self._book

    def _of(self, region: Source, own: Source) -> PolicyBook:
        return PolicyBook(region, {self.code: own}, Names(self.district), version="")

    def persons(self, door: Door) -> Persons:
        """To whom it is not closed for certain."""
        if self._loose is None:
            loose = (loosened_source(one, NOTHING_SAID) for one in (self.region, self.own))
            self._loose = self._of(*loose)
        book, known = self._loose, Facts()
        at = [MONDAY_AT_TEN]
        return [held for held in self._everybody() if all(self._opens(book, door, held, known, at))]

    def _everybody(self) -> list[tuple[Role, ...]]:
        alone: list[tuple[Role, ...]] = [(role,) for role in Role]
        together = {
            tuple(sorted({group[0] for group in groups}))
            for source in (self.region, self.own)
            for one in split(source.text)
            if concerns_the_pages(one.text)
            for groups in roles_together(one.text)
        }
        return [*alone, *sorted(together)[:MOST_TOGETHER]]

    def reads_the_clock(self) -> bool:
        """On the wall: what runs from one moment to another is about orders, delegations and the like."""
        policies = (*self.region.policies, *self.own.policies)
        return any(
            path[:1] in ((), ("time",)) and path != NOW
            for policy in policies
            if any(policy.needs.concerns(one) for one in (PAGES, PORTAL))
            for path in policy.looks_at
        )

    def open_at(self, moments: Sequence[datetime], persons: Persons, spent: Spent) -> set[datetime]:
        """Those at which somebody who does everything right may approve; all where no more can be asked."""
        left = list(moments)
        for known, held in product(self._at_best(), persons):
            if not left or spent.left < len(left):
                break
            spent.left -= len(left)
            opened = self._opens(self.book, FROM_THE_PORTAL, held, known, left)
            left = [one for one, is_open in zip(left, opened, strict=True) if not is_open]
        else:
            return {one for one in moments if one not in left}
        return set(moments)

    def _at_best(self) -> Iterator[Facts]:
        networks = frozenset(map(NetworkName, named(self.region.text + self.own.text, "Network")))
        best = Facts(
            country="CZ",
            impossible_travel=False,
            idle=timedelta(seconds=1),
            author=SOMEBODY_ELSE,
            employed_since=(MONDAY_AT_TEN - 365 * timedelta(days=1)).date(),
        )
        yield replace(best, networks=networks)
        yield replace(best, networks=networks, tunnel=True)
        yield best

    def _opens(
        self, book: PolicyBook, door: Door, held: tuple[Role, ...], known: Facts, moments: Sequence[datetime]
    ) -> list[bool]:
        """At each of the moments."""
        questions = [self.question(held, known, at, one) for at in moments for one in door]
        found = [one is not None and one.permits and not one.error for one in book.outcomes(questions)]
        return [all(found[begin : begin + len(door)]) for begin in range(0, len(found), len(door))]

    def question(
        self, held: tuple[Role, ...], known: Facts, moment: datetime, what: tuple[ApplicationId, Action]
    ) -> Question:
        level = AuthenticationLevel.PHISHING_RESISTANT
        just_now = moment - timedelta(minutes=1)
        return Question(
            subject=NOBODY_SPECIAL,
            roles=frozenset((self.code, role) for role in held),
            own_municipality=self.code,
            application=what[0],
            action=what[1],
            municipality=self.code,
            level=level,
            factors=FACTORS[level],
            authenticated_at=just_now,
            address="192.0.2.7",
            now=moment,
            facts=replace(known, device=replace(IN_ORDER, owner=NOBODY_SPECIAL, reported_at=just_now)),
        )


def concerns_the_pages(statement: str) -> bool:
    """What cannot be read is a fault by itself."""
    try:
        needs = needs_of(statement)
    except ValueError:
        return False
    return any(needs.concerns(one) for one in (PAGES, PORTAL))
