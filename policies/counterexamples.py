"""The search for something that is permitted and must not be.

Three sieves, the cheapest first: a permit must need no more than the question brings (`policies.needs`); the region
must not forbid it, which is asked once for all municipalities of which the region does not speak by name; what is left
is asked of the municipality's whole set, as any decision is. Where all of it is refused, what permits ask for besides
is tried (`policies.further`). What is kept of an earlier search (`policies.proven`) is not asked again.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, product
from pathlib import Path
from typing import NamedTuple

from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role
from policies.evaluate import PolicyBook, Source
from policies.further import Loosened, together
from policies.model import Permitted, Question, Route
from policies.needs import Needs, named, needs_of
from policies.never import (
    Counterexample,
    Never,
    Told,
    circumstances_of,
    leaves_parts_open,
    persons,
    question,
    told_apart,
)
from policies.parts import Speaking, parts_told_apart, speaking
from policies.proven import Held, Piece, concerning, keep, kept, pieces, resting_on
from policies.reasons import Names
from policies.request import Paths
from policies.review import Policy
from policies.statements import split
from policies.ways import roles_together

MOST = 4000  # questions of one class at one municipality: about a second
MOST_WEIGHED = 100_000
"""With those that the region alone answers: half a second. The example's largest class has 4,000."""
ANOTHER = "another"  # a role of which the region does not speak: to it they are all alike
NOTHING_TOLD = Told(level=False, device=False, time=False, else_known=False)
WIDE_OPEN = """
@id("wide-open") permit (principal, action, resource in Municipality::"{code}");
@id("wide-open-to-programs") permit (principal is TechnicalAccount, action, resource in Municipality::"{code}");
"""
"""In the place of a municipality's policies: what is refused then, the region forbids."""


@dataclass(frozen=True, slots=True)
class Found:
    asked: int
    """Questions that came through the sieves."""
    too_many: bool = False
    example: Counterexample | None = None
    rule: str = ""
    weighed: int = 0
    """All of the class that some permit might grant, with those that the region forbids whatever permits."""
    untried: tuple[str, ...] = ()
    """`@id`s of permits that may open it under circumstances that were not tried."""

    @property
    def holds(self) -> bool:
        return not self.too_many and self.example is None and not self.untried


class _Reads(NamedTuple):
    """What the policies that concern an application look at."""

    by_action: Mapping[Action, Paths]
    attributes: frozenset[str] | None


@dataclass(slots=True)
class _Effort:
    """Of one class: what was asked before, and what is asked now about each application."""

    before: Mapping[ApplicationId, Held]
    asked: Counter[ApplicationId] = field(default_factory=Counter)
    weighed: Counter[ApplicationId] = field(default_factory=Counter)
    loosened: Counter[ApplicationId] = field(default_factory=Counter)

    def of(self, application: ApplicationId) -> Held:
        return Held(self.asked[application], self.weighed[application], self.loosened[application])

    def all_asked(self) -> int:
        return self.asked.total() + sum(one.asked for one in self.before.values())

    def all_weighed(self) -> int:
        return self.weighed.total() + sum(one.weighed for one in self.before.values())


