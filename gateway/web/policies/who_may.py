"""Who may do what in a municipality: roles, applications, actions, as one comes; also as a file."""

import asyncio
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import TypeVar

from aiohttp import web

from config.vocabulary import Action, ApplicationId, AuthenticationLevel, MunicipalityCode, Role
from gateway.audit.spreadsheets import harmless
from gateway.authorize.reachable import reachable
from gateway.policy_office.office import standing
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import OF_REGION, Scope, of_scope
from gateway.web.desk import Page, Refused
from gateway.web.identity import Assertion
from gateway.web.officer.came_from import asked_first
from gateway.web.policies.closed_here import closed_here
from gateway.web.policies.coming import Coming, coming, places
from gateway.web.policies.elsewhere import Elsewhere, Record
from gateway.web.policies.not_done import done, told
from gateway.web.policies.site import Site
from gateway.web.policies.telling_ways import telling_ways
from gateway.web.refusal import FORM_UNREADABLE
from idp.http.page import language_of, page_headers
from policies.level_words import LEVEL_TITLES
from policies.matrix import DeviceState, Matrix, matrix
from policies.matrix_words import DEVICE_TITLES, titled
from policies.model import LEVELS, Route, Text
from policies.parts import TooManyNamed, named_parts

SHORT: Mapping[str, AuthenticationLevel] = {str(LEVELS[one]): one for one in AuthenticationLevel}
LEVELS_OFFERED: Mapping[str, Text] = {str(level): words for level, words in LEVEL_TITLES.items()}
HEADS = ("role", "application", "action", "level", "device", "permitted", "rule", "reason")
WHERE, LONGEST = "where", 20  # of the address: a municipality's code; characters of it
PART = "part"  # the last column, only where an application has named parts
Place = tuple[ApplicationId, Route | None]
"""An application, or a named part of it."""
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class WhoMay:
    """Of the municipality acted for; whoever administers the policies of the centre looks at any, recorded."""

    site: Site
    record: Record

    @property
    def elsewhere(self) -> Elsewhere:
        return Elsewhere(self.site, self.record, "who")

    def pages(self) -> Sequence[Page]:
        return tuple(asked_first((Page("GET", "/who", self.table), Page("GET", "/who.csv", self.as_csv))))

    async def table(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        how, as_of = coming(request.query, site.networks), site.desk.now()
        asked = await self.elsewhere.asked(request, caller, request.query.get(WHERE, "").strip()[:LONGEST])
        where = asked or MunicipalityCode(caller.municipality)
        found = await self._matrix(request, caller, how, as_of, where)
        level = SHORT.get(request.query.get("level", ""), AuthenticationLevel.PHISHING_RESISTANT)
        device = one_of(DeviceState, request.query.get("device", ""), DeviceState.IN_ORDER)
        may: dict[Role, dict[Place, list[Action]]] = {}
        shut: dict[Role, set[Place]] = {}
        for case, answer in found.cells.items():
            if case.level is level and case.device is device:
                place = case.application, case.part
                if answer.permits:
                    may.setdefault(case.role, {}).setdefault(place, []).append(case.action)
                elif answer.closed:
                    shut.setdefault(case.role, set()).add(place)
        every = dict.fromkeys((case.application, case.part) for case in found.cells)
        stand = (*may.values(), *shut.values())  # what is closed would be missed else
        opened = {application for each in stand for application, _ in each}
        shown = [
            one for one in every if one[0] in opened
        ]  # a part that is closed to everybody stands there, too
        language = language_of(request, site.desk.pages.default_language)
        texts = (await site.office.store.look(standing)).texts
        rules = of_scope(texts, OF_REGION) | of_scope(texts, Scope(where))
        return await site.show(
            request,
            "policy_matrix.html",
            caller,
            status=409 if how.untimely or asked is None else 200,
            unknown=asked is None,
            where=self.elsewhere.name(where),
            own=self.elsewhere.name(MunicipalityCode(caller.municipality)),
            everywhere=self.elsewhere.offered(caller),
            chosen={WHERE: where} if where != caller.municipality else {},
            ways=await site.read(caller, partial(telling_ways, {}, rules, as_of, site.networks)),
            rows={role: may.get(role, {}) for role in Role if role in may or role in shut},
            shut=shut,
            columns=shown,
            titles=[titled(site.applications[name].in_language(language), part) for name, part in shown],
            titled=titled,
            level=str(LEVELS[level]),
            device=device,
            levels=LEVELS_OFFERED,
            devices=DEVICE_TITLES,
            how=how,
            as_of=how.at or as_of,
            closed=closed_here(
                await site.office.store.look(lambda desk: desk.incidents()),
                where,
                site.books.in_force().names,
            ),
            places=places(site.networks),
        )

    async def as_csv(self, request: web.Request) -> web.Response:
        """Every cell, with the rule that decides."""
        caller = self.site.caller(request)
        how = coming(request.query, self.site.networks)
        if how.untimely:
            raise Refused(FORM_UNREADABLE, 400)
        where = await self.elsewhere.asked(request, caller, request.query.get(WHERE, "").strip()[:LONGEST])
        if where is None:
            raise Refused(FORM_UNREADABLE, 400)
        found = await self._matrix(request, caller, how, self.site.desk.now(), where)
        out = io.StringIO()
        rows = csv.writer(out)
        parted = any(case.part for case in found.cells)
        rows.writerow([*HEADS, *([PART] if parted else [])])
        for case, answer in found.cells.items():
            told = (
                case.role, case.application, case.action, LEVELS[case.level], case.device,
                "yes" if answer.permits else "closed" if answer.closed else "no", answer.rule, answer.reason,
                *([case.part.id if case.part else ""] if parted else []),
            )  # fmt: skip
            rows.writerow([harmless(str(one)) for one in told])
        name = f"who-may-{where}-{self.site.desk.now():%Y-%m-%d}.csv"
        return web.Response(
            body=out.getvalue().encode(),
            content_type="text/csv",
            charset="utf-8",
            headers=page_headers() | {"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def _matrix(
        self, request: web.Request, caller: Assertion, how: Coming, now: datetime, where: MunicipalityCode
    ) -> Matrix:
        """Of all that can be reached there. That of another municipality than the own one is recorded."""
        site = self.site
        asking = site.asking(request, caller)
        await done(asking.require(Action.READ, site.own(caller), None, "who may do what"))
        if where != caller.municipality:
            await self.elsewhere.look(request, caller, {"municipality": where}, len(Role))
        at, those = how.circumstances(now), list(site.applications)
        offers, configured = site.offers(), site.parts()

        texts = (await site.office.store.look(standing)).texts if how.as_open else {}

        def worked_out() -> Matrix:
            book = site.books.made_of(texts, ()) if how.as_open else site.books.in_force()
            parts = named_parts(configured, those, book.policies_of(where))
            return reachable(matrix(book, where, at, those, parts=parts), offers)

        async with site.thinking:
            try:
                return await asyncio.to_thread(worked_out)
            except TooManyNamed:
                raise told(ActRefused(Refusal.TOO_LARGE)) from None


def one_of(kind: type[Choice], text: str, otherwise: Choice) -> Choice:
    return kind(text) if text in {one.value for one in kind} else otherwise
