"""One question, one verdict: the region's guardrails and the one municipality's policies, evaluated by Cedar.

Laws kept here:
1. Nothing is permitted unless a policy permits it and none forbids it.
2. Any error refuses. Cedar skips a policy that errors, a forbid too, so an error may hide a forbid.
3. A municipality's policies are never evaluated for another municipality.
4. An outcome is remembered only under everything it rests on (`policies.remembering`), and never where that passes with
   time and policies know more of it than how it compares. What it rests on leaves out what no policy can tell apart
   (`policies.parties`): so people share outcomes.
5. A technical account is permitted only what a policy permits to technical accounts by name.
"""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

import cedarpy

from config.vocabulary import Action, ApplicationId, MunicipalityCode, technical_account_of
from policies.cedar_json import written
from policies.comparisons import Learnt, together
from policies.compiled import Compiled, decisive
from policies.explain import why_nothing_permits
from policies.lasting import stands_until
from policies.model import Facts, Permitted, Question, Refused, Verdict
from policies.parties import person_of, resource_of
from policies.reasons import WORDINGS, Names, Reason, Wording, spell_out
from policies.remembering import Under
from policies.request import Parties, Paths, circumstances, context_of, parties, request
from policies.review import ROUTE_ID, Policy
from policies.titles_spoken import titles_of

AT_ONCE = 4  # questions put to Cedar in one call, which lets nothing else in Python run meanwhile
REMEMBERED = (
    32_768  # outcomes of a book, under a KiB each: a district has hundreds, a country tens of thousands
)
ERRING = re.compile(r"policy `(policy\d+)`")


@dataclass(frozen=True, slots=True)
class Source:
    """Reviewed text and what the review learnt of it, in the same order."""

    text: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a version consists of, for the record."""

    digest: str = ""
    """SHA-256 over schema and files, of which the version is the beginning."""
    policies: int = 0
    files: Mapping[str, str] = field(default_factory=dict)
    """`schema`, `region/NAME` and `municipalities/NAME` → SHA-256 of the text."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the policies answer, before it is put into words."""

    permits: bool
    deciding: tuple[Policy, ...]
    """In the order in which they speak: permits, or forbids, or none where nothing permits."""
    error: str = ""
    erring: str = ""
    """`@id` of the policy that failed, where it is known."""


