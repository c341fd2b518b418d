"""What is done about an incident: each act and its entry are one transaction, and what is refused is recorded too."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from config.vocabulary import ApplicationId, MunicipalityCode
from gateway.audit.acts import MOST_NAMES, SHORT
from gateway.audit.entry import Code, Entry
from gateway.audit.neutral import neutral
from gateway.audit.retention import Hold
from gateway.incidents.book import Book, Books
from gateway.incidents.by import By, Details
from gateway.incidents.held_against import Difference, held_against
from gateway.incidents.holding import holds, keep, release
from gateway.incidents.incident import (
    Described,
    Due,
    Incident,
    ReportKind,
    conclusion_digest,
    deadlines,
    described_digest,
    line,
    text,
    usable,
)
from gateway.incidents.items import (
    NEEDED,
    REPORT_FIELDS,
    Body,
    Closure,
    Damaged,
    EntryEvidence,
    Held,
    Item,
    Note,
    Report,
    SearchEvidence,
    Sent,
    digest,
    newest_report,
    next_item,
    sent_first,
)
from gateway.incidents.refused import ActRefused, Why
from gateway.policy_office.incident import Incident as Switched

T = TypeVar("T")
MOST_ITEMS = 1_000
MOST_ENTRIES = 300  # each is proven when the bundle is made
CLOSURES = 20  # that are open again, of those offered
SHOWN = 200  # incidents of a list


class Act(StrEnum):
    """As an entry of a refused one names it."""

    OPEN = "open_security_incident"
    ADD = "add_to_incident"
    REPORT = "report_incident"
    CLOSE = "close_security_incident"
    EXPORT = "export_incident"
    RELEASE = "release_incident_hold"


CODES: dict[type[Body], Code] = {
    Note: Code.SECURITY_INCIDENT_NOTED,
    EntryEvidence: Code.SECURITY_INCIDENT_EVIDENCE,
    SearchEvidence: Code.SECURITY_INCIDENT_EVIDENCE,
    Closure: Code.SECURITY_INCIDENT_ACT,
    Report: Code.SECURITY_INCIDENT_REPORT,
    Sent: Code.SECURITY_INCIDENT_SENT,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An incident with all that was written down of it."""

    incident: Incident
    items: Sequence[Item]
    differences: Sequence[Difference] = ()
    """Where it is not what the log has of it; looked for only where one incident is shown or handed out."""

    @property
    def damaged(self) -> bool:
        """Something of it cannot even be read."""
        return self.incident.damaged or any(
            one.damaged or isinstance(one.body, Damaged) for one in self.items
        )

    @property
    def dues(self) -> tuple[Due, ...]:
        return deadlines(self.incident.described, sent_first(self.items))


