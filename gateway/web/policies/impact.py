"""Whom a proposal would give or take something: by the matrix of roles, and by what was decided in the last days."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from aiohttp import web

from config.vocabulary import Action, MunicipalityCode
from gateway.audit.acts import searched
from gateway.policy_office.office import standing
from gateway.policy_office.proposal import OVER, Proposal
from gateway.policy_office.scope import municipality_of, with_scope
from gateway.policy_office.version import Version
from gateway.web.desk import Page, Refused, client_address_of, request_id_of
from gateway.web.identity import Assertion
from gateway.web.policies.not_done import done
from gateway.web.policies.site import Site
from gateway.web.policies.who_may import HOME
from gateway.web.policies.why import Record
from gateway.web.refusal import PAGE_UNKNOWN
from policies.load import PoliciesUnusable
from policies.matrix import Circumstances, matrix
from policies.matrix_groups import Difference, difference
from policies.matrix_words import said
from policies.model import Facts
from policies.simulate import Change
from policies.simulated import Report
from policies.texts import Texts

DAYS = 7
KEPT = 16  # differences of matrices that are remembered, as a page is looked at again and again
ROWS = 50  # of a simulation's rows on the page
Key = tuple[str, str, int]
"""The municipality acted for, the digest of a proposal's texts, and the number of the version in force."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """`report` None: still going on, or `failed`."""

    done: int
    total: int
    report: Report | None = None
    failed: bool = False


class Simulations(Protocol):
    """One at a time goes on, beside what decides."""

    def of(self, key: Key) -> UnderWay | None: ...

    def begin(
        self,
        key: Key,
        today: Texts,
        draft: Texts,
        municipality: MunicipalityCode | None,
        since: datetime,
        until: datetime,
    ) -> bool:
        """False: another one goes on."""
        ...


@dataclass(frozen=True, slots=True)
class Impact:
    site: Site
    simulations: Simulations
    record: Record
    known: dict[Key, Difference] = field(default_factory=dict)

    def pages(self) -> Sequence[Page]:
        where = "/proposals/{proposal}/impact"
        return Page("GET", where, self.shown), Page("POST", where, self.simulate)

    async def shown(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        one = await site.proposal(request, caller)
        if one.state in OVER:
            raise Refused(PAGE_UNKNOWN, 404)
        in_force = await site.office.store.look(standing)
        key: Key = caller.municipality, one.digest, in_force.number
        try:
            found = await self._difference(key, one, in_force, caller)
        except PoliciesUnusable:
            found = None
        names = site.books.in_force().names
        return await site.show(
            request,
            "policy_impact.html",
            caller,
            one=one,
            found=found,
            words=lambda group, language: said(group, names, language),
            simulation=self.simulations.of(key),
            days=DAYS,
            rows=ROWS,
            loses=Change.LOSES,
        )

    async def simulate(self, request: web.Request) -> web.Response:
        """Reading the log for it is recorded before anything is told."""
        site, caller = self.site, self.site.caller(request)
        one = await site.proposal(request, caller)
        asking = site.asking(request, caller)
        await done(asking.require(Action.READ, one.scope, None, f"simulate {one.id}"))
        in_force, now = await site.office.store.look(standing), site.desk.now()
        begun = one.state not in OVER and self.simulations.begin(
            (caller.municipality, one.digest, in_force.number),
            in_force.texts,
            with_scope(in_force.texts, one.scope, one.texts),
            municipality_of(one.scope),
            now - timedelta(days=DAYS),
            now,
        )
        if begun:
            await self._look(request, caller, one)
        raise web.HTTPSeeOther(f"/proposals/{one.id}/impact?done={'begun' if begun else 'busy'}#simulation")

    async def _difference(self, key: Key, one: Proposal, in_force: Version, caller: Assertion) -> Difference:
        """At the municipality acted for. Raises PoliciesUnusable."""
        if key in self.known:
            return self.known[key]
        site = self.site
        at = Circumstances(now=site.desk.now(), facts=Facts(country=HOME))

        def compared() -> Difference:
            before = site.books.made_of(in_force.texts)
            after = site.books.made_of(with_scope(in_force.texts, one.scope, one.texts))
            those = list(site.applications)
            return difference(
                matrix(before, caller.municipality, at, those), matrix(after, caller.municipality, at, those)
            )

        found = await asyncio.to_thread(compared)
        if len(self.known) >= KEPT:
            self.known.pop(next(iter(self.known)))
        self.known[key] = found
        return found

    async def _look(self, request: web.Request, caller: Assertion, one: Proposal) -> None:
        entry = searched(
            self.site.desk.now(),
            subject=caller.subject,
            person=caller.login,
            query={"page": "policy simulate", "proposal": one.id, "days": str(DAYS)}
            | {"municipality": municipality_of(one.scope) or ""},
            found=0,
            session=caller.sid,
            address=client_address_of(request),
            request_id=request_id_of(request),
            own_municipality=caller.municipality,
        )
        await self.record([entry])
