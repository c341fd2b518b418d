"""The pages about policies put together: by which books, people and sessions they answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.alphabet import alphabetical
from config.vocabulary import ApplicationId, MunicipalityCode, Role
from gateway.access_review.blocks import Block
from gateway.asks.ask import Party
from gateway.authorize.catalogue import openable
from gateway.authorize.snapshot import Snapshot
from gateway.commands.acting import acting
from gateway.commands.asking_office import PlaneTown, holding
from gateway.commands.control_plane import ControlPlane
from gateway.commands.decisions import shared_book
from gateway.commands.names_of_people import NamesOfPeople
from gateway.commands.plane_simulations import PlaneSimulations
from gateway.commands.policy_offices import activation_of, incidents_of
from gateway.commands.recording_looks import recording_looks
from gateway.commands.waiting import waits_for
from gateway.policy_office.incident import Incident
from gateway.policy_office.office import standing
from gateway.sessions.session import Session
from gateway.web.desk import Page
from gateway.web.policies.adapting import Adapting
from gateway.web.policies.editor import Editor
from gateway.web.policies.impact import Impact
from gateway.web.policies.overview import Overview
from gateway.web.policies.proposals import Proposals
from gateway.web.policies.site import Site
from gateway.web.policies.switch import Switch
from gateway.web.policies.taking_back import TakingBack
from gateway.web.policies.versions import Versions
from gateway.web.policies.who_may import WhoMay
from gateway.web.policies.whom_it_hits import Hit, Loser, hit
from gateway.web.policies.why import Removed, Suggested, Why
from gateway.web.requests.sponsors import by_name
from policies.evaluate import PolicyBook
from policies.incidents import Closure
from policies.texts import Texts


@dataclass(frozen=True, slots=True)
class PlaneBooks:
    """Implements `gateway.web.policies.site.Books`."""

    plane: ControlPlane

    def in_force(self) -> PolicyBook:
        return self.plane.book

    def made_of(self, texts: Texts, closed: Sequence[Incident]) -> PolicyBook:
        return shared_book(self.plane.settings, self.plane.state.district, texts, closed)


def policy_pages(plane: ControlPlane) -> Sequence[Page]:
    """On the host `policies.`, by what the plane has taken."""
    office = plane.policy_desk.office(plane.state)
    site = Site(
        desk=plane.desk,
        office=office,
        activation=activation_of(office),
        incidents=incidents_of(plane.state, office),
        may_act=acting(plane),
        books=PlaneBooks(plane),
        applications=plane.application_titles(),
        offers=lambda: plane.snapshot.applications,
        networks=[one.name for one in plane.settings.networks],
        centre=plane.settings.office.municipality,
        gates_have_it=lambda: plane.gates.gate_applied(AT_ONCE),
        names_of=NamesOfPeople(plane),
        files_are_approved=plane.settings.policies.from_files == "propose",
        waits_for=waits_for(plane),
    )
    in_order = sorted(plane.state.district.items(), key=lambda one: alphabetical(one[1].name))
    district = {code: one.name for code, one in in_order}
    record_look = recording_looks(plane.state)
    return [
        *Overview(site).pages(),
        *Editor(site).pages(),
        *Proposals(site).pages(),
        *Adapting(site).pages(),
        *TakingBack(site).pages(),
        *Impact(site, PlaneSimulations(plane), record_look).pages(),
        *Versions(site).pages(),
        *WhoMay(site, record_look).pages(),
        *Why(
            site,
            PlaneTown(plane).named,
            record_look,
            lambda: plane.snapshot,
            _removed(plane),
            _people(plane),
        ).pages(),
        *Switch(site, Hits(plane), district).pages(),
    ]


def _people(plane: ControlPlane) -> Suggested:
    async def people(municipality: MunicipalityCode) -> Sequence[Party]:
        return by_name(await holding(plane, municipality, list(Role)))

    return people


def _removed(plane: ControlPlane) -> Removed:
    async def removed() -> Sequence[Block]:
        return await plane.state.reviews.look(lambda book: book.blocks())

    return removed


AT_ONCE = timedelta(milliseconds=20)  # who looks is told how it stands, and may look again


@dataclass(frozen=True, slots=True)
class Hits:
    """Of the sessions that are open, those to which some application would be closed that is open now."""

    plane: ControlPlane

    async def __call__(self, closure: Closure, now: datetime) -> Hit:
        plane = self.plane
        office, limits = plane.policy_desk.office(plane.state), plane.settings.sign_in
        texts = (await office.store.look(standing)).texts
        closed = await office.store.look(lambda desk: desk.incidents())
        sessions = [
            one for one in await plane.state.sessions.open_ones() if one.why_over(limits, now) is None
        ]
        with_it = Incident(id="", closure=closure, closed_by_name="")

        def losers() -> list[Loser]:
            book = shared_book(plane.settings, plane.state.district, texts, [*closed, with_it])
            becomes = replace(plane.snapshot, policies=book)
            found = ((one, _lost(one, plane.snapshot, becomes, now)) for one in sessions)
            return [Loser(one.name, _acts_as(one), lost) for one, lost in found if lost]

        return hit(await asyncio.to_thread(losers), of=len(sessions))


def _lost(session: Session, before: Snapshot, after: Snapshot, now: datetime) -> set[ApplicationId]:
    def opens(snapshot: Snapshot) -> set[ApplicationId]:
        return set(openable(session, snapshot, session.address, now))

    return opens(before) - opens(after)


def _acts_as(session: Session) -> set[Role]:
    return {role for where, role in session.roles if where == session.municipality}