@dataclass(frozen=True, slots=True)
class IncidentOffice:
    books: Books
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    municipalities: Collection[MunicipalityCode]
    applications: Collection[ApplicationId]

    async def listed(self) -> list[Shown]:
        """The newest first."""

        def query(book: Book) -> list[Shown]:
            return [Shown(one, book.items(one.number)) for one in book.incidents(SHOWN)]

        return await self.books.look(query)

    async def selected(self, limit: int, since: datetime | None, *, only_open: bool) -> list[Shown]:
        """Open ones first, of each the newest first."""

        def query(book: Book) -> list[Shown]:
            found = book.selected(limit, since, only_open=only_open)
            return [Shown(one, book.items(one.number)) for one in found]

        return await self.books.look(query)

    async def open_ones(self) -> list[Shown]:
        def query(book: Book) -> list[Shown]:
            return [Shown(one, book.items(one.number)) for one in book.open_ones()]

        return await self.books.look(query)

    async def shown(self, number: int) -> Shown | None:
        def query(book: Book) -> Shown | None:
            found = book.incident(number)
            return None if found is None else _shown(book, found)

        return await self.books.look(query)

    async def closures(self) -> Sequence[Switched]:
        """What could be linked: closed now, or opened again lately."""
        return await self.books.look(lambda book: book.switched_lately(CLOSURES))

    async def open(self, given: Described, by: By, now: datetime, first: int | None = None) -> Incident:
        """`first`: number of the entry that is the first evidence. Raises ActRefused, as all acts do."""

        def work(book: Book) -> Incident:
            described = usable(given, now, self.municipalities, self.applications)
            made = Incident(number=book.next_number(), described=described, opened_at=now, opened_by=by.actor)
            book.keep(made)
            book.record(
                by.entry(
                    Code.SECURITY_INCIDENT_OPENED, now, {**_told(made), "sha256": described_digest(described)}
                )
            )
            if first is not None:
                _add(book, made, _entry_evidence(book, first, []), by, now)
            return made

        return await self._done(Act.OPEN, None, by, now, work)

    async def note(self, number: int, said: str, by: By, now: datetime) -> Item:
        return await self._add(Act.ADD, number, lambda _book, _items: Note(text(said)), by, now)

    async def add_entry(self, number: int, sequence: int, by: By, now: datetime) -> Item:
        return await self._add(
            Act.ADD, number, lambda book, items: _entry_evidence(book, sequence, items), by, now
        )

    async def add_search(
        self, number: int, conditions: dict[str, str], found: int, by: By, now: datetime, *, at_least: bool
    ) -> Item:
        """`conditions`: as `audit.search.Query.described` gives them."""
        return await self._add(
            Act.ADD,
            number,
            lambda book, _items: SearchEvidence(conditions, found, at_least, book.log_size()),
            by,
            now,
        )

    async def link_closure(self, number: int, name: str, by: By, now: datetime) -> Item:
        def body(book: Book, items: Sequence[Item]) -> Body:
            found = book.switched(name)
            if found is None:
                raise ActRefused(Why.TARGET_UNKNOWN)
            if any(isinstance(one.body, Closure) and one.body.id == name for one in items):
                raise ActRefused(Why.EVIDENCE_THERE)
            what = f"{found.closure.kind} {found.closure.target}".strip()
            return Closure(found.id, what, found.closure.at.isoformat(), found.closed_by_name)

        return await self._add(Act.ADD, number, body, by, now)

    async def write_report(self, number: int, given: Report, by: By, now: datetime) -> Item:
        def body(_book: Book, _items: Sequence[Item]) -> Body:
            needed = NEEDED[ReportKind(given.kind)]
            kept = {
                name: text(getattr(given, name), may_be_empty=name not in needed) for name in REPORT_FIELDS
            }
            return Report(kind=given.kind, **kept)

        return await self._add(Act.REPORT, number, body, by, now)

    async def sent(
        self, number: int, kind: ReportKind, recipient: str, sent_at: datetime, by: By, now: datetime
    ) -> Item:
        """The newest version of the report went to somebody."""

        def body(_book: Book, items: Sequence[Item]) -> Body:
            found = newest_report(items, kind)
            if found is None:
                raise ActRefused(Why.REPORT_MISSING)
            if sent_at > now:
                raise ActRefused(Why.TIMES_UNUSABLE)
            return Sent(kind.value, found[0].number, line(recipient), sent_at.isoformat())

        return await self._add(Act.REPORT, number, body, by, now)

    async def close(self, number: int, conclusion: str, by: By, now: datetime) -> Incident:
        def work(book: Book) -> Incident:
            found = _open(book, number)
            if found.damaged:  # what stands in the place of what cannot be read would be written down
                raise ActRefused(Why.INCIDENT_ALTERED)
            after = replace(found, closed_at=now, closed_by=by.actor, conclusion=text(conclusion))
            book.keep(after)
            told = {**_told(after), "sha256": conclusion_digest(after.conclusion)}
            book.record(by.entry(Code.SECURITY_INCIDENT_CLOSED, now, told))
            return after

        return await self._done(Act.CLOSE, number, by, now, work)

    async def exporting(self, number: int, purpose: str, by: By, now: datetime) -> Shown:
        """What the bundle is made of; that it is asked for is recorded before it is."""

        def work(book: Book) -> Shown:
            found = book.incident(number)
            if found is None:
                raise ActRefused(Why.INCIDENT_UNKNOWN)
            try:
                why = line(purpose)
            except ActRefused as refused:
                raise ActRefused(Why.PURPOSE_MISSING) from refused
            told: Details = {**_told(found), "purpose": why}
            shown = _shown(book, found)
            if shown.differences:
                told["not_as_recorded"] = len(shown.differences)
            book.record(by.entry(Code.SECURITY_INCIDENT_EXPORTED, now, told))
            return shown

        return await self._done(Act.EXPORT, number, by, now, work)

    async def holds(self, number: int) -> Sequence[Hold]:
        """Of an incident, with those that were lifted."""
        return await self.books.look(lambda book: holds(book, book.items(number)))

    async def release(self, number: int, hold: int, why: str, by: By, now: datetime) -> None:
        def work(book: Book) -> None:
            found = book.incident(number)
            if found is None:
                raise ActRefused(Why.INCIDENT_UNKNOWN)
            release(book, found, hold, why, by, now)

        await self._done(Act.RELEASE, number, by, now, work)

    async def _add(
        self,
        act: Act,
        number: int,
        make: Callable[[Book, Sequence[Item]], Body],
        by: By,
        now: datetime,
    ) -> Item:
        def work(book: Book) -> Item:
            incident = _open(book, number)
            items = book.items(number)
            if len(items) >= MOST_ITEMS:
                raise ActRefused(Why.TOO_MUCH)
            return _add(book, incident, make(book, items), by, now, next_item(items))

        return await self._done(act, number, by, now, work)

    async def _done(
        self, act: Act, number: int | None, by: By, now: datetime, work: Callable[[Book], T]
    ) -> T:
        try:
            return await self.books.transact(work)
        except ActRefused as refused:
            told: Details = {"act": act.value, **({} if number is None else {"incident": number})}
            await self.record([by.refused(Code.SECURITY_INCIDENT_REFUSED, now, refused.reason, told)])
            raise


