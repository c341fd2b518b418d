"""Charts of the log for a chosen time and municipality: activity, refusals, places, failed sign-ins.

Each is counted by the very filters that its bars lead to, so a bar and the search behind it mean the same.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from aiohttp import web
from babel import Locale

from config.vocabulary import Language
from gateway.audit.counts import HOUR_OF_DAY
from gateway.audit.entry import Entry
from gateway.audit.questions import ready
from gateway.audit.search import EXACTLY, SIGN_IN_NEEDED, Search
from gateway.audit.spoken import OTHER
from gateway.web.desk import Desk, Page
from gateway.web.entered import MomentUnreadable, entered_since, entered_until
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer.bars import Bars, Lines, drawn, lying, of_hours
from gateway.web.officer.choices import municipalities
from gateway.web.officer.filters import FIELD_LENGTH, Filters, filters_of
from gateway.web.officer.looks import look
from gateway.web.officer.names import Names
from gateway.web.officer.reach import Reach
from idp.http.moments import PRAGUE
from idp.http.page import language_of

ASKED = ("since", "until", "municipality")
ROWS = 10  # of one chart
SPANS = {"today": 1, "week": 7, "month": 30}  # days

LET_THROUGH = {"counted": "let_through"}
REFUSED = {"outcome": "refused", "reason": f"{OTHER}{SIGN_IN_NEEDED}", "technical": "1"}
DECIDED = {"code": "decision.permit|decision.refuse"}
FAILED = dict([next(one for one in ready() if one.name == "failed-sign-ins").where[0].split("=", 1)])


@dataclass(frozen=True, slots=True)
class Drawn:
    through: Bars
    by_hour: Bars
    refused: Bars
    reasons: Lines
    countries: Lines
    networks: Lines
    failed: Bars
    failed_people: Lines
    failed_addresses: Lines

    @property
    def entries(self) -> int:
        return self.through.entries + self.refused.entries + self.failed.entries


@dataclass(frozen=True, slots=True)
class Charts:
    """`record`: durable when it returns; what cannot be recorded is not shown."""

    desk: Desk
    log: Search
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    names: Names
    reach: Reach

    def pages(self) -> Sequence[Page]:
        return (Page("GET", "/charts", self.shown),)

    async def shown(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        entered = {name: request.query.get(name, "")[:FIELD_LENGTH].strip() for name in ASKED}
        asked = _days(SPANS["week"], now) | _given(entered)
        span = _span(asked)
        wrong = span if isinstance(span, str) else ""
        language = language_of(request, self.desk.pages.default_language)
        made = None if wrong else await self._drawn(caller, asked, language)
        shown = 0 if made is None else made.entries
        await self.record([look(request, caller, {"page": "charts"} | asked, found=shown, now=now)])
        return await self.desk.show(
            request,
            "charts.html",
            caller,
            status=400 if wrong else 200,
            made=made,
            entered={"municipality": ""} | asked,
            wrong=wrong,
            span=span,
            names=self.names,
            municipalities=municipalities(self.names.municipalities),
            spans={name: _address(asked | _days(number, now)) for name, number in SPANS.items()},
            bounded=self.reach.of(caller) is not None,
        )

    async def _drawn(self, caller: Assertion, asked: Mapping[str, str], language: Language) -> Drawn:
        log = self.reach.log(self.log, caller)

        def narrowed(by: Mapping[str, str]) -> Filters:
            return filters_of({**asked, **by}, caller.subject)

        async def over_time(by: Mapping[str, str]) -> Bars:
            filters = narrowed(by)
            return drawn(await log.over_time(filters.query), lambda times: _log(filters, times))

        async def by_value(by: Mapping[str, str], field: str, name: Callable[[str], str] = str) -> Lines:
            filters, exactly = narrowed(by), EXACTLY if field == "person" else ""
            counts = await log.by_value(filters.query, field, ROWS)
            return lying(counts, name, lambda value: _log(filters, {field: exactly + value}))

        async def by_hour(by: Mapping[str, str]) -> Bars:
            filters = narrowed(by)
            counts = await log.by_value(filters.query, HOUR_OF_DAY, 24)
            return of_hours(counts.rows, counts.counted, lambda hour: _log(filters, _hour(int(hour))))

        def reason(code: str) -> str:
            title = self.names.reasons.name(code)
            return title.in_language(language) if title else code

        return Drawn(
            through=await over_time(LET_THROUGH),
            by_hour=await by_hour(LET_THROUGH),
            refused=await over_time(REFUSED),
            reasons=await by_value(REFUSED, "reason", reason),
            countries=await by_value(DECIDED | {"country": "*"}, "country", _country(language)),
            networks=await by_value(DECIDED | {"network": "*"}, "network"),
            failed=await over_time(FAILED),
            failed_people=await by_value(FAILED, "person"),
            failed_addresses=await by_value(FAILED, "address"),
        )


def _log(filters: Filters, other: Mapping[str, str]) -> str:
    return "/log" + filters.address(**other)


def _hour(hour: int) -> dict[str, str]:
    return {"hour_from": f"{hour:02}:00", "hour_to": f"{(hour + 1) % 24:02}:00"}


def _country(language: Language) -> Callable[[str], str]:
    names = Locale.parse(language.value).territories
    return lambda code: f"{names[code]} ({code})" if code in names else code


def _days(number: int, now: datetime) -> dict[str, str]:
    """Whole days until today."""
    today = now.astimezone(PRAGUE).date()
    return {"since": str(today - timedelta(days=number - 1)), "until": str(today)}


def _given(entered: Mapping[str, str]) -> dict[str, str]:
    """What is left out stays as usual; an end without a beginning is a day by itself."""
    since = entered["since"] or entered["until"]
    return {name: text for name, text in {**entered, "since": since}.items() if text}


def _span(asked: Mapping[str, str]) -> tuple[datetime, datetime] | str:
    """First moment, and last; or the field that cannot be used."""
    try:
        since = entered_since(asked["since"])
    except MomentUnreadable:
        return "since"
    try:
        until = entered_until(asked["until"])
    except MomentUnreadable:
        return "until"
    if since is None or until is None or since >= until:
        return "until"
    return "municipality" if "\0" in asked.get("municipality", "") else (since, until - timedelta(seconds=1))


def _address(asked: Mapping[str, str]) -> str:
    return "/charts?" + urlencode(asked)
