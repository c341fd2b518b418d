"""The filters of the log: from an address to a query and back. What cannot be read is said, not guessed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from config.vocabulary import ApplicationId, MunicipalityCode, SessionId, SubjectId
from gateway.audit import spoken, written
from gateway.audit.entry import Code, Outcome
from gateway.audit.search import Counted, Query
from gateway.web.entered import MomentUnreadable, entered_since, entered_until
from idp.http.moments import PRAGUE

FIELD_LENGTH = 200  # characters of one filter that are read
LARGEST_SEQUENCE = 2**63 - 1  # SQLite's and PostgreSQL's largest integer

READERS: dict[str, Callable[[str], Any]] = {
    "person": lambda text: text.strip() or None,
    "municipality": lambda text: MunicipalityCode(spoken.as_kept("municipality", text)) if text else None,
    "application": lambda text: ApplicationId(text) if text else None,
    "outcome": lambda text: Outcome(text) if text else None,
    "code": lambda text: frozenset(Code(one) for one in text.split(spoken.OR)) if text else None,
    "session": lambda text: SessionId(text) if text else None,
    "request_id": lambda text: text.strip() or None,
    "reason": lambda text: text.strip() or None,
    "counted": lambda text: Counted(text) if text else None,
    "technical": bool,
    "without_own": lambda text: text == "1",
    "since": entered_since,
    "until": entered_until,
    **written.READERS,
}
"""Filter → how its text is read; raises ValueError or MomentUnreadable where it is none."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What was entered (for the form), what it means, and which fields could not be read."""

    entered: Mapping[str, str]
    query: Query
    unreadable: frozenset[str]

    def address(self, **changed: str) -> str:
        """`?person=…&…` with the same filters and, instead of or beside them, `changed`."""
        values = {**{name: text for name, text in self.entered.items() if text}, **changed}
        return "?" + urlencode({name: text for name, text in values.items() if text})

    def field_type(self, name: str) -> str:
        """Type of the input (HTML §4.10.5.1) that can show what was entered for a moment."""
        if name in self.unreadable and not self.backwards:
            return "text"
        return "date" if len(self.entered[name]) == len("2026-11-23") else "datetime-local"

    @property
    def entered_further(self) -> bool:
        """Something stands in a field that is folded away."""
        return any(self.entered[name] for name in written.READERS if name not in ("q", "crossing"))

    @property
    def backwards(self) -> bool:
        """The span ends before it begins: each end by itself can be read."""
        since, until = self.query.since, self.query.until
        return since is not None and until is not None and since >= until

    @property
    def chosen(self) -> bool:
        """Somebody asked for something, were it for what the first look leaves out."""
        return self.used != FIRST_LOOK

    @property
    def used(self) -> dict[str, str]:
        """The filters in use, for the log's own record of the look."""
        return {name: text for name, text in self.entered.items() if text}


FIRST_LOOK = {"without_own": "1"}
"""For whoever asks for nothing in particular: each of their looks would be two rows of what they see."""


def filters_of(parameters: Mapping[str, str], reader: SubjectId) -> Filters:
    """Filters of an address's query; unknown parameters are nobody's business here. `reader`: who looks."""
    entered = {name: parameters.get(name, "")[:FIELD_LENGTH] for name in READERS}
    if not any(entered.values()):
        entered |= FIRST_LOOK
    values: dict[str, Any] = {}
    unreadable: set[str] = set()
    for name, read in READERS.items():
        try:
            values[name] = read(entered[name])
        except (ValueError, MomentUnreadable):
            unreadable.add(name)
    filters = Filters(entered, _query(values, reader), frozenset(unreadable))
    return replace(filters, unreadable=filters.unreadable | {"until"}) if filters.backwards else filters


def _query(values: Mapping[str, Any], reader: SubjectId) -> Query:
    """Requests that concern no application are shown where somebody asks for them or for one thing by its name."""
    code, technical, *exact = (values.get(name) for name in ("code", "technical", "session", "request_id"))
    apart = {"code", "technical", "without_own"}
    named = {
        name: value for name, value in values.items() if name not in apart and name not in written.READERS
    }
    given = written.further(values)
    for name in written.OWN - {"person"}:  # a name may hold such a sign
        if (text := named.get(name)) and written.is_of_many(text):
            del named[name]
            given["having"] = (*given["having"], written.having_of(name, text))
    return Query(
        codes=code or frozenset(),
        without_technical=not (technical or any(exact)),
        without_reading_of=reader if values.get("without_own") else None,
        **named,
        **given,
    )


def sequence_of(text: str) -> int | None:
    """A sequence number as it stands in addresses; None for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19):  # 19 digits: of the largest
        return None
    number = int(text)
    return number if number <= LARGEST_SEQUENCE else None


def usual_spans(now: datetime) -> dict[str, dict[str, str]]:
    """Filters of today, yesterday and the last seven days, by Prague's calendar."""
    today = now.astimezone(PRAGUE).date()
    yesterday = today - timedelta(days=1)
    return {
        "today": _days(today, today),
        "yesterday": _days(yesterday, yesterday),
        "week": _days(today - timedelta(days=6), today),
    }


def hours_of(since: datetime, until: datetime) -> dict[str, str]:
    """Whole hours, as `since` and `until` of the filters."""
    ends = {"since": since, "until": until - timedelta(minutes=1)}
    return {name: f"{moment.astimezone(PRAGUE):%Y-%m-%dT%H:%M}" for name, moment in ends.items()}


def _days(first: date, last: date) -> dict[str, str]:
    """Whole days, with their times, so that the form can be made narrower."""
    return {"since": f"{first}T00:00", "until": f"{last}T23:59"}