def _shown(book: Book, found: Incident) -> Shown:
    items = book.items(found.number)
    return Shown(found, items, held_against(found, items, book.told(found.number), book.gone))


def _open(book: Book, number: int) -> Incident:
    found = book.incident(number)
    if found is None:
        raise ActRefused(Why.INCIDENT_UNKNOWN)
    if not found.open:
        raise ActRefused(Why.INCIDENT_CLOSED)
    return found


def _entry_evidence(book: Book, sequence: int, items: Sequence[Item]) -> EntryEvidence:
    there = [one.body.sequence for one in items if isinstance(one.body, EntryEvidence)]
    if sequence in there:
        raise ActRefused(Why.EVIDENCE_THERE)
    if len(there) >= MOST_ENTRIES:
        raise ActRefused(Why.TOO_MUCH)
    leaf = book.leaf(sequence)
    if leaf is None:
        raise ActRefused(Why.ENTRY_UNKNOWN)
    return EntryEvidence(sequence, leaf.hex())


def _add(book: Book, incident: Incident, body: Body, by: By, now: datetime, number: int = 1) -> Item:
    told = {**_told(incident), "item": number, "sha256": digest(body), **_said(body)}
    entry = book.record(by.entry(CODES[type(body)], now, told))
    made = Item(number, now, by.actor, body, entry)
    book.add(incident.number, made)
    keep(book, incident, body, by, now)
    return made


def _told(one: Incident) -> Details:
    said = one.described
    return {
        "incident": one.number,
        "title": neutral(said.title, SHORT),
        "kind_of_incident": said.kind.value,
        "severity": said.severity.value,
        **({"municipalities": [*said.municipalities[:MOST_NAMES]]} if said.municipalities else {}),
        **({"applications": [*said.applications[:MOST_NAMES]]} if said.applications else {}),
    }


def _said(body: Body) -> Details:
    """What the entry tells of the thing itself, beside its digest: texts stay with the incident."""
    match body:
        case EntryEvidence():
            return {"evidence": f"entry {body.sequence}"}
        case SearchEvidence():
            asked = ", ".join(f"{name}={value}" for name, value in body.conditions.items())
            return {"evidence": neutral(f"search {asked}", SHORT)}
        case Closure():
            return {"closure": body.id, "what": neutral(body.what, SHORT)}
        case Report():
            return {"report": body.kind}
        case Sent():
            return {"report": body.kind, "recipient": neutral(body.recipient, SHORT), "sent": body.sent_at}
        case Note() | Held():
            return {}
