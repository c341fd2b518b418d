"""The office of requests, put together: what it reads of policies, directories and sessions."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from config.settings import Title
from config.vocabulary import Action, ApplicationId, DirectoryName, MunicipalityCode, Role, SubjectId
from gateway.access_review.campaign import Opened
from gateway.asks.ask import Ask, AskId, Kind, Party
from gateway.asks.author import Author
from gateway.asks.doing import Doing
from gateway.asks.office import AskOffice
from gateway.asks.refused import Spoken
from gateway.asks.wish import Rules, party
from gateway.authorize.act import Act, may_act
from gateway.authorize.closed_now import ClosedNow
from gateway.authorize.held_already import Held, held_already
from gateway.authorize.opened_by import OpenedBy, opened_by
from gateway.authorize.request import AccessRequest
from gateway.authorize.verdict import Refused
from gateway.commands.asks_beforehand import deciders, kept_out_now, opens
from gateway.commands.asks_closed import idle, what_is_closed
from gateway.commands.candidates import candidates
from gateway.commands.control_plane import ControlPlane
from gateway.commands.own_applications import OWN, REQUESTS
from gateway.commands.state import now
from gateway.sessions.officers_act import Officer
from gateway.sessions.session import Session
from gateway.web.portal.standing import Asks
from gateway.web.refusal import Asked, SwitchFirst
from gateway.web.requests.store import Askable
from idp.directory.person import Person
from idp.directory.subject import directory_of
from idp.events import Origin
from policies.model import AskFor, Permitted

log = structlog.get_logger("requests")
MOST_TOLD = 50
"""People who are told of one request: an office has a mayor and a chief clerk, not hundreds."""

ASKED_AT: dict[AskFor, str] = {
    AskFor.ACCESS: "/ask",
    AskFor.ORDER: "/orders/new",
    AskFor.EMERGENCY: "/emergency",
    AskFor.PURPOSE: "/purpose",
}
WAITS_AS = {AskFor.ACCESS: Kind.ACCESS, AskFor.ORDER: Kind.ORDER}


def ask_office(plane: ControlPlane) -> AskOffice:
    """By what the plane has taken."""
    settings = plane.settings
    return AskOffice(
        store=plane.state.asks,
        in_force=plane.asked,
        sessions=plane.office,
        rules=Rules(settings.requests, plane.snapshot.duties, lambda *what: _offered(plane, *what)),
        permits=lambda *what: _permits(plane, *what),
        holding=lambda *what: holding(plane, *what),
        record=plane.state.record,
        centre=settings.office.municipality,
        alarm=_alarm,
        opens=lambda *what: opens(plane, *what),
        deciders=lambda *what: deciders(plane, *what),
    )


def _alarm(use: Ask) -> None:
    """A line that whoever watches the operations log is woken by."""
    log.error(
        "access.emergency",
        login=use.holder.login,
        application=use.application,
        municipality=use.municipality,
        until=use.until.isoformat(timespec="seconds"),
    )


def _offered(
    plane: ControlPlane, application: ApplicationId, municipality: MunicipalityCode
) -> frozenset[Action]:
    """Of our own pages nobody asks for any: who sees them is up to roles alone."""
    offer = plane.snapshot.applications.get(application)
    ours = application in OWN
    return (
        frozenset()
        if offer is None or ours or municipality not in offer.municipalities
        else offer.every_action
    )


async def _permits(
    plane: ControlPlane, officer: Officer, action: Action, author: Author, origin: Origin, now: datetime
) -> Spoken | None:
    found = await plane.state.sessions.by_ids([officer.sid])
    act = Act(application=REQUESTS, action=action, author=author.whose, approved_by=author.approved_by)
    session = replace(found[0], enrolled=officer.device) if found else None
    verdict = may_act(act, session, plane.snapshot, origin.address, now)
    if isinstance(verdict, Permitted):
        return None
    return Spoken(verdict.reason, verdict.title, verdict.advice, verdict.rule, verdict.policy_version)


def where_to_ask(
    plane: ControlPlane, session: Session, request: AccessRequest, refused: Refused
) -> str | Asked | SwitchFirst:
    """Where the page of a refusal leads."""
    about = (request.application, request.action, refused.municipality)
    return asked_where(plane, session, about, refused.ask_for, request.address)


def asked_where(
    plane: ControlPlane,
    session: Session,
    about: tuple[ApplicationId, Action, MunicipalityCode | None],
    ask_for: AskFor | None,
    address: str,
) -> str | Asked | SwitchFirst:
    """Only of what can be asked for there, and where the policies let one ask; one asks acting for that municipality,
    and who has a role there may act for it first. What was asked for already, and waits, is not offered again.
    """
    application, action, here = about
    own = session.municipality
    if ask_for is None or own is None or here is None or here not in {own, *session.municipalities()}:
        return ""
    if not _offered(plane, application, here):
        return ""
    act = Act(application=REQUESTS, action=Action.WRITE, author=session.subject)
    there = replace(session, municipality=here)
    if not isinstance(may_act(act, there, plane.snapshot, address, now()), Permitted):
        return ""
    for one in plane.asked.waiting(session.subject, now()):
        same = (one.kind, one.municipality) == (WAITS_AS.get(ask_for), here)
        if same and one.application == application and action in one.actions:
            return Asked(one.asked_at, f"{plane.addresses.of_own(REQUESTS)}/one?name={one.id}")
    if here != own:
        name = plane.snapshot.district.name
        return SwitchFirst(name(own), name(here))
    where = f"{plane.addresses.of_own(REQUESTS)}{ASKED_AT[ask_for]}"
    return f"{where}?application={application}&{action}=1"


async def ends_as_party(plane: ControlPlane, name: AskId, doing: Doing) -> Ask:
    """Whatever it is closed to that pages of requests are: a party needs no permit to end it. Raises Refused."""
    from gateway.web.requests.asked import done  # noqa: PLC0415 - seldom used

    return await done(ask_office(plane).withdraw(name, doing))


def asks_shown(plane: ControlPlane) -> Asks:
    """What the portal tells of."""
    return Asks(
        plane.asked.of, lambda name: plane.application_titles().get(name), partial(what_is_closed, plane)
    )


async def holding(
    plane: ControlPlane, municipality: MunicipalityCode | None, roles: Collection[Role]
) -> Sequence[Party]:
    found: list[Party] = []
    for name, people in plane.people.items():
        async for one in candidates(plane, name, people, municipality, roles):
            held = {each.role for each in one.roles if municipality in (None, each.municipality)}
            if not held.isdisjoint(roles) and not one.state.ends_sessions:
                found.append(party(one))
                if len(found) == MOST_TOLD:
                    return found
    return found


async def look_at_backers(
    plane: ControlPlane, directory: DirectoryName, among: Collection[SubjectId] | None, now: datetime
) -> None:
    """Whether those of a directory on whom something rests are still there; None: all of them."""
    office = ask_office(plane)
    backers = office.backers() if among is None else office.backers() & set(among)
    theirs = [one for one in backers if directory_of(one) == directory]
    if theirs:
        read = await plane.people[directory].people(theirs)
        plane.timetable.note(read.values())
        people = await plane.known.as_they_count(read)
        await office.look_at_backers({one: people.get(one) for one in theirs}, now)


@dataclass(frozen=True, slots=True)
class PlaneTown:
    """Implements `gateway.web.requests.store.Town`."""

    plane: ControlPlane

    def askable(self, municipality: MunicipalityCode) -> Sequence[Askable]:
        titles = self.plane.application_titles()
        return [
            Askable(name, titles[name], actions)
            for name in self.plane.snapshot.applications
            if (actions := _offered(self.plane, name, municipality))
        ]

    def title(self, application: ApplicationId) -> Title | None:
        return self.plane.application_titles().get(application)

    async def gains(self, delegation: Ask) -> Sequence[Opened]:
        deputy = await self.person(delegation.holder.subject)
        if deputy is None or delegation.role is None:
            return []
        from gateway.authorize.deputy_gains import gains  # noqa: PLC0415 - seldom used

        roles = [(held.municipality, held.role) for held in deputy.roles]
        by, where = delegation.asker.subject, delegation.municipality
        return gains(deputy.subject, roles, delegation.role, by, where, self.plane.snapshot, now())

    def held_already(
        self,
        who: Person,
        application: ApplicationId,
        actions: Collection[Action],
        municipality: MunicipalityCode,
        then: datetime,
    ) -> Sequence[Held]:
        roles = [(held.municipality, held.role) for held in who.roles]
        return held_already(who.subject, roles, application, actions, municipality, self.plane.snapshot, then)

    async def opened_by(self, ask: Ask, holder: Person) -> Sequence[OpenedBy]:
        roles = [(held.municipality, held.role) for held in holder.roles]
        plane = self.plane
        return await asyncio.to_thread(opened_by, ask, roles, plane.book, plane.snapshot, now())

    async def closed_now(self, asks: Sequence[Ask]) -> Mapping[AskId, ClosedNow]:
        return await what_is_closed(self.plane, asks)

    async def idle(self, asks: Sequence[Ask]) -> AbstractSet[AskId]:
        return await idle(self.plane, asks)

    async def kept_out_now(self, ask: Ask, officer: Officer, origin: Origin) -> Spoken | None:
        return await kept_out_now(self.plane, ask, officer, origin)

    async def named(self, login: str) -> Sequence[Person]:
        people = {one.subject: one for one in await self.plane.directory.named(login)}
        return list((await self.plane.known.as_they_count(people)).values())

    async def person(self, subject: SubjectId) -> Person | None:
        return await self.plane.known.person(subject)