class Search:
    """Among the policies of a district. `spoken_of`: municipalities of which the region speaks by their code."""

    def __init__(
        self,
        region: Source,
        municipal: Mapping[MunicipalityCode, Source],
        names: Names,
        spoken_of: Collection[MunicipalityCode],
    ) -> None:
        self.book = PolicyBook(region, municipal, names, version="")
        self._municipal, self._region, self._spoken_of = municipal, region, spoken_of
        open_to_all = {code: _wide_open(code) for code in municipal}

        def wide_open(source: Source) -> PolicyBook:
            """Where everything is permitted, the region's permits have no say."""
            return PolicyBook(_forbids(source), open_to_all, names, version="")

        guardrails = _forbids(region)
        self._guardrails = wide_open(region)
        self._region_permits = list(_permits(region))
        self._permits: dict[MunicipalityCode, list[Needs]] = {}
        self._networks: dict[MunicipalityCode, frozenset[str]] = {}
        self._region_speaks = list(speaking(region))
        self._speaking: dict[MunicipalityCode, list[Speaking]] = {}
        self._region_pieces = list(pieces(region))
        self._concerning: dict[tuple[MunicipalityCode, ApplicationId], tuple[Piece, ...]] = {}
        self._reads: dict[tuple[MunicipalityCode, ApplicationId], _Reads] = {}
        self._told = told_apart(
            _looked_at(guardrails.policies, tuple(Action)), _attributes(guardrails.policies)
        )
        self._named_roles = {one.rpartition("/")[2] for one in named(guardrails.text, "Role", "Office")}
        self._let_through: dict[tuple[object, Action], bool] = {}
        self._applications = sorted(names.applications)
        self._loosened = Loosened(region, municipal, self.book, wide_open, self._as_the_region_sees_it)

    def of(self, never: Never, here: MunicipalityCode, acting_for: MunicipalityCode) -> Found:
        """Of this class at one municipality, for which or another the person acts; the first that is found."""
        self._look_at(here)
        keys = self._rests_on(never, here, acting_for)
        before = {one: known for one, key in keys.items() if (known := kept(key)) is not None}
        effort = _Effort(before)
        found = self._asked(never, here, acting_for, effort)
        if found.holds:
            for application in keys.keys() - before.keys():
                keep(keys[application], effort.of(application))
        elif before:
            return self._asked(never, here, acting_for, _Effort({}))
        return found

    def others_named(self, here: MunicipalityCode) -> list[MunicipalityCode]:
        """Municipalities of which the policies speak that have a say here, but for this one."""
        texts = self._region.text + (self._municipal[here].text if here in self._municipal else "")
        known = self.book.names.district
        found = {MunicipalityCode(one) for one in named(texts, "Municipality")}
        offices = {one.partition("/")[0] for one in named(texts, "Office")}
        return sorted(
            one for one in found | {MunicipalityCode(one) for one in offices} if one in known and one != here
        )

    def concerning(self, here: MunicipalityCode, application: ApplicationId) -> tuple[Piece, ...]:
        """The policies that may have a say there about the application, in the order in which they speak."""
        if (here, application) not in self._concerning:
            own = pieces(self._municipal[here]) if here in self._municipal else ()
            self._concerning[here, application] = concerning((*self._region_pieces, *own), application)
        return self._concerning[here, application]

    def _rests_on(
        self, never: Never, here: MunicipalityCode, acting_for: MunicipalityCode
    ) -> dict[ApplicationId, bytes]:
        """Of what is found about each application: all on which it rests."""
        wanted = never.actions or tuple(Action)
        said = repr((never, here, acting_for, sorted(self._networks[here]), self._held_by(never, here)))
        return {
            application: resting_on((said, application), self.concerning(here, application), wanted)
            for application in never.applications or self._applications
        }

    def _held_by(self, never: Never, here: MunicipalityCode) -> list[tuple[Role, ...]]:
        """With roles that only a permit puts together."""
        return [*persons(never), *together(never, self._texts_of_permits(here), roles_together)]

    def _asked(
        self, never: Never, here: MunicipalityCode, acting_for: MunicipalityCode, effort: _Effort
    ) -> Found:
        classes: list[tuple[Counterexample, tuple[Action, ...]]] = []
        weighed = effort.all_weighed()
        for example, actions in self._classes(never, here, effort.before):
            classes.append((example, actions))
            effort.weighed[example.application] += len(actions)
            weighed += len(actions)
            if weighed > MOST_WEIGHED:  # before anything is asked: patterns of routes multiply each other
                return Found(0, too_many=True, weighed=weighed)
        self._ask_the_region(never, classes, here, acting_for)
        for example, actions in classes:
            key = self._as_the_region_sees_it(never, example, here, acting_for)
            left = tuple(action for action in actions if self._let_through[key, action])
            if not left:
                continue
            effort.asked[example.application] += len(left)
            asked = effort.all_asked()
            if asked > MOST:
                return Found(asked, too_many=True, weighed=weighed)
            networks = self._networks[here]
            asks = question(never, example, here, acting_for, networks)
            for action in sorted(self.book.allowed(asks, left)):
                found = replace(example, action=action, own=never.own)
                verdict = self.book.decide(replace(asks, action=action))
                rule = verdict.rule if isinstance(verdict, Permitted) else ""
                return Found(asked, example=found, rule=rule, weighed=weighed)
        if (asked := effort.all_asked()) > MOST:
            return Found(asked, too_many=True, weighed=weighed)
        return self._further(never, here, acting_for, Found(asked, weighed=weighed), effort)

    def _further(
        self,
        never: Never,
        here: MunicipalityCode,
        acting_for: MunicipalityCode,
        found: Found,
        effort: _Effort,
    ) -> Found:
        """As permits want it that ask for more than the search varies."""
        permits = self._permits[here]
        wanted = never.actions or tuple(Action)
        held_by = self._held_by(never, here)
        nothing = next(circumstances_of(never, NOTHING_TOLD), None)
        if nothing is None:
            return found
        classes = [
            (held, replace(nothing, application=application), actions)
            for application in never.applications or self._applications
            if application not in effort.before
            for held in held_by
            if (
                actions := tuple(
                    action
                    for action in wanted
                    if _suffices(held, [one.roles for one in permits if one.may_be_of(application, action)])
                )
            )
        ]
        before = sum(one.loosened for one in effort.before.values())
        more = self._loosened.of(never, here, acting_for, classes, self._networks[here], before)
        effort.loosened.update(more.loosened)
        return replace(
            found, asked=found.asked + more.asked, example=more.example, rule=more.rule, untried=tuple(more.untried),
            weighed=found.weighed + more.asked,
        )  # fmt: skip

    def _texts_of_permits(self, here: MunicipalityCode) -> list[str]:
        return [
            one.text
            for source in (self._region, self._municipal[here])
            for policy, one in zip(source.policies, split(source.text), strict=True)
            if not policy.forbids
        ]

    def _look_at(self, here: MunicipalityCode) -> None:
        if here not in self._permits:
            own = self._municipal[here]
            self._permits[here] = [*self._region_permits, *_permits(own)]
            self._networks[here] = named(self._region.text + own.text, "Network")
            self._speaking[here] = [*self._region_speaks, *speaking(own)]

    def _read_of(self, here: MunicipalityCode, application: ApplicationId) -> _Reads:
        if (here, application) not in self._reads:
            policies = tuple(one.policy for one in self.concerning(here, application))
            by_action = {action: _looked_at(policies, (action,)) for action in Action}
            self._reads[here, application] = _Reads(by_action, _attributes(policies))
        return self._reads[here, application]

    def _classes(
        self, never: Never, here: MunicipalityCode, known_before: Collection[ApplicationId]
    ) -> Iterator[tuple[Counterexample, tuple[Action, ...]]]:
        """Questions where some permit may apply, and of which actions."""
        permits = self._permits[here]
        wanted = never.actions or tuple(Action)
        held_by = list(persons(never))
        known: dict[tuple[Paths, frozenset[str] | None], list[Counterexample]] = {}
        parts: dict[tuple[ApplicationId, tuple[Action, ...]], tuple[Route | None, ...]] = {}
        for application in never.applications or self._applications:
            if application in known_before:
                continue
            reads, attributes = self._read_of(here, application)
            needed = {
                action: [one.roles for one in permits if one.may_be_of(application, action)]
                for action in wanted
            }
            for held in held_by:
                actions = tuple(one for one in wanted if _suffices(held, needed[one]))
                if not actions:
                    continue
                looks_at = frozenset[tuple[str, ...]]().union(*(reads[action] for action in actions))
                if (looks_at, attributes) not in known:
                    told = told_apart(looks_at, attributes)
                    known[looks_at, attributes] = list(circumstances_of(never, told))
                if (application, actions) not in parts:
                    parts[application, actions] = self._parts(never, here, application, actions)
                for of, part in product(known[looks_at, attributes], parts[application, actions]):
                    yield replace(of, roles=held, application=application, route=part), actions

    def _parts(
        self, never: Never, here: MunicipalityCode, application: ApplicationId, actions: tuple[Action, ...]
    ) -> tuple[Route | None, ...]:
        """Of the application, as far as policies can tell them apart."""
        if not leaves_parts_open(never):
            return (None,)
        told_apart = parts_told_apart(self._speaking[here], application, actions)
        return tuple(islice(told_apart, MOST_WEIGHED + 1))

    def _ask_the_region(
        self,
        never: Never,
        classes: list[tuple[Counterexample, tuple[Action, ...]]],
        here: MunicipalityCode,
        acting_for: MunicipalityCode,
    ) -> None:
        """All of them at once: most are the same to the policies, and what is the same is evaluated once."""
        wanted: dict[tuple[object, Action], Question] = {}
        for example, actions in classes:
            key = self._as_the_region_sees_it(never, example, here, acting_for)
            new = [one for one in actions if (key, one) not in self._let_through and (key, one) not in wanted]
            if new:
                asks = question(never, example, here, acting_for, self._networks[here])
                wanted |= {(key, action): replace(asks, action=action) for action in new}
        outcomes = self._guardrails.outcomes(wanted.values())
        for known, outcome in zip(wanted, outcomes, strict=True):
            self._let_through[known] = outcome is not None and outcome.permits and not outcome.error

    def _as_the_region_sees_it(
        self, never: Never, example: Counterexample, here: MunicipalityCode, acting_for: MunicipalityCode
    ) -> object:
        """What of a question the region's policies can tell from another one's."""
        told = self._told
        return (
            never.subject,
            never.facts,
            never.without,
            *(one if one in self._spoken_of else "" for one in (here, acting_for)),
            here == acting_for,
            frozenset(role if role in self._named_roles else ANOTHER for role in example.roles),
            example.application,
            told.level and example.level,
            told.device and example.device,
            told.time and example.at,
            told.else_known and example.helped and self._networks[here],
            told.part and example.route,
        )


