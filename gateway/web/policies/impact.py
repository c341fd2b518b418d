"""Whom a proposal would give or take something: by the matrix of roles, and by what was decided in the last days."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from aiohttp import web

from config.vocabulary import Action, ApplicationId, MunicipalityCode
from gateway.policy_office.incident import Incident
from gateway.policy_office.office import standing
from gateway.policy_office.proposal import OVER, Proposal
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import OF_REGION, Scope, municipality_of, of_scope, with_scope
from gateway.policy_office.store import Desk
from gateway.policy_office.version import Version
from gateway.web.desk import Page
from gateway.web.identity import Assertion
from gateway.web.officer.came_from import asked_first
from gateway.web.policies.closed_here import closed_here
from gateway.web.policies.coming import Coming, coming, places
from gateway.web.policies.elsewhere import Record
from gateway.web.policies.not_done import done
from gateway.web.policies.site import Site
from gateway.web.policies.telling_ways import telling_ways
from gateway.web.simulating import (
    NOT_ASKED,
    TROUBLES,
    Asked,
    Finished,
    NotFinished,
    Occupied,
    Simulations,
    UnderWay,
    shown,
)
from policies.load import PoliciesUnusable
from policies.matrix import matrix
from policies.matrix_groups import Difference, difference
from policies.matrix_words import said
from policies.model import Route
from policies.parts import TooManyNamed, named_parts
from policies.rule_titles import Titles, by_what, titles_there
from policies.simulate import Change

DAYS = 7
KEPT = 16  # differences of matrices that are remembered, as a page is looked at again and again
ROWS = 50  # of a simulation's rows on the page
OCCUPIED = "occupied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """All that a difference of matrices rests on."""

    municipality: str
    """Acted for."""
    scope: Scope
    """Region and municipality may have the same texts: none."""
    draft: str
    """Digest of a proposal's texts."""
    in_force: int
    """Number of the version."""
    closed: frozenset[str]
    """Incidents."""
    place: str
    at: datetime
    """Of what is asked about now, the minute, as the heading says it."""
    parts: frozenset[tuple[ApplicationId, Route]]
    """Named ones that applications have."""


@dataclass(frozen=True, slots=True)
class Impact:
    site: Site
    simulations: Simulations
    record: Record
    known: dict[Key, tuple[Difference, Titles]] = field(default_factory=dict)

    def pages(self) -> Sequence[Page]:
        where = "/proposals/{proposal}/impact"
        return tuple(asked_first((Page("GET", where, self.shown), Page("POST", where, self.simulate))))

    async def shown(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        one = await site.proposal(request, caller)
        if one.state in OVER:
            raise web.HTTPSeeOther(f"/proposals/{one.id}?done=over")
        how = coming(request.query, site.networks)
        in_force, incidents = await site.office.store.look(_with_what_is_closed)
        try:
            found, titles = await self._difference(
                one, in_force, () if how.as_open else incidents, caller, how
            )
        except PoliciesUnusable:
            found, titles = None, {}
        names = site.books.in_force().names
        asked = _asked(one, in_force, how)
        standing_now = (
            None
            if found is None
            else await shown(self.simulations, asked, request, caller, self.record, site.desk.now())
        )
        own, now = of_scope(in_force.texts, one.scope), site.desk.now()
        ways = await site.read(caller, partial(telling_ways, own, one.texts, now, site.networks))
        finished = standing_now if isinstance(standing_now, Finished) else None
        rows = finished.report.rows[:ROWS] if finished else ()
        return await site.show(
            request,
            "policy_impact.html",
            caller,
            status=409 if how.untimely else 200,
            one=one,
            found=found,
            how=how,
            as_of=how.at or now,
            closed=closed_here(incidents, MunicipalityCode(caller.municipality), names),
            places=places(site.networks),
            ways=ways,
            words=lambda group, language: said(group, names, language),
            by_what=lambda group: by_what(group, titles),
            under_way=standing_now if isinstance(standing_now, UnderWay) else None,
            occupied=isinstance(standing_now, Occupied),
            trouble=TROUBLES[standing_now.trouble] if isinstance(standing_now, NotFinished) else None,
            finished=finished,
            rows=rows,
            called=await site.names_of({row.subject for row in rows}) if rows else {},
            of_all=one.scope == OF_REGION,
            not_asked=NOT_ASKED,
            days=DAYS,
            loses=Change.LOSES,
        )

    async def simulate(self, request: web.Request) -> web.Response:
        """Whoever is shown what came of it is recorded then."""
        site, caller = self.site, self.site.caller(request)
        one = await site.proposal(request, caller)
        await done(site.asking(request, caller).require(Action.READ, one.scope, None, f"simulate {one.id}"))
        if one.state in OVER:
            raise web.HTTPSeeOther(f"/proposals/{one.id}?done=over")
        in_force, how = await site.office.store.look(standing), coming(request.query, site.networks)
        standing_now = await self.simulations.begin(_asked(one, in_force, how), caller.name or caller.login)
        if isinstance(standing_now, Occupied):  # what was found before stands there all the same
            raise web.HTTPSeeOther(request.rel_url.update_query(done=OCCUPIED))
        there = request.rel_url.without_query_params("done")
        raise web.HTTPSeeOther(there.with_fragment("simulation"))

    async def _difference(
        self,
        one: Proposal,
        in_force: Version,
        incidents: Sequence[Incident],
        caller: Assertion,
        how: Coming,
    ) -> tuple[Difference, Titles]:
        """At the municipality acted for, and what its rules are called. Raises PoliciesUnusable."""
        site = self.site
        at = how.circumstances(site.desk.now())
        configured = site.parts()
        parts = frozenset((name, route) for name, routes in configured.items() for route in routes)
        key = Key(
            municipality=caller.municipality,
            scope=one.scope,
            draft=one.digest,
            in_force=in_force.number,
            closed=frozenset(each.id for each in incidents),
            place=how.place,
            at=how.at or at.now.replace(second=0, microsecond=0),
            parts=parts,
        )
        if key in self.known:
            return self.known[key]

        def compared() -> tuple[Difference, Titles]:
            before = site.books.made_of(in_force.texts, incidents)
            after = site.books.made_of(with_scope(in_force.texts, one.scope, one.texts), incidents)
            here, those = caller.municipality, list(site.applications)
            both = named_parts(configured, those, before.policies_of(here), after.policies_of(here))
            titles = {**titles_there(before, here), **titles_there(after, here)}
            return difference(
                matrix(before, here, at, those, parts=both), matrix(after, here, at, those, parts=both)
            ), titles

        async def in_turn() -> tuple[Difference, Titles]:
            async with site.thinking:
                try:
                    return await asyncio.to_thread(compared)
                except TooManyNamed:
                    raise ActRefused(Refusal.TOO_LARGE) from None

        found = await done(site.office.readings.of(caller.subject, in_turn))
        if len(self.known) >= KEPT:
            self.known.pop(next(iter(self.known)))
        self.known[key] = found
        return found


def _with_what_is_closed(desk: Desk) -> tuple[Version, Sequence[Incident]]:
    return standing(desk), desk.incidents()


def _asked(one: Proposal, in_force: Version, how: Coming) -> Asked:
    """Of a municipality's policies: decisions about its own resources; of the region's: all there are."""
    texts = with_scope(in_force.texts, one.scope, one.texts)
    return Asked(texts=texts, days=DAYS, municipality=municipality_of(one.scope), as_open=how.as_open)