class PolicyBook:
    """All policies of a district at one version. A change of policies makes a new book."""

    def __init__(
        self,
        region: Source,
        municipal: Mapping[MunicipalityCode, Source],
        names: Names,
        version: str,
        contents: Contents | None = None,
        incidents: Source | None = None,
    ) -> None:
        """`incidents`: what is closed for now (policies/incidents.py); of all that forbids it speaks first."""
        self.version = version
        self.contents = contents or Contents()
        self._names = names
        self._open: PolicyBook | None = None
        self._closes_nothing = None if incidents is None else (region, dict(municipal))
        if incidents is not None:
            region = Source(f"{incidents.text}\n{region.text}", incidents.policies + region.policies)
        self._region = region.policies
        self._guardrails = cedarpy.PolicySet.from_str(decisive(region.text))
        Compiled(self._guardrails, region.policies)
        self.titles = titles_of(region.policies, [municipal[code].policies for code in sorted(municipal)])
        """What the policies call the reasons they speak, for whoever reads of them later."""
        self.routes = _routes([region, *municipal.values()])
        """Names of routes that policies speak of → the policies."""
        self._sources = dict(municipal)
        self._compiled: dict[MunicipalityCode, Compiled] = {}
        self._remembered: dict[tuple[Parties, Action, Under], Outcome] = {}
        self._circumstances: dict[Under, Under] = {}
        self._outcomes: dict[tuple[int, ...], Outcome] = {}

    @property
    def names(self) -> Names:
        """What its municipalities and applications are called."""
        return self._names

    def as_if_open(self) -> "PolicyBook":
        """The same without what incidents close; itself where they close nothing."""
        if self._closes_nothing is None:
            return self
        if self._open is None:
            region, municipal = self._closes_nothing
            self._open = PolicyBook(region, municipal, self._names, self.version, self.contents)
        return self._open

    @property
    def without_policies(self) -> frozenset[MunicipalityCode]:
        """Municipalities of the district that have no policies: everything there is refused."""
        return frozenset(
            code for code in self._names.district if code not in self._sources and code not in self._compiled
        )

    def decide(self, question: Question) -> Verdict:
        return self.decide_and_look(question, ())[0]

    def decide_and_look(
        self, question: Question, further: Iterable[Action]
    ) -> tuple[Verdict, Mapping[Action, str]]:
        """The verdict, and which `further` actions the policies permit as well, by which policy: all in one
        evaluation.
        """
        if question.municipality not in self._names.district:
            return self._refuse(question, Reason.UNKNOWN_MUNICIPALITY), {}
        others = tuple(further)
        outcomes = self._ask(question, (question.action, *others))
        if outcomes is None:
            return self._refuse(question, Reason.MUNICIPALITY_WITHOUT_POLICIES), {}
        asked, *rest = outcomes
        return self._verdict(question, asked), _permitted(others, rest)

    def _verdict(self, question: Question, outcome: Outcome) -> Verdict:
        if outcome.error:
            return self._refuse(question, Reason.POLICY_ERROR, rule=outcome.erring, detail=outcome.error)
        if outcome.permits:
            first, *others = outcome.deciding
            return Permitted(rule=first.id, version=self.version, also=tuple(policy.id for policy in others))
        if outcome.deciding:
            return self._forbidden(question, outcome.deciding)
        if technical_account_of(question.subject) is not None:
            return self._refuse(question, Reason.NOT_FOR_TECHNICAL_ACCOUNTS)
        explanation = why_nothing_permits(question, self.allowed)
        wording = spell_out(WORDINGS[explanation.reason], question, self._names, explanation.roles)
        return self._refused(explanation.reason, wording)

    def allowed(self, question: Question, actions: Iterable[Action]) -> frozenset[Action]:
        """Which of the actions the policies permit, in one go. The question's own action plays no part."""
        return frozenset(self.allowed_by(question, actions))

    def allowed_by(self, question: Question, actions: Iterable[Action]) -> Mapping[Action, str]:
        """The same, and the first policy that permits each."""
        wanted = tuple(actions)
        outcomes = self._ask(question, wanted) if wanted else None
        return {} if outcomes is None else _permitted(wanted, outcomes)

    def policies_of(self, municipality: MunicipalityCode) -> tuple[Policy, ...]:
        """All that are asked there, in the order in which they speak; none where there are none of its own."""
        compiled = self._policies_of(municipality)
        return () if compiled is None else compiled.policies

    def outcomes(self, questions: Iterable[Question]) -> list[Outcome | None]:
        """One for each question; None where no policies were consulted.

        What is the same to the policies is evaluated once, so thousands of questions about a few facts are quick.
        """
        asked = [self._asked(question) for question in questions]
        wanted: dict[Parties, dict[tuple[Action, str], None]] = {}
        for one in asked:
            if isinstance(one, tuple):
                wanted.setdefault(one[0], {})[one[1:]] = None
        found = {of: self._evaluated(of, list(those)) for of, those in wanted.items()}
        return [found[one[0]][one[1:]] if isinstance(one, tuple) else one for one in asked]

    def _asked(self, question: Question) -> tuple[Parties, Action, str] | Outcome | None:
        try:
            compiled = self._policies_of(question.municipality)
            if compiled is None or question.municipality not in self._names.district:
                return None
            looks_at = compiled.looks_at(question.action, question.facts)
            of = parties(question, compiled.attention)
            return of, question.action, circumstances(question, looks_at)
        except Exception as error:  # noqa: BLE001 - law 2
            return Outcome(permits=False, deciding=(), error=f"{type(error).__name__}: {error}")

    def _evaluated(self, of: Parties, asked: list[tuple[Action, str]]) -> dict[tuple[Action, str], Outcome]:
        compiled = self._policies_of(of.municipality)
        assert compiled is not None  # else nothing is asked
        try:
            outcomes = [
                _outcome(compiled, result)
                for begin in range(0, len(asked), AT_ONCE)
                for result in cedarpy.is_authorized_batch(
                    [request(of, action, context) for action, context in asked[begin : begin + AT_ONCE]],
                    compiled.handle,
                    _known_entities(of, compiled.attributes),
                )
            ]
        except Exception as error:  # noqa: BLE001 - law 2
            failed = Outcome(permits=False, deciding=(), error=f"{type(error).__name__}: {error}")
            outcomes = [failed for _ in asked]
        if technical_account_of(of.subject) is not None:
            outcomes = [_to_technical_accounts(outcome) for outcome in outcomes]
        return dict(zip(asked, outcomes, strict=True))

    def looks_at(self, municipality: MunicipalityCode, actions: Iterable[Action], facts: Facts) -> Paths:
        """Which circumstances the policies read that decide there about these actions of somebody with these facts."""
        compiled = self._policies_of(municipality)
        return frozenset() if compiled is None else compiled.paths(actions, facts)

    def learns(self, municipality: MunicipalityCode, actions: Iterable[Action], facts: Facts) -> Learnt:
        """What the policies can tell apart in the circumstances that decide so."""
        compiled = self._policies_of(municipality)
        deciding = () if compiled is None else compiled.applying(facts, frozenset(actions))
        return together(policy.learns for policy in deciding)

    def permits_until(self, question: Question, actions: AbstractSet[Action], latest: datetime) -> datetime:
        """Until when the policies go on permitting all of the actions that they permit now; `latest` at the latest."""
        compiled = self._policies_of(question.municipality)
        assert compiled is not None  # where something is permitted there are policies
        looks_at = compiled.paths(actions, question.facts)
        return stands_until(question, latest, looks_at, lambda then: self.allowed(then, actions) >= actions)

    def _ask(self, question: Question, actions: tuple[Action, ...]) -> list[Outcome] | None:
        """One outcome per action; None where the municipality has no policies."""
        try:
            compiled = self._policies_of(question.municipality)
            return None if compiled is None else self._evaluate(compiled, question, actions)
        except Exception as error:  # noqa: BLE001 - law 2: an unforeseen error must refuse, and be told
            failed = Outcome(permits=False, deciding=(), error=f"{type(error).__name__}: {error}")
            return [failed for _ in actions]

    def _evaluate(self, compiled: Compiled, question: Question, actions: tuple[Action, ...]) -> list[Outcome]:
        """Cedar's answers. One that rests on nothing that passes unseen is the same when asked again."""
        of, facts = parties(question, compiled.attention), question.facts
        asked = {action: context_of(question, compiled.looks_at(action, facts)) for action in actions}
        kept = {action: compiled.remembered(action, facts) for action in actions}
        under = {action: how.under(asked[action]) for action, how in kept.items() if how is not None}
        outcomes = {
            action: known
            for action, words in under.items()
            if (known := self._remembered.get((of, action, words))) is not None
        }
        new = [action for action in asked if action not in outcomes]
        if new:
            results = cedarpy.is_authorized_batch(
                [request(of, action, written(asked[action])) for action in new],
                compiled.handle,
                _known_entities(of, compiled.attributes),
            )
            for action, result in zip(new, results, strict=True):
                outcome = _outcome(compiled, result)
                if technical_account_of(question.subject) is not None:
                    outcome = _to_technical_accounts(outcome)
                outcomes[action] = outcome
                if not outcome.error and action in under:
                    self._remember((of, action, under[action]), outcome)
        return [outcomes[action] for action in actions]

    def _remember(self, what: tuple[Parties, Action, Under], outcome: Outcome) -> None:
        """Thousands differ in who asks alone: circumstances and outcomes that are alike are kept once."""
        if len(self._remembered) >= REMEMBERED:
            for kept in (self._remembered, self._circumstances, self._outcomes):
                kept.clear()  # rare, and what is asked often is soon known again
        of, action, under = what
        by = (outcome.permits, *map(id, outcome.deciding))  # of policies that live as long as the book
        alike = self._outcomes.setdefault(by, outcome)
        self._remembered[of, action, self._circumstances.setdefault(under, under)] = alike

    def _policies_of(self, municipality: MunicipalityCode) -> Compiled | None:
        compiled = self._compiled.get(municipality)
        if compiled is None:
            source = self._sources.get(municipality)
            if source is None:
                return self._compiled.get(municipality)  # another thread may just have compiled it
            # Two threads may compile the same set; both results are right and one is kept.
            handle = self._guardrails.with_added_str(decisive(source.text))
            compiled = self._compiled[municipality] = Compiled(handle, self._region + source.policies)
            self._sources.pop(municipality, None)
        return compiled

    def _forbidden(self, question: Question, deciding: tuple[Policy, ...]) -> Refused:
        first, *others = deciding
        assert first.wording is not None  # the review demands words of every forbid
        acts_elsewhere = question.municipality != question.own_municipality
        if first.reason == Reason.OTHER_MUNICIPALITY_ACTIVE and acts_elsewhere:
            acting = self.decide(replace(question, own_municipality=question.municipality))
            if isinstance(acting, Refused):  # to switch would only lead there, so it is told at once
                return replace(acting, rule=acting.rule or first.id, also=(first.id, *acting.also))
        wording = spell_out(first.wording, question, self._names)
        refused = self._refused(first.reason, wording, first.id, tuple(policy.id for policy in others))
        return replace(refused, reads_of_device=first.reads_of_device)

    def _refuse(self, question: Question, reason: Reason, *, rule: str = "", detail: str = "") -> Refused:
        return self._refused(reason, spell_out(WORDINGS[reason], question, self._names), rule, detail=detail)

    def _refused(
        self, reason: str, wording: Wording, rule: str = "", also: tuple[str, ...] = (), detail: str = ""
    ) -> Refused:
        return Refused(
            reason=str(reason),
            rule=rule,
            version=self.version,
            title=wording.title,
            advice=wording.advice,
            ask_for=wording.ask_for,
            also=also,
            detail=detail,
        )


