"""A question about a named person or a role, explained as decisions would answer it: with all that they know. Pure."""

from dataclasses import dataclass, replace

from config.district import District
from config.vocabulary import (
    ApplicationId,
    Language,
    MunicipalityCode,
    Role,
    RouteName,
    SubjectId,
    technical_account_of,
)
from gateway.asks.separation import REASON as DUTIES_MEET
from gateway.asks.separation import Meeting
from gateway.authorize.account_shut import shut
from gateway.authorize.check import SHOWS_DUTIES
from gateway.authorize.contact import with_contact
from gateway.authorize.delegation_said import delegation_said
from gateway.authorize.duties_said import meeting_said
from gateway.authorize.facts import facts_of_person
from gateway.authorize.refusals import refusal
from gateway.authorize.snapshot import Snapshot, route_named_in
from gateway.authorize.verdict import Refused as Kept
from idp.directory.person import AccountState, Person
from idp.directory.work import NOTHING_KNOWN, Work
from policies.evaluate import PolicyBook
from policies.explain import ANYBODY
from policies.explained import Explained, explained
from policies.model import Device, Question, Refused, Route, Text
from policies.said import NOTHING_SAID, Said, with_said
from policies.somebody_elses import of_somebody_else


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whom a question is about."""

    subject: SubjectId
    roles: frozenset[tuple[MunicipalityCode, Role]]
    work: Work = NOTHING_KNOWN
    state: AccountState = AccountState.ACTIVE
    """Of the account, as it counts."""
    name: str = ""
    """Empty: nobody in particular, by roles alone."""

    @property
    def reads(self) -> bool:
        """Whether the words of a refusal are those that this person is told; else nobody comes so far."""
        return self.state is AccountState.ACTIVE

    def called(self, district: District, language: Language) -> str:
        """By name; by roles where nobody in particular is meant: `starosta (Hulín)`."""
        roles = (
            f"{role.title_in(language)} ({district.name(where)})"
            for role in Role
            for where in sorted(place for place, held in self.roles if held is role)
        )
        return self.name or ", ".join(roles)


def somebody(person: Person) -> Somebody:
    roles = frozenset((held.municipality, held.role) for held in person.roles)
    return Somebody(person.subject, roles, person.work, person.state, person.name)


def anybody(*roles: tuple[MunicipalityCode, Role]) -> Somebody:
    return Somebody(ANYBODY, frozenset(roles))


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """In which they come, as somebody says."""

    country: str | None = None
    """None: what the address says."""
    device: Device | None = None
    tunnel: bool = False
    route: RouteName | None = None
    """Of the application; None: by one without a name."""
    said: Said = NOTHING_SAID


def as_known(question: Question, who: Somebody, circumstances: Circumstances, snapshot: Snapshot) -> Question:
    """With the facts that a decision would have, and what is said on top of them."""
    asked = (question.application, question.action, question.municipality)
    known = facts_of_person(who, asked, question.address, snapshot, question.now)
    facts = replace(
        of_somebody_else(known, question.application, question.action),
        country=circumstances.country or known.country,
        device=circumstances.device,
        tunnel=circumstances.tunnel,
        route=known_route(question.application, circumstances.route, snapshot),
    )
    return with_said(replace(question, facts=facts), circumstances.said)


def known_route(application: ApplicationId, name: RouteName | None, snapshot: Snapshot) -> Route | None:
    """None where the application has no route of that name."""
    offer = snapshot.applications.get(application)
    named = offer.routes.get(name) if offer is not None and name is not None else None
    return None if named is None else named.route


def explained_as_decided(
    book: PolicyBook,
    question: Question,
    snapshot: Snapshot,
    who: Somebody | None = None,
    reader: MunicipalityCode | None = None,
) -> Explained:
    """Also where the product refuses before it asks the policies: then no rule is to blame, and none helps. `who`: whom
    it is about, where that is known; `reader`: of which municipality whoever reads it is; None: an operator.
    """
    meeting = _meeting(question, snapshot)
    before = (shut(who.state, book.version) if who else None) or _kept_out(question, snapshot, meeting)
    if before is None:
        found = explained(book, question, _people(question.subject, who, snapshot))
        return replace(found, besides=delegation_said(question, found.verdict, book, snapshot))
    advice = {language: with_contact(text, language, None) for language, text in before.advice.items()}
    verdict = Refused(
        reason=before.reason,
        rule="",
        version=book.version,
        title=before.title,
        advice=advice,
        detail=before.detail,
    )
    told = _told_of(meeting, question, snapshot, reader) if meeting and before.reason == DUTIES_MEET else ()
    return Explained(question, verdict, (), (), (), (), 0, complete=True, beforehand=told)


def _told_of(
    meeting: Meeting, question: Question, snapshot: Snapshot, reader: MunicipalityCode | None
) -> tuple[Text, ...]:
    lending = snapshot.lending(question.subject, question.roles, question.now)
    return meeting_said(meeting, snapshot.district, reader, lending)


def _meeting(question: Question, snapshot: Snapshot) -> Meeting | None:
    """A role that somebody is supposed to stand in for counts as held, too."""
    supposed = question.facts.delegation
    roles = supposed.roles if supposed is not None and supposed.roles is not None else frozenset[Role]()
    lent = {(question.municipality, role) for role in roles}
    return snapshot.meeting(question.subject, question.roles | lent, question.now)


def _people(subject: SubjectId, who: Somebody | None, snapshot: Snapshot) -> dict[SubjectId, Text]:
    """Whom the facts may name: the person, and who had a hand in what they asked for."""
    names = {subject: who.name} if who and who.name else {}
    for one in snapshot.asks(subject):
        for each in (one.asker, one.holder, one.sponsor):
            if each is not None:
                names.setdefault(each.subject, each.name)
    return {one: dict.fromkeys(Language, name) for one, name in names.items()}


def _kept_out(question: Question, snapshot: Snapshot, meeting: Meeting | None) -> Kept | None:
    """As `gateway.authorize.check` does, of what can be said without a session."""
    offer = snapshot.applications.get(question.application)
    route = route_named_in(question)
    if not question.roles and technical_account_of(question.subject) is None:
        reason, detail = "no_role", ""
    elif offer is not None and question.municipality not in offer.municipalities:
        reason, detail = "application_not_offered", ""
    elif offer is not None and (
        question.action not in offer.actions_of(route)
        if route is not None
        else question.action
        in offer.every_action - offer.actions  # by named routes alone: one has to be said
    ):
        reason, detail = "unknown_application", ""
    elif meeting is not None and question.application not in SHOWS_DUTIES:
        reason, detail = DUTIES_MEET, str(meeting)
    else:
        return None
    where = snapshot.district.name(question.municipality)
    return refusal(reason, question.municipality, where, snapshot.policies.version, detail)
