"""Reports of incidents that were not sent in time, for the report on the decrees."""

from datetime import datetime

from gateway.compliance.facts import Owed
from gateway.incidents.book import Book
from gateway.incidents.incident import Due, Incident, deadlines
from gateway.incidents.items import sent_first
from gateway.incidents.named import REPORTS

LOOKED_THROUGH = 1_000  # incidents, the newest


def owed(book: Book, since: datetime, until: datetime, now: datetime) -> list[Owed]:
    """What open incidents owe at `now`, and what went late, or never, of those that were due in the period."""
    return [
        Owed(incident.number, REPORTS[due.kind], due.at, due.sent_at, incident.closed_at)
        for incident in book.incidents(LOOKED_THROUGH)
        for due in deadlines(incident.described, sent_first(book.items(incident.number)))
        if _not_in_time(incident, due, now)
        and (since <= due.at < until or (incident.open and due.overdue(now)))
    ]


def _not_in_time(incident: Incident, due: Due, now: datetime) -> bool:
    """What was closed before a report of it was due owes none."""
    return due.late or due.overdue(incident.closed_at or now)
