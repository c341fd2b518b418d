"""Ready answers: the questions officers ask again and again, each one click."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web
from babel.numbers import format_decimal

from config.vocabulary import Language, MunicipalityCode
from gateway.audit.answers import Answer, answered
from gateway.audit.entry import Entry, Outcome
from gateway.audit.field_titles import title_of
from gateway.audit.fields import values_of
from gateway.audit.questions import Question
from gateway.audit.search import EXACTLY, Search, TooManyPeople
from gateway.audit.spoken import OR, OTHER, NoSuchValue, as_kept
from gateway.audit.tally import MEGABYTE, Row
from gateway.sessions.without_factor import Account, Asked
from gateway.sessions.without_factor_told import as_csv, as_json
from gateway.web.desk import Desk, Page, Refused
from gateway.web.entered import MomentUnreadable, entered_since, entered_until
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer.choices import municipalities
from gateway.web.officer.details import field_in_words
from gateway.web.officer.filters import FIELD_LENGTH, READERS, hours_of
from gateway.web.officer.kinds import OUTCOMES, kind_of
from gateway.web.officer.looks import look
from gateway.web.officer.names import Names
from gateway.web.officer.reach import Reach
from gateway.web.refusal import PAGE_UNKNOWN
from idp.http.account import roles_in_words
from idp.http.moments import PRAGUE
from idp.http.page import language_of, page_headers

ASKED = ("since", "until", "municipality", "person")
OF_ACCOUNTS = ("municipality", "person")
"""Of these a register of accounts, which stands as it stands now."""
ACCOUNTS_SHOWN = 200
"""On the page; all are in the files."""
FILES: Mapping[str, tuple[str, Callable[[Sequence[Account], datetime], str]]] = {
    "csv": ("text/csv", lambda accounts, _: as_csv(accounts)),
    "json": ("application/json", as_json),
}
CENTRES = {"exceptions": "/exceptions", "integrity": "/integrity"}
"""Pages for the centre to which an answer leads."""


@dataclass(frozen=True, slots=True)
class Answers:
    """`record`: durable when it returns; what cannot be recorded is not shown. `reviews`: where emergency uses are."""

    desk: Desk
    log: Search
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    names: Names
    reach: Reach
    questions: Mapping[str, Question]
    reviews: str = ""
    accounts: Callable[[Asked, datetime], Awaitable[Sequence[Account]]] = field(kw_only=True)
    """The register of accounts without a second factor, whoever it is for."""

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/answers", self.overview),
            Page("GET", "/answers/{name}", self.answer),
            Page("GET", "/answers/{name}/accounts", self.file),
        )

    async def overview(self, request: web.Request) -> web.Response:
        """The questions alone: nothing of the log."""
        caller = self.desk.caller(request, ADMIN)
        return await self.desk.show(
            request,
            "answers.html",
            caller,
            questions=list(self.questions.values()),
            bounded=self.reach.of(caller) is not None,
        )

    async def answer(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        question = self.questions.get(request.match_info["name"])
        if question is None:
            raise Refused(PAGE_UNKNOWN, 404)
        entered = {name: request.query.get(name, "")[:FIELD_LENGTH].strip() for name in ASKED}
        found, wrong = await self._answered(caller, question, entered, now)
        accounts = () if wrong else await self._accounts(caller, question, entered, now)
        asked = _asked(question, entered)
        shown = len(accounts) + (0 if found is None else found.found)
        await self.record([look(request, caller, asked, found=shown, now=now)])
        language = language_of(request, self.desk.pages.default_language)
        return await self.desk.show(
            request,
            "answer.html",
            caller,
            status=400 if wrong else 200,
            question=question,
            answer=found,
            accounts=accounts[:ACCOUNTS_SHOWN],
            more_accounts=max(0, len(accounts) - ACCOUNTS_SHOWN),
            roles=lambda one: roles_in_words(one, language, self.names.municipality),
            as_file=lambda form: (
                f"/answers/{question.name}/accounts?{urlencode(_as_entered(entered) | {'form': form})}"
            ),
            entered=entered,
            wrong=wrong,
            municipalities=municipalities(self.names.municipalities),
            names=self.names,
            kind_of=kind_of,
            outcomes=OUTCOMES,
            bounded=self.reach.of(caller) is not None,
            leads_to=self._leads_to(caller, question),
            title=lambda name: title_of(name).in_language(language),
            value=lambda name, value: self._value(name, value, language),
            values=lambda name, entry: list(
                dict.fromkeys(self._value(name, one, language) for one in values_of(name, entry))
            ),
            megabytes=lambda row: format_decimal(
                row.bytes_moved / MEGABYTE, format="#,##0.0", locale=language.value
            ),
            entries=lambda group, row: _entries(question, found, group.by, row),
        )

    async def file(self, request: web.Request) -> web.Response:
        """All accounts of the register, for a spreadsheet or a program."""
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        question, form = self.questions.get(request.match_info["name"]), request.query.get("form", "")
        if question is None or question.form.accounts is None or form not in FILES:
            raise Refused(PAGE_UNKNOWN, 404)
        entered = {name: request.query.get(name, "")[:FIELD_LENGTH].strip() for name in OF_ACCOUNTS}
        accounts = await self._accounts(caller, question, entered, now)
        asked = _asked(question, entered) | {"file": form}
        await self.record([look(request, caller, asked, found=len(accounts), now=now, form="export")])
        name = f"{question.form.accounts}-{now.astimezone(PRAGUE):%Y-%m-%d}.{form}"
        media_type, written = FILES[form]
        return web.Response(
            text=written(accounts, now),
            content_type=media_type,
            charset="utf-8",
            headers=page_headers() | {"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def _accounts(
        self, caller: Assertion, question: Question, entered: Mapping[str, str], now: datetime
    ) -> Sequence[Account]:
        if question.form.accounts is None:
            return ()
        asked = Asked(
            municipality=MunicipalityCode(entered["municipality"]) if entered["municipality"] else None,
            person=entered["person"],
            within=self.reach.of(caller),
        )
        return await self.accounts(asked, now)

    async def _answered(
        self, caller: Assertion, question: Question, entered: Mapping[str, str], now: datetime
    ) -> tuple[Answer | None, str]:
        """The answer, or the field that cannot be used: half a question gets no answer."""
        moments: dict[str, datetime | None] = {}
        for name, read in (("since", entered_since), ("until", entered_until)):
            try:
                moments[name] = read(entered[name])
            except MomentUnreadable:
                return None, name
        since, until = moments["since"], moments["until"]
        if since is not None and until is not None and since >= until:
            return None, "until"
        try:
            kept = as_kept("municipality", entered["municipality"])
        except NoSuchValue:
            return None, "municipality"
        where = MunicipalityCode(kept) if kept else None
        query = question.asked(now, since, until, municipality=where, person=entered["person"] or None)
        try:
            return await answered(question, query, self.reach.log(self.log, caller)), ""
        except TooManyPeople:
            return None, "person"

    def _leads_to(self, caller: Assertion, question: Question) -> str:
        if question.form.leads_to == "reviews":
            return self.reviews
        return "" if self.reach.of(caller) is not None else CENTRES.get(question.form.leads_to or "", "")

    def _value(self, name: str, value: str, language: Language) -> str:
        if name == "outcome":
            return OUTCOMES[Outcome(value)].in_language(language)
        return field_in_words(name, self.names.of(name, value, language), language) if value else ""


def _as_entered(entered: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name in OF_ACCOUNTS if (text := entered[name])}


def _asked(question: Question, entered: Mapping[str, str]) -> dict[str, str]:
    return {"question": question.name} | {name: text for name, text in entered.items() if text}


def _entries(question: Question, answer: Answer | None, by: Sequence[str], row: Row) -> str:
    """Where the log shows the entries that were counted together; a condition that no filter can say is left out."""
    given: dict[str, str] = {}
    for one in question.form.where:
        name, _, value = one.partition("=")
        plain = not (name.endswith("!") or OR in value) or name == "code"
        if plain and name in READERS:
            given[name] = value
    values = dict(zip(by, row.key, strict=True))
    given |= {
        name: EXACTLY + value if name == "person" else value
        for name, value in values.items()
        if value and name in READERS and ", " not in value
    }
    if answer is not None and answer.query.since is not None and answer.query.until is not None:
        given |= hours_of(answer.query.since, answer.query.until)
    return "/log?" + urlencode({name: value for name, value in given.items() if not value.startswith(OTHER)})
