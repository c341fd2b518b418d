"""Who may do what in the municipality acted for: roles, applications, actions, as one comes; also as a file."""

import asyncio
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from aiohttp import web

from config.vocabulary import Action, ApplicationId, AuthenticationLevel, Role
from gateway.audit.spreadsheets import harmless
from gateway.authorize.reachable import reachable
from gateway.policy_office.office import standing
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.web.desk import Page, Refused
from gateway.web.identity import Assertion
from gateway.web.policies.closed_here import closed_here
from gateway.web.policies.coming import Coming, coming, places
from gateway.web.policies.not_done import done, told
from gateway.web.policies.site import Site
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
PART = "part"  # the last column, only where an application has named parts
Place = tuple[ApplicationId, Route | None]
"""An application, or a named part of it."""
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class WhoMay:
    site: Site

    def pages(self) -> Sequence[Page]:
        return Page("GET", "/who", self.table), Page("GET", "/who.csv", self.as_csv)

    async def table(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        how, as_of = coming(request.query, site.networks), site.desk.now()
        found = await self._matrix(request, caller, how, as_of)
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
        return await site.show(
            request,
            "policy_matrix.html",
            caller,
            status=409 if how.untimely else 200,
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
                caller,
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
        found = await self._matrix(request, caller, how, self.site.desk.now())
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
        name = f"who-may-{caller.municipality}-{self.site.desk.now():%Y-%m-%d}.csv"
        return web.Response(
            body=out.getvalue().encode(),
            content_type="text/csv",
            charset="utf-8",
            headers=page_headers() | {"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def _matrix(self, request: web.Request, caller: Assertion, how: Coming, now: datetime) -> Matrix:
        """Of the municipality acted for: of all that can be reached there."""
        site = self.site
        asking = site.asking(request, caller)
        await done(asking.require(Action.READ, site.own(caller), None, "who may do what"))
        at, here, those = how.circumstances(now), caller.municipality, list(site.applications)
        offers, configured = site.offers(), site.parts()

        texts = (await site.office.store.look(standing)).texts if how.as_open else {}

        def worked_out() -> Matrix:
            book = site.books.made_of(texts, ()) if how.as_open else site.books.in_force()
            parts = named_parts(configured, those, book.policies_of(here))
            return reachable(matrix(book, here, at, those, parts=parts), offers)

        async with site.thinking:
            try:
                return await asyncio.to_thread(worked_out)
            except TooManyNamed:
                raise told(ActRefused(Refusal.TOO_LARGE)) from None


def one_of(kind: type[Choice], text: str, otherwise: Choice) -> Choice:
    return kind(text) if text in {one.value for one in kind} else otherwise
