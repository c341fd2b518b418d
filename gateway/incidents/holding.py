"""The months of the log in which evidence lies are kept from deletion, by holds that belong to the incident.

Laws: a hold is of whole months and covers all in which evidence can lie; what an incident's standing hold covers gets
no second one; a hold goes by itself only once the incident is closed and its keeping time is over. No evidence of an
open incident is without one, whatever it was collected by; but what somebody lifted by hand stays lifted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.audit.acts import SYSTEM, TEXT
from gateway.audit.canonical import time_text
from gateway.audit.entry import Code
from gateway.audit.facts import microseconds
from gateway.audit.neutral import neutral
from gateway.audit.retention import Hold, later
from gateway.audit.shard_acts import hold_lifted, hold_placed
from gateway.incidents.book import Book
from gateway.incidents.by import By, Details
from gateway.incidents.incident import Incident, line
from gateway.incidents.items import (
    Body,
    Damaged,
    EntryEvidence,
    Held,
    Item,
    SearchEvidence,
    digest,
    next_item,
)
from gateway.incidents.refused import ActRefused, Why
from idp.events import Actor

OURSELVES, ITSELF = By(subject=SYSTEM, login=""), "Brána"
LATE = timedelta(days=1)  # between an act and its entry: the access log may have waited in the spool


@dataclass(frozen=True, slots=True)
class Months:
    """From the beginning of a month on and before that of another, UTC, as the log counts them."""

    since: datetime
    until: datetime


def months_of(first: datetime, last: datetime) -> Months:
    begin, end = (
        one.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0) for one in (first, last)
    )
    return Months(begin, later(end, 1))


def wanted(body: Body | Damaged, book: Book, now: datetime) -> Months | None:
    """Where evidence can lie; None: nowhere that is kept, or it is no evidence."""
    match body:
        case EntryEvidence(sequence):
            received = book.received(sequence)
            return None if received is None else months_of(received, received)
        case SearchEvidence(conditions):
            oldest = book.oldest()
            since, until = (_moment(conditions.get(name)) for name in ("since", "until"))
            if oldest is None:
                return None
            first, last = max(since or oldest, oldest), min((until or now) + LATE, now)
            return months_of(first, last) if first <= last else None
        case _:
            return None


def keep(book: Book, incident: Incident, body: Body, by: By, now: datetime) -> None:
    """Place a hold for what was just added, in the same transaction; where one covers it already, none."""
    months = wanted(body, book, now)
    if months is None:
        return
    items = book.items(incident.number)
    if not any(one.stands and _covers(one, months) for one in holds(book, items)):
        _place(book, incident, months, next_item(items), by, now)


def unheld(book: Book) -> list[int]:
    """Open incidents that have evidence without a hold: it is older than holds of incidents, or its hold got lost."""
    return [one.number for one in book.open_ones() if next(_lacking(book, one.number), None) is not None]


def hold_again(book: Book, number: int, now: datetime) -> list[Hold]:
    """Of an open incident: holds for what has none, as if its evidence were added now."""
    found = book.incident(number)
    placed: list[Hold] = []
    while found is not None and found.open and (months := next(_lacking(book, number), None)) is not None:
        placed.append(_place(book, found, months, next_item(book.items(number)), OURSELVES, now))
    return placed


def _lacking(book: Book, number: int) -> Iterator[Months]:
    items = book.items(number)
    placed = holds(book, items)
    for item in items:
        months = wanted(item.body, book, item.at)
        if months is not None and not any(_covers(one, months) and _counts(one, item) for one in placed):
            yield months


def _covers(one: Hold, months: Months) -> bool:
    until = microseconds(months.until)
    return one.since <= microseconds(months.since) and until <= (one.until or until)


def _counts(one: Hold, item: Item) -> bool:
    """What was lifted behind the evidence was lifted in its sight."""
    return one.lifted_at is None or one.lifted_at >= microseconds(item.at)


def _place(book: Book, incident: Incident, months: Months, place: int, by: By, now: datetime) -> Hold:
    """`place`: number of the item that says so."""
    why = neutral(f"incident {incident.number}: {incident.described.title}", TEXT)
    since, until = microseconds(months.since), microseconds(months.until)
    hold = book.place_hold(since, until, why, by.login or by.subject, now)
    made = Held(hold.number, time_text(months.since), time_text(months.until))
    of: Details = {"incident": incident.number, "item": place, "sha256": digest(made)}
    entry = book.record(by.entry(Code.LOG_HOLD_PLACED, now, hold_placed(now, by.subject, hold).details | of))
    who = by.actor if by.login else Actor(ITSELF, by.subject)
    book.add(incident.number, Item(place, now, who, made, entry))
    return hold


def holds(book: Book, items: Sequence[Item]) -> list[Hold]:
    """Of an incident, with those that were lifted."""
    numbers = {one.body.hold for one in items if isinstance(one.body, Held)}
    return [one for one in book.holds() if one.number in numbers]


def release(book: Book, incident: Incident, number: int, why: str, by: By, now: datetime) -> None:
    """By hand, at any time, by somebody who has just shown to be it. Raises ActRefused."""
    if not by.confirmed:
        raise ActRefused(Why.NOT_CONFIRMED)
    said = line(why)
    found = next((one for one in holds(book, book.items(incident.number)) if one.number == number), None)
    if found is None or not found.stands:
        raise ActRefused(Why.HOLD_OVER)
    book.lift_hold(number, now)
    told = hold_lifted(now, by.subject, found, said).details | {"incident": incident.number}
    book.record(by.entry(Code.LOG_HOLD_LIFTED, now, told))


def goes_at(incident: Incident, months: int) -> datetime | None:
    """When its holds go by themselves; None: it is open."""
    return None if incident.closed_at is None else later(incident.closed_at, months)


def release_due(book: Book, months: int, now: datetime) -> list[Hold]:
    """Holds of incidents that are closed and whose keeping time is over, as the log proves it: where the table says
    otherwise than the log, or an incident is not there any more, the hold stays.
    """
    standing = {one.number: one for one in book.holds() if one.stands}
    gone = []
    for number, incidents in book.held_for(standing).items():
        times = [_released_at(book, each, number, months) for each in incidents]
        if any(one is None or one > now for one in times):
            continue
        hold, names = standing[number], ", ".join(map(str, incidents))
        book.lift_hold(number, now)
        entry = hold_lifted(now, SYSTEM, hold, f"incident {names}: closed, and its keeping time is over")
        book.record(entry)
        gone.append(hold)
    return gone


def _released_at(book: Book, number: int, hold: int, months: int) -> datetime | None:
    """When that hold of an incident goes by itself; None: the incident is open, or the log does not say so."""
    incident, told = book.incident(number), book.told(number)
    placed = any(
        one.entry.code is Code.LOG_HOLD_PLACED and one.entry.details.get("hold") == hold for one in told
    )
    closed = [one.entry.at for one in told if one.entry.code is Code.SECURITY_INCIDENT_CLOSED]
    if incident is None or not placed or not closed or incident.closed_at != max(closed):
        return None
    return goes_at(incident, months)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
