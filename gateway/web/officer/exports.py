"""The page from which what a search found is handed out as a file: asked for, recorded, then given as it is read.

Each person has one under way, so a browser that takes its file slowly holds up nobody else. What is looked for takes
the person's turn among searches.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog
from aiohttp import web

from config.vocabulary import REASON_HEADER, MunicipalityCode, SubjectId
from gateway.audit.entry import Entry
from gateway.audit.exporting import EntryGone, Exporting, Prepared
from gateway.audit.purposes import LONGEST, SHORTEST, PurposeOf
from gateway.audit.search import Count, TooManyPeople
from gateway.audit.selection import ExportRefused, Form, Wanted, Why, said
from gateway.incidents.refused import ActRefused
from gateway.web.desk import Desk, Refused, request_id_of
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer import incident_forms as forms
from gateway.web.officer.conditions import conditions_shown
from gateway.web.officer.export_words import FORMS, REFUSALS
from gateway.web.officer.filters import Filters, filters_of
from gateway.web.officer.looks import look
from gateway.web.officer.names import Names
from gateway.web.officer.reach import Reach
from gateway.web.officer.turns import Turns
from gateway.web.refusal import FORM_UNREADABLE
from idp.http.page import language_of, page_headers

STANDS_STILL = timedelta(seconds=60)  # a browser that takes nothing of a file
CHECKED = ("proofs", "pseudonyms")
log = structlog.get_logger("officer.exports")


@dataclass(frozen=True, slots=True)
class Exports:
    """`exporting`: of the log as far as somebody sees it, by the only municipality; None: all of it."""

    desk: Desk
    reach: Reach
    purpose_of: PurposeOf
    names: Names
    exporting: Callable[[MunicipalityCode | None], Exporting]
    turns: Turns
    under_way: defaultdict[SubjectId, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    patience: timedelta = timedelta(seconds=3)
    """With an export of the same person that is under way."""

    async def ask(self, request: web.Request) -> web.Response:
        """What would be handed out, before it is."""
        caller = self.desk.caller(request, ADMIN)
        filters = filters_of(request.query, caller.subject)
        entered = {"purpose": await self.purpose_of(caller.sid), "form": Form.CSV.value, "proofs": "1"}
        return await self._form(request, caller, filters, entered, None)

    async def give(self, request: web.Request) -> web.StreamResponse:
        caller = self.desk.caller(request, ADMIN)
        fields = await forms.fields_of(request)
        entered = {name: forms.one(fields, name) for name in ("asked", "form", "purpose")}
        entered |= {name: "1" for name in CHECKED if fields.get(name) == ["1"]}
        filters = _filters(entered["asked"], caller)
        try:
            form = Form(entered["form"])
        except ValueError:
            raise Refused(FORM_UNREADABLE, 400) from None
        exporting = self.exporting(self.reach.of(caller))
        try:
            await self._require(request, caller, exporting, filters, entered["purpose"])
            async with self.under_way[caller.subject]:
                async with self.turns.of(caller.subject):
                    prepared = await exporting.prepare(
                        replace(filters.query, within=self.reach.of(caller)),
                        Wanted(
                            form=form,
                            purpose=said(entered["purpose"]),
                            proofs="proofs" in entered,
                            pseudonyms="pseudonyms" in entered,
                            language=language_of(request, self.desk.pages.default_language),
                        ),
                        lambda found: self._look(request, caller, filters, found),
                        self.desk.now(),
                    )
                return await _sent(request, exporting, prepared)
        except ExportRefused as refused:
            return await self._form(request, caller, filters, entered, refused)

    async def _require(
        self, request: web.Request, caller: Assertion, exporting: Exporting, filters: Filters, purpose: str
    ) -> None:
        """What is known before anything is looked for. Raises ExportRefused, which is recorded."""
        why = None if said(purpose) else Why.PURPOSE
        why = why or (Why.CONDITIONS if filters.unreadable else None)
        why = why or (None if await self._free(caller.subject) else Why.UNDER_WAY)
        if why is not None:
            await exporting.refuse(self._look(request, caller, filters, 0), why)
            raise ExportRefused(why)

    async def _free(self, who: SubjectId) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.patience.total_seconds()), self.under_way[who]:
                return True
        return False

    async def _form(
        self,
        request: web.Request,
        caller: Assertion,
        filters: Filters,
        entered: dict[str, str],
        refused: ExportRefused | None,
    ) -> web.Response:
        exporting = self.exporting(self.reach.of(caller))
        count = await _count(exporting, filters)
        found = 0 if count is None else count.number
        await exporting.record([self._look(request, caller, filters, found)])
        response = await self.desk.show(
            request,
            "export.html",
            caller,
            status=409 if refused else 200,
            filters=filters,
            conditions=conditions_shown(
                filters.used, self.names, language_of(request, self.desk.pages.default_language)
            ),
            count=count,
            entered=entered,
            forms=FORMS,
            shortest=SHORTEST,
            longest=LONGEST,
            wrong=REFUSALS[refused.reason] if refused else None,
            purpose_wrong=refused is not None and refused.reason is Why.PURPOSE,
            most=refused.most if refused is not None and refused.reason is Why.TOO_MUCH else None,
            bounded=self.reach.of(caller) is not None,
        )
        if refused:
            response.headers[REASON_HEADER] = refused.reason
        return response

    def _look(self, request: web.Request, caller: Assertion, filters: Filters, found: int) -> Entry:
        query = {"page": "export"} | filters.used
        return look(request, caller, query, found=found, now=self.desk.now())


def _filters(asked: str, caller: Assertion) -> Filters:
    """As they stand in the address of the log's page."""
    try:
        return filters_of(dict(forms.conditions(asked)), caller.subject)
    except ActRefused:
        raise Refused(FORM_UNREADABLE, 400) from None


async def _count(exporting: Exporting, filters: Filters) -> Count | None:
    """None where it cannot be counted."""
    if filters.unreadable:
        return None
    try:
        return await exporting.log.count(filters.query)
    except TooManyPeople:
        return None


async def _sent(request: web.Request, exporting: Exporting, prepared: Prepared) -> web.StreamResponse:
    """Whatever breaks it off breaks the connection too: a part must not look like the whole."""
    disposition = {"Content-Disposition": f'attachment; filename="{prepared.name}"'}
    response = web.StreamResponse(headers=page_headers() | disposition)
    response.content_type = prepared.wanted.media_type
    await response.prepare(request)
    try:
        async for part in exporting.given(prepared):
            if part:
                async with asyncio.timeout(STANDS_STILL.total_seconds()):
                    await response.write(part)
        await response.write_eof()
    except TimeoutError:
        log.info("export.stood_still", request_id=request_id_of(request))
        _break_off(request)
    except ConnectionError:
        log.info("export.not_taken", request_id=request_id_of(request))
    except EntryGone as gone:
        log.error("export.broken_off", cause=str(gone), request_id=request_id_of(request))  # noqa: TRY400 - the cause is enough
        _break_off(request)
    except BaseException:
        _break_off(request)
        raise
    return response


def _break_off(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
