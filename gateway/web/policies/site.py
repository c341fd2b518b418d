"""What every page about policies works with: who asks, whose policies they are, how a page is shown."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from aiohttp import web

from config.settings import Title
from config.vocabulary import Action, ApplicationId, Language, MunicipalityCode, NetworkName, Role, SubjectId
from gateway.authorize.act import Act
from gateway.authorize.snapshot import Offer, parts_of
from gateway.policy_office.activation import Activation
from gateway.policy_office.actor import Actor
from gateway.policy_office.asking import Asking
from gateway.policy_office.file_note import note_said
from gateway.policy_office.incident import Incident
from gateway.policy_office.incidents import Incidents
from gateway.policy_office.office import Office
from gateway.policy_office.proposal import Proposal, ProposalId, State
from gateway.policy_office.scope import OF_REGION, Scope
from gateway.web.acting import MayAct
from gateway.web.centre import actions_of
from gateway.web.desk import Desk, origin_of, request_id_of
from gateway.web.identity import POLICIES, Assertion
from gateway.web.officer.details import action_title
from gateway.web.policies.faulty_lines import faulty_lines
from gateway.web.policies.namesakes import namesakes
from gateway.web.policies.not_done import done
from gateway.web.waiting import WaitsFor, nothing_waits
from idp.directory.same_person import Account, other_among
from idp.http.arrival import led_here_by_us
from idp.http.page import language_of
from policies.evaluate import PolicyBook
from policies.fault import quoted
from policies.parameters import Offered
from policies.parts import Parts
from policies.texts import Texts

T = TypeVar("T")
STATES: Mapping[State, Title] = {
    State.DRAFT: Title(cs="rozpracovaný", en="draft"),
    State.SUBMITTED: Title(cs="čeká na schválení", en="waits for approval"),
    State.APPROVED: Title(cs="schválený, čeká na svůj čas", en="approved, waits for its time"),
    State.RETURNED: Title(cs="vrácený k přepracování", en="returned"),
    State.WITHDRAWN: Title(cs="stažený", en="withdrawn"),
    State.ACTIVE: Title(cs="vstoupil v platnost", en="came into force"),
}
TAGS: Mapping[State, str] = {
    State.RETURNED: "tag-refused",
    State.APPROVED: "tag-success",
    State.ACTIVE: "tag-success",
}
MOST_PROBLEMS = 100  # shown at once; whoever mends these sees the others
NAME_LENGTH = 64  # characters of an identifier in an address


class Books(Protocol):
    def in_force(self) -> PolicyBook:
        """What decides now, with what an incident closes."""
        ...

    def made_of(self, texts: Texts, closed: Sequence[Incident]) -> PolicyBook:
        """Of texts that are not in force, with what is closed all the same. Takes a moment; called in a thread. Raises
        PoliciesUnusable.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    desk: Desk
    office: Office
    activation: Activation
    incidents: Incidents
    may_act: MayAct
    books: Books
    applications: Mapping[ApplicationId, Title]
    offers: Callable[[], Mapping[ApplicationId, Offer]]
    """Applications as the settings have them."""
    networks: Collection[NetworkName]
    centre: MunicipalityCode | None
    """Of the office that runs the centre; None: nobody acts on what concerns all, but on the command line."""
    gates_have_it: Callable[[], Awaitable[bool]]
    """Whether every gate goes by what decides now; one that does not honours grants of before meanwhile."""
    names_of: Callable[[Collection[str]], Awaitable[Mapping[str, str]]]
    """What people are called, by subject, with the login where two have one name; who is not known is left out."""
    files_are_approved: bool = True
    """Whether somebody else approves what operators edit in files; else it comes into force at once."""
    waits_for: WaitsFor = nothing_waits
    thinking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Matrices and explanations are worked out one at a time: many of them hold up no decision."""

    async def apart(self, recorded: Mapping[str, str]) -> Mapping[str, str]:
        """Who of those that are told by recorded names has somebody else's, and what to call them."""
        shared = namesakes(recorded)
        return await self.names_of(shared) if shared else {}

    def parts(self) -> Parts:
        """Named routes of applications."""
        return parts_of(self.offers())

    @property
    def offered(self) -> Offered:
        titles = {
            name: {language: title.in_language(language) for language in Language}
            for name, title in self.applications.items()
        }
        return Offered(applications=titles, networks=self.networks)

    def also_among(self, one: Proposal, caller: Assertion) -> Account | None:
        """The caller's other account that had a hand in it."""
        return other_among(caller.subject, one.authors, self.office.others)

    def had_a_hand(self, one: Proposal, caller: Assertion) -> bool:
        """By any account of theirs."""
        return caller.subject in one.authors or self.also_among(one, caller) is not None

    def caller(self, request: web.Request) -> Assertion:
        return self.desk.caller(request, POLICIES)

    def asking(self, request: web.Request, caller: Assertion) -> Asking:
        """Each act is put to the policies when it is done, with whose proposal it is about."""
        origin = origin_of(request)

        async def may(action: Action, author: SubjectId | None, about: str) -> object:
            act = Act(application=POLICIES, action=action, author=author, about=f"policies: {about}")
            return await self.may_act(caller, act, origin)

        actor = Actor(
            subject=caller.subject,
            login=caller.login,
            name=caller.name,
            municipality=caller.municipality,
            session=caller.sid,
            address=origin.address,
            request_id=request_id_of(request),
        )
        return Asking(actor, may, self.centre)

    def own(self, caller: Assertion) -> Scope:
        return Scope(caller.municipality)

    async def proposal(self, request: web.Request, caller: Assertion) -> Proposal:
        """The one that the address names. Raises Refused: of another municipality there is none."""
        return await done(self.office.proposal(self.asking(request, caller), proposal_of(request)))

    async def read(self, caller: Assertion, work: Callable[[], T]) -> T:
        """What is made of texts of policies, beside all other work. Raises Refused where it takes too long."""
        return await done(self.office.readings.in_thread(caller.subject, work))

    async def show(
        self, request: web.Request, template: str, caller: Assertion, *, status: int = 200, **context: Any
    ) -> web.Response:
        language = language_of(request, self.desk.pages.default_language)

        def application_title(name: ApplicationId) -> str:
            return self.applications[name].in_language(language) if name in self.applications else name

        def scope_title(scope: Scope) -> str:
            if scope == OF_REGION:
                return REGION.in_language(language)
            return (
                self.desk.municipality_name(MunicipalityCode(scope))
                if scope
                else ANYBODY.in_language(language)
            )

        return await self.desk.show(
            request,
            template,
            caller,
            status=status,
            municipality=self.desk.municipality_name(caller.municipality),
            may=actions_of(caller, self.centre),
            turn=await self.waits_for(caller, origin_of(request), {POLICIES}),
            done=request.query.get("done", "")[:NAME_LENGTH] if led_here_by_us(request) else "",
            states=STATES,
            tags=TAGS,
            scope_title=scope_title,
            application_title=application_title,
            action_title=lambda action: action_title(action, language),
            role_title=lambda role: Role(role).title_in(language),
            said=lambda text: text[language],
            quoted=quoted,
            noted=lambda note: note_said(note, language),
            faulty_lines=faulty_lines,
            most_problems=MOST_PROBLEMS,
            most_members=MOST_PROBLEMS,
            **context,
        )


REGION = Title(cs="společná pravidla technologického centra", en="the region's common policies")
ANYBODY = Title(cs="všechna pravidla", en="all policies")


def proposal_of(request: web.Request) -> ProposalId:
    return ProposalId(request.match_info["proposal"][:NAME_LENGTH])


def scope_asked(text: str, caller: Assertion) -> Scope:
    """`region`, or else the municipality the person acts for: no other can be named at all."""
    return OF_REGION if text == OF_REGION else Scope(caller.municipality)
