"""Ready questions: those of the product, which are data beside this file, and those of an operator's settings."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path

from config.doubt import Finding
from config.settings.questions import AuditFollowUp, AuditQuestion
from config.typed import typed_table
from config.vocabulary import MunicipalityCode
from gateway.audit.entry import Code
from gateway.audit.fields import FIELDS
from gateway.audit.search import Query
from gateway.audit.terms import LOCAL
from gateway.audit.written import CODES, ConditionUnusable, query_of

READY = Path(__file__).with_name("ready_questions.toml")


@dataclass(frozen=True, slots=True)
class Question:
    """One that can be asked."""

    form: AuditQuestion
    query: Query
    """Without a span."""

    @property
    def name(self) -> str:
        return self.form.name

    @property
    def has_ends(self) -> bool:
        """Whether it tells what closed a matter."""
        return self.form.followed_by is not None

    def closed_by(self, code: Code) -> Code | None:
        """What closes an entry of that code; None where the question does not ask."""
        form = self.form.followed_by
        return None if form is None else Code(_instead(form).get(code.value, form.code))

    def asked(
        self,
        now: datetime,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        municipality: MunicipalityCode | None = None,
        person: str | None = None,
    ) -> Query:
        """The query of a span: of the one that is given, or of what the question says."""
        query = replace(self.query, municipality=municipality or self.query.municipality, person=person)
        if since is None and until is None:
            since, until = _usual(self.form, now)
        elif self.form.night is not None:
            begin, end = self.form.night.split("-")
            query = replace(query, hours=query_of([f"hour_from={begin}", f"hour_to={end}"]).hours)
        return replace(query, since=since, until=until)


def _usual(form: AuditQuestion, now: datetime) -> tuple[datetime, datetime]:
    """Yesterday's night, or whole days back from now."""
    today = now.astimezone(LOCAL).date()
    if form.night is None:
        begin = datetime.combine(today - timedelta(days=form.days), time.min, LOCAL)
        return begin.astimezone(UTC), now
    first, last = (time.fromisoformat(one) for one in form.night.split("-"))
    yesterday = today - timedelta(days=1)
    begin = datetime.combine(yesterday, first, LOCAL)
    end = datetime.combine(yesterday if first < last else today, last, LOCAL)
    return begin.astimezone(UTC), end.astimezone(UTC)


@cache
def ready() -> tuple[AuditQuestion, ...]:
    with READY.open("rb") as file:
        return tuple(typed_table(one, AuditQuestion, READY.parent) for one in tomllib.load(file)["questions"])


def questions(own: Sequence[AuditQuestion]) -> Mapping[str, Question]:
    """By name, those of the product first. Raises ConditionUnusable; `faults` tells before."""
    return {one.name: Question(one, query_of(one.where)) for one in (*ready(), *own)}


def faults(own: Sequence[AuditQuestion]) -> Iterator[Finding]:
    """What an operator has written wrong."""
    names = {one.name for one in ready()}
    for number, one in enumerate(own):
        at = f"audit.questions[{number}]"
        if one.name in names:
            yield f"{at}.name", f"there is a question {one.name!r} already", "give it another name"
        names.add(one.name)
        try:
            query_of(one.where)
        except ConditionUnusable as error:
            yield f"{at}.where", f"{error.field}: {error.why}", error.hint
        if one.night is not None and not _is_night(one.night):
            yield f"{at}.night", f"{one.night!r} are no hours", "write `18:00-06:00`"
        for name in _fields_of(one):
            if name not in FIELDS:
                known = ", ".join(sorted(FIELDS))
                yield at, f"no entry has a field {name!r}", f"write one of {known}"
        for place, code in _codes_of(one):
            if code not in CODES:
                yield f"{at}.{place}", f"there is no code {code!r}", "`brana audit codes` lists them"


def _instead(form: AuditFollowUp) -> dict[str, str]:
    """Code → what closes an entry of it."""
    return dict(pair.split("=") for pair in form.instead)


def _codes_of(one: AuditQuestion) -> Iterator[tuple[str, str]]:
    if one.followed_by is not None:
        yield "followed_by.code", one.followed_by.code
        for pair in _instead(one.followed_by).items():
            yield from (("followed_by.instead", code) for code in pair)


def _fields_of(one: AuditQuestion) -> Iterator[str]:
    yield from one.shows
    for group in one.groups:
        yield from group.by
        yield from [group.different] if group.different is not None else []
    if one.followed_by is not None:
        yield one.followed_by.same


def _is_night(text: str) -> bool:
    try:
        first, last = text.split("-")
        return all(time.fromisoformat(one).tzinfo is None for one in (first, last))
    except ValueError:
        return False