def _suffices(held: tuple[Role, ...], needed: list[tuple[frozenset[str], ...]]) -> bool:
    """Whether the roles are enough for one of the permits."""
    return any(all(not one.isdisjoint(held) for one in roles) for roles in needed)


def _forbids(source: Source) -> Source:
    kept = [
        (policy, statement.text)
        for policy, statement in zip(source.policies, split(source.text), strict=True)
        if policy.forbids
    ]
    return Source("\n".join(text for _, text in kept), tuple(policy for policy, _ in kept))


def _permits(source: Source) -> Iterator[Needs]:
    for policy, statement in zip(source.policies, split(source.text), strict=True):
        if not policy.forbids:
            yield needs_of(statement.text)


def _looked_at(policies: tuple[Policy, ...], actions: tuple[Action, ...]) -> Paths:
    return frozenset(
        path
        for one in policies
        if one.actions is None or not one.actions.isdisjoint(actions)
        for path in one.looks_at
    )


def _attributes(policies: tuple[Policy, ...]) -> frozenset[str] | None:
    """All that they name; None where one of them may read anything."""
    named = [one.attributes for one in policies]
    known = [one for one in named if one is not None]
    return None if len(known) < len(named) else frozenset[str]().union(*known)


def _wide_open(code: MunicipalityCode) -> Source:
    everybody = Policy(
        id="wide-open", forbids=False, reason="", wording=None, file=Path(), line=0, column=0,
        looks_at=frozenset(), attributes=frozenset(),
    )  # fmt: skip
    programs = replace(everybody, id="wide-open-to-programs", technical=True)
    return Source(WIDE_OPEN.format(code=code), (everybody, programs))
