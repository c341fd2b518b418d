"""What a permit's own conditions ask for, tried where the search varies nothing: persons, moments, places, other roles.

First every policy is loosened (`policies.loosened`): what is refused then is refused whatever is the case. For what is
left a question is made as the permit wants it (`policies.ways`), and where a forbid answers, as that one lets through.
What cannot be made so is told by the permit's name: it was not tried.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import islice, product

from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role
from policies.cases import MONDAY_AT_TEN, NOBODY_SPECIAL
from policies.evaluate import Outcome, PolicyBook, Source
from policies.loosened import Said, loosened
from policies.model import Question
from policies.moments_tried import moments, reads_time_alone
from policies.needs import needs_of
from policies.never import (
    FACTS,
    Counterexample,
    Never,
    Told,
    circumstances_of,
    persons,
    question,
    says,
    usual,
)
from policies.statements import split
from policies.ways import Alternative, Ways, alternatives

MOST = 1000
"""Questions of one class at one municipality, beside those of the search: less than half a second."""
MOST_OF_ONE = 200
"""That are made for one permit."""
MOST_HITS = 4
"""Sorts of persons and applications for which one permit is tried."""
MOST_LOOSENED = 4000
"""Questions to the loosened policies of one class at one municipality."""
MOST_TOGETHER = 64
"""Roles at once that permits ask for."""
A_SEARCH = 20
"""A moment to be found counts as so many questions."""
DEEPEST = 3
"""Forbids that are gone round one after the other."""
OF_PARTIES = {
    "department": ("resource", "department"),
    **{
        one: ("principal", one)
        for one in ("departments", "activity_roles", "employed_since", "employed_until")
    },
}
OF_PLACE = frozenset({"country", "tunnel", "protocol", "impossible_travel", "networks"})
OF_DEVICES = ("managed", "fresh", "disk_encrypted")
SeenByRegion = Callable[[Never, Counterexample, MunicipalityCode, MunicipalityCode], object]
Groups = tuple[tuple[Role, ...], ...]


@dataclass(slots=True)
class Further:
    asked: int = 0
    example: Counterexample | None = None
    rule: str = ""
    effort: int = 0
    """Questions, and as many again as finding moments is worth."""
    untried: list[str] = field(default_factory=list)
    """`@id`s of permits."""
    loosened: Counter[ApplicationId] = field(default_factory=Counter)
    """Questions put to the loosened policies, about each application."""


def said_by(never: Never, *, here: bool) -> Said:
    """What all questions of the class say, and the search tries every value of."""
    facts = {name for name in FACTS if name in never.without or says(never, name)}
    paths = {_path(name) for name in facts}
    alone = set[tuple[str, ...]]()
    if never.subject != NOBODY_SPECIAL:
        alone.add(("principal",))  # who it is; not what else is known of that person
    paths |= {("context", "time", "hour")} if never.hours else set()
    paths |= {("context", "time", "weekday")} if never.days else set()
    if never.devices:
        alone.add(("context", "device"))
        paths |= {("context", "device", name) for name in OF_DEVICES}
    return Said(frozenset(paths), frozenset(alone), here)


def _path(fact: str) -> tuple[str, ...]:
    if fact in OF_PARTIES:
        return OF_PARTIES[fact]
    if fact == "idle":
        return "context", "sign_in", "idle"
    return ("context", "place", fact) if fact in OF_PLACE else ("context", fact)


class Loosened:
    """The policies of a district, as they are and loosened for one kind of class."""

    def __init__(
        self,
        region: Source,
        municipal: Mapping[MunicipalityCode, Source],
        book: PolicyBook,
        wide_open: Callable[[Source], PolicyBook],
        as_the_region_sees_it: SeenByRegion,
    ) -> None:
        """`wide_open`: the region's forbids, where municipalities permit everything."""
        self._region, self._municipal, self._book = region, municipal, book
        self._wide_open, self._seen = wide_open, as_the_region_sees_it
        self._guardrails: dict[Said, PolicyBook] = {}
        self._let_through: dict[object, bool] = {}
        self._loose: dict[tuple[MunicipalityCode, Said], tuple[PolicyBook, frozenset[str]]] = {}
        self._loose_region: dict[Said, Source] = {}
        self._texts: dict[MunicipalityCode, dict[str, str]] = {}

    def of(
        self,
        never: Never,
        here: MunicipalityCode,
        acting_for: MunicipalityCode,
        classes: Iterable[tuple[tuple[Role, ...], Counterexample, tuple[Action, ...]]],
        networks: frozenset[str],
        before: int = 0,
    ) -> Further:
        """`classes`: roles, application and actions for which some permit may apply. `before`: so many questions were
        put to the loosened policies about other applications.
        """
        said = said_by(never, here=here == acting_for)
        book, left_open = self._loosened(said, here)
        found = Further()
        # where nothing is left open all was asked already, but of roles that only a permit puts together
        known, open_at = set(persons(never)), self._open_at(here, left_open)
        classes = [one for one in classes if one[0] not in known or open_at(one[1].application)]
        told = Told(
            level=True, device=bool(never.devices), time=bool(never.hours or never.days), else_known=False
        )
        circumstances = list(circumstances_of(never, told))
        asked = [
            replace(one, roles=held, application=of.application, action=action)
            for held, of, actions in classes
            for one in circumstances
            for action in actions
        ]
        asked = self._past_the_region(never, asked, here, acting_for, said)
        found.loosened.update(one.application for one in asked)
        if before + len(asked) > MOST_LOOSENED:
            found.untried = sorted(left_open - self._forbids(here))
            return found
        questions = [replace(question(never, one, here, acting_for), action=one.action) for one in asked]
        hits: dict[str, dict[tuple[object, ...], list[Counterexample]]] = {}
        for one, outcome in zip(asked, book.outcomes(questions), strict=True):
            if outcome is None or not (outcome.permits or outcome.error):
                continue
            for rule in [policy.id for policy in outcome.deciding] or [outcome.erring]:
                hits.setdefault(rule, {}).setdefault((one.roles, one.application, one.action), []).append(one)
        texts = self._by_name(here)
        ways = Ways(said, lambda of: usual(of, networks, never))
        trying = _Trying(self._book, ways, texts, never, here, acting_for, networks)
        for rule, sorts in sorted(hits.items()):
            # the strongest sign-in last in the order of levels: it goes the furthest
            examples = [one for some in sorts.values() for one in (some[-1], *some[:-1])]
            if rule not in texts or not trying.permitted(rule, examples, found):
                found.untried.append(rule)
            if found.example is not None:
                return found
        return found

    def _open_at(self, here: MunicipalityCode, left_open: Iterable[str]) -> Callable[[ApplicationId], bool]:
        """Whether a policy that concerns the application says more than it does loosened."""
        texts = self._by_name(here)
        needs = [needs_of(texts[policy]) for policy in left_open]
        return cache(lambda application: any(one.concerns(application) for one in needs))

    def _forbids(self, here: MunicipalityCode) -> frozenset[str]:
        policies = (*self._region.policies, *self._municipal[here].policies)
        return frozenset(policy.id for policy in policies if policy.forbids)

    def _past_the_region(
        self,
        never: Never,
        examples: Sequence[Counterexample],
        here: MunicipalityCode,
        acting_for: MunicipalityCode,
        said: Said,
    ) -> list[Counterexample]:
        """What the region does not forbid for certain: found once for all that look alike to it."""
        keys = [(said, self._seen(never, one, here, acting_for), one.action) for one in examples]
        new = {key: one for key, one in zip(keys, examples, strict=True) if key not in self._let_through}
        if new:
            if said not in self._guardrails:
                self._guardrails[said] = self._wide_open(loosened_source(self._region, said))
            questions = [
                replace(question(never, one, here, acting_for), action=one.action) for one in new.values()
            ]
            outcomes = self._guardrails[said].outcomes(questions)
            for key, outcome in zip(new, outcomes, strict=True):
                self._let_through[key] = outcome is None or outcome.permits or bool(outcome.error)
        return [one for key, one in zip(keys, examples, strict=True) if self._let_through[key]]

    def _loosened(self, said: Said, here: MunicipalityCode) -> tuple[PolicyBook, frozenset[str]]:
        known = self._loose.get((here, said))
        if known is None:
            if said not in self._loose_region:
                self._loose_region[said] = loosened_source(self._region, said)
            region, own = self._loose_region[said], loosened_source(self._municipal[here], said)
            texts = self._by_name(here)
            both = Source(f"{region.text}\n{own.text}", region.policies + own.policies)
            left_open = frozenset(
                policy.id
                for policy, one in zip(both.policies, split(both.text), strict=True)
                if texts[policy.id] != one.text
            )
            known = PolicyBook(region, {here: own}, self._book.names, version=""), left_open
            self._loose[here, said] = known
        return known

    def _by_name(self, here: MunicipalityCode) -> dict[str, str]:
        if here not in self._texts:
            self._texts[here] = {
                policy.id: one.text
                for source in (self._region, self._municipal[here])
                for policy, one in zip(source.policies, split(source.text), strict=True)
            }
        return self._texts[here]


