"""The page of the compliance report, and its PDF. Each look is recorded first, with its purpose where one was said."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

import structlog
from aiohttp import web

from config.settings import Regime
from config.vocabulary import Language
from gateway.audit.entry import Entry
from gateway.audit.reading_acts import searched
from gateway.compliance.demands import DECREES
from gateway.compliance.paper import NotDrawn
from gateway.compliance.report import Report
from gateway.web.desk import Desk, client_address_of, request_id_of
from gateway.web.entered import MomentUnreadable, entered_since, entered_until
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer.filters import FIELD_LENGTH
from gateway.web.officer.names import Names
from gateway.web.officer.report_shown import context_of, document_of
from idp.http.called import person_name
from idp.http.moments import PRAGUE
from idp.http.page import language_of, page_headers

YEAR = timedelta(days=365)
FIELDS = ("since", "until", "purpose", "regime")
log = structlog.get_logger("officer.report")

Make = Callable[[str, datetime, datetime, Regime, datetime], Awaitable[Report]]
"""By whom, from, until, regime, now."""
Draw = Callable[[str], Awaitable[bytes]]
"""An HTML document as PDF; raises NotDrawn."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form said, and what it means. `wrong`: fields that cannot be read."""

    entered: Mapping[str, str]
    since: datetime
    until: datetime
    regime: Regime
    wrong: frozenset[str] = frozenset()

    @property
    def purpose(self) -> str:
        return self.entered["purpose"].strip()


def asked_of(query: Mapping[str, str], usual: Regime, now: datetime) -> Asked:
    """Nothing given means the year until now."""
    entered = {name: query.get(name, "")[:FIELD_LENGTH] for name in FIELDS}
    wrong: set[str] = set()
    since, until = now - YEAR, now
    try:
        until = min(entered_until(entered["until"]) or now, now)
    except (MomentUnreadable, OverflowError):
        wrong.add("until")
    try:
        since = entered_since(entered["since"]) or until - YEAR
    except (MomentUnreadable, OverflowError):
        wrong.add("since")
    if not wrong and since >= until:
        wrong.add("since")
    given = entered["regime"]
    regime = next((one for one in DECREES if one == given), usual)
    shown = entered | {
        "regime": regime,
        "since": entered["since"] or day_of(since),
        "until": entered["until"] or day_of(until),
    }
    return Asked(shown, since, until, regime, frozenset(wrong))


def day_of(moment: datetime) -> str:
    return moment.astimezone(PRAGUE).date().isoformat()


def usual_periods(now: datetime) -> dict[str, tuple[date, date]]:
    """First and last day of the month and quarter before this one, and of this year until now."""
    today = now.astimezone(PRAGUE).date()
    month = today.replace(day=1)
    quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    return {
        "month": ((month - timedelta(days=1)).replace(day=1), month - timedelta(days=1)),
        "quarter": (_three_months_before(quarter), quarter - timedelta(days=1)),
        "year": (date(today.year, 1, 1), today),
    }


def _three_months_before(first: date) -> date:
    return date(first.year - 1, 10, 1) if first.month == 1 else first.replace(month=first.month - 3)


@dataclass(frozen=True, slots=True)
class ComplianceReport:
    """`record`: durable when it returns; what cannot be recorded is not shown."""

    desk: Desk
    make: Make
    draw: Draw
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    names: Names
    usual: Regime

    async def shown(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        asked = asked_of(request.query, self.usual, now)
        await self._record(request, caller, asked, now, "page")
        if asked.wrong:
            return await self._page(request, caller, asked, now, None, status=400)
        return await self._page(request, caller, asked, now, await self._made(request, caller, asked, now))

    async def pdf(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        asked = asked_of(request.query, self.usual, now)
        if not asked.purpose:
            asked = replace(asked, wrong=asked.wrong | {"purpose"})
        if asked.wrong:
            return await self._page(request, caller, asked, now, None, status=400)
        await self._record(request, caller, asked, now, "export")
        report = await self._made(request, caller, asked, now)
        language = self._language(request)
        try:
            drawn = await self.draw(document_of(report, self.desk.pages, self.names, language))
        except NotDrawn as failure:
            log.error("report.not_drawn", cause=failure.cause)  # noqa: TRY400 - the cause is enough
            return await self._page(request, caller, asked, now, report, status=503, not_drawn=True)
        name = f"brana-{asked.regime}-{day_of(asked.since)}-{day_of(asked.until)}.pdf"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=drawn, content_type="application/pdf", headers=page_headers() | disposition)

    async def _made(self, request: web.Request, caller: Assertion, asked: Asked, now: datetime) -> Report:
        by = f"{person_name(caller, self._language(request))} ({caller.login})"
        return await self.make(by, asked.since, asked.until, asked.regime, now)

    async def _page(
        self,
        request: web.Request,
        caller: Assertion,
        asked: Asked,
        now: datetime,
        report: Report | None,
        *,
        status: int = 200,
        not_drawn: bool = False,
    ) -> web.Response:
        language = self._language(request)
        shown: dict[str, Any] = {"report": None}
        if report is not None:
            shown = context_of(report, self.names, language, linked=True)
        return await self.desk.show(
            request,
            "report.html",
            caller,
            status=status,
            entered=asked.entered,
            wrong=asked.wrong,
            decrees=DECREES,
            spans=self._spans(asked, now),
            not_drawn=not_drawn,
            **shown,
        )

    def _spans(self, asked: Asked, now: datetime) -> dict[str, str]:
        """Usual periods, and where they lead."""
        return {
            name: "/report?"
            + urlencode({"since": first.isoformat(), "until": last.isoformat(), "regime": asked.regime})
            for name, (first, last) in usual_periods(now).items()
        }

    def _language(self, request: web.Request) -> Language:
        return language_of(request, self.desk.pages.default_language)

    async def _record(
        self,
        request: web.Request,
        caller: Assertion,
        asked: Asked,
        now: datetime,
        form: Literal["page", "export"],
    ) -> None:
        entry = searched(
            now,
            subject=caller.subject,
            person=caller.login,
            query={
                "page": "report",
                "regime": asked.regime,
                "since": asked.since.isoformat(),
                "until": asked.until.isoformat(),
            },
            found=0 if asked.wrong else 1,
            session=caller.sid,
            address=client_address_of(request),
            request_id=request_id_of(request),
            own_municipality=caller.municipality,
            form=form,
            purpose=asked.purpose,
        )
        await self.record([replace(entry, application=ADMIN)])