@lru_cache(maxsize=32)  # 14 KiB each
def _known_entities(of: Parties, attributes: frozenset[str] | None) -> cedarpy.Entities:
    """Parsed once: people come back to the same application, and others like them come too."""
    resource = _known_resource(of.municipality, of.application, of.department, attributes)
    return resource.with_added_json_str(person_of(of, attributes))


@lru_cache(maxsize=1024)  # 4 KiB each
def _known_resource(
    municipality: MunicipalityCode,
    application: ApplicationId,
    department: str | None,
    attributes: frozenset[str] | None,
) -> cedarpy.Entities:
    """It is the same for everybody who asks for it."""
    return cedarpy.Entities.from_json_str(resource_of(municipality, application, department, attributes))


def _routes(sources: Iterable[Source]) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for policy in (policy for source in sources for policy in source.policies):
        for path, name in policy.compares:
            if path == ROUTE_ID:
                found[name] = found.get(name, frozenset()) | {policy.id}
    return found


def _permitted(actions: Iterable[Action], outcomes: Iterable[Outcome]) -> dict[Action, str]:
    asked = zip(actions, outcomes, strict=True)
    return {action: outcome.deciding[0].id for action, outcome in asked if outcome.permits}


def _outcome(compiled: Compiled, result: cedarpy.AuthzResult) -> Outcome:
    diagnostics = result.diagnostics
    if diagnostics.errors or result.decision is cedarpy.Decision.NoDecision:
        return _failed(compiled, "; ".join(diagnostics.errors) or "Cedar reached no decision")
    names = diagnostics.id_annotations_by_reason
    order = compiled.positions
    positions = sorted(order[names[reason]] for reason in diagnostics.reasons)
    deciding = tuple(compiled.policies[position] for position in positions)
    permits = result.decision is cedarpy.Decision.Allow
    if any(policy.forbids is permits for policy in deciding) or (permits and not deciding):
        return _failed(compiled, "Cedar decided by policies that were reviewed as something else")
    return Outcome(permits=permits, deciding=deciding)


def _to_technical_accounts(outcome: Outcome) -> Outcome:
    """Law 5: what was written of people, before there were such accounts, opens nothing to one."""
    if not outcome.permits:
        return outcome
    deciding = tuple(policy for policy in outcome.deciding if policy.technical)
    return Outcome(permits=bool(deciding), deciding=deciding)


def _failed(compiled: Compiled, error: str) -> Outcome:
    erring = ERRING.search(error)
    rule = compiled.called(erring[1]) if erring else ""
    return Outcome(permits=False, deciding=(), error=error, erring=rule)