def loosened_source(source: Source, said: Said) -> Source:
    return Source("\n".join(loosened(one.text, said) for one in split(source.text)), source.policies)


@dataclass(slots=True)
class _Trying:
    book: PolicyBook
    ways: Ways
    texts: Mapping[str, str]
    never: Never
    here: MunicipalityCode
    acting_for: MunicipalityCode
    networks: frozenset[str]

    def permitted(self, rule: str, examples: Sequence[Counterexample], into: Further) -> bool:
        """Whether some question of the class is permitted where this permit may apply; the first that is found."""
        most = min(into.effort + MOST_OF_ONE, MOST)
        if into.effort >= most:
            return False
        for example in examples[:MOST_HITS]:
            for one in alternatives(self.texts[rule], applies=True):
                if self._round(one, example, into, most, DEEPEST):
                    return True
                if into.effort >= most:
                    return False
        return False

    def _round(
        self, wanted: Alternative, example: Counterexample, into: Further, most: int, deeper: int
    ) -> bool:
        """As all of these want it; then besides as each forbid that answers lets it through. `most` is asked."""
        in_the_way: dict[str, None] = {}
        into.effort += A_SEARCH if any(reads_time_alone(node) for node, _ in wanted) else 1
        for base, changed in self._made(wanted, example):
            if into.effort >= most:
                return False
            into.asked, into.effort = into.asked + 1, into.effort + 1
            (outcome,) = self.book.outcomes([changed])
            if outcome is not None and outcome.permits and not outcome.error:
                into.example = replace(base, as_wanted=True, own=self.never.own)
                into.rule = outcome.deciding[0].id
                return True
            in_the_way |= dict.fromkeys(_forbids(outcome))
        return deeper > 0 and any(
            self._round((*wanted, *one), example, into, most, deeper - 1)
            for forbid in in_the_way
            for one in alternatives(self.texts[forbid], applies=False)
        )

    def _made(
        self, wanted: Alternative, example: Counterexample
    ) -> Iterator[tuple[Counterexample, Question]]:
        """Questions of the class in which all of these come out so, as far as it is known how."""
        for at, helped in product(self._moments(wanted), (True, False)):
            base = replace(example, at=at, helped=helped)
            asks = question(self.never, base, self.here, self.acting_for, self.networks)
            for changed in self.ways.changed(wanted, replace(asks, action=example.action)):
                if self._in_the_class(changed):
                    yield base, changed

    def _moments(self, wanted: Alternative) -> Sequence[datetime]:
        of_time = [one for one in wanted if reads_time_alone(one[0])]
        return moments(of_time, MONDAY_AT_TEN, self.never.hours, self.never.days)

    def _in_the_class(self, asked: Question) -> bool:
        held = {role for where, role in asked.roles if where == self.acting_for}
        return held.isdisjoint(self.never.roles_but)


def _forbids(outcome: Outcome | None) -> Iterator[str]:
    if outcome is not None and not outcome.permits and not outcome.error:
        yield from (policy.id for policy in outcome.deciding)


def together(
    never: Never, texts: Iterable[str], roles_of: Callable[[str], Sequence[Groups]]
) -> Iterator[tuple[Role, ...]]:
    """Several roles that one permit asks for at once, one of them of the class."""
    known = set(map(frozenset, persons(never)))
    most = len(known) + MOST_TOGETHER
    for text in texts:
        for groups in roles_of(text):
            for chosen in islice(product(*groups), MOST_HITS):
                held = frozenset(chosen)
                ours = not never.roles or held & set(never.roles)
                if len(known) >= most:
                    return
                if ours and held not in known and held.isdisjoint(never.roles_but):
                    known.add(held)
                    yield tuple(sorted(held))
