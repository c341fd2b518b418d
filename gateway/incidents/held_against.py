"""What was written down of an incident, held against what the log has of it. Pure.

Laws: whatever stands in the tables of incidents and differs from the entry that was written with it, has no such entry,
or is missing although the log has its entry or a later item is as recorded, is told by the number it has or had; an
entry that went with its month of the log is told too, as nothing vouches for its item any more. Nothing is put right:
texts stand nowhere else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code
from gateway.incidents.incident import Incident, conclusion_digest, described_digest
from gateway.incidents.items import Item, digest

OF_ITEMS = (
    Code.SECURITY_INCIDENT_NOTED,
    Code.SECURITY_INCIDENT_EVIDENCE,
    Code.SECURITY_INCIDENT_ACT,
    Code.SECURITY_INCIDENT_REPORT,
    Code.SECURITY_INCIDENT_SENT,
    Code.LOG_HOLD_PLACED,
)
OF_INCIDENTS = (Code.SECURITY_INCIDENT_OPENED, Code.SECURITY_INCIDENT_CLOSED, *OF_ITEMS)
"""Whose entries say what an incident is."""


class What(StrEnum):
    CHANGED = "not_as_recorded"
    MISSING = "missing"
    NOT_RECORDED = "not_recorded"
    ENTRY_GONE = "entry_gone"
    """Its entry went with its month of the log."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`item`: its number; 0 is the incident itself. `entry`: that would tell of it; None where there is none."""

    item: int
    what: What
    entry: int | None = None


def held_against(
    incident: Incident, items: Sequence[Item], told: Sequence[Recorded], gone: Callable[[int], bool]
) -> tuple[Difference, ...]:
    """`told`: entries of the incident, in the order of the log; `gone`: whether one went with its month."""
    return (*_itself(incident, told, gone), *_items(incident.number, items, _of_items(told), gone))


def held_against_nothing(
    number: int, items: Sequence[Item], told: Sequence[Recorded], gone: Callable[[int], bool]
) -> tuple[Difference, ...]:
    """The same of one that is not in the table of incidents, and of which items or entries are there."""
    opened = [one for one in told if one.entry.code is Code.SECURITY_INCIDENT_OPENED]
    itself = Difference(0, What.MISSING, opened[-1].sequence) if opened else Difference(0, What.NOT_RECORDED)
    return (itself, *_items(number, items, _of_items(told), gone))


def _of_items(told: Sequence[Recorded]) -> dict[int, Recorded]:
    return {one.sequence: one for one in told if one.entry.code in OF_ITEMS}


def _items(
    incident: int, items: Sequence[Item], told: dict[int, Recorded], gone: Callable[[int], bool]
) -> Iterator[Difference]:
    for item in items:
        entry = told.get(item.entry)
        if entry is None:
            yield Difference(item.number, _absent(item.entry, gone), item.entry)
        elif not _says(entry, incident, item):
            yield Difference(item.number, What.CHANGED, item.entry)
    there = {one.entry for one in items}
    for sequence, entry in told.items():
        if sequence not in there:
            yield Difference(_number(entry), What.MISSING, sequence)
    yield from _gaps(incident, items, told)


def _gaps(incident: int, items: Sequence[Item], told: Mapping[int, Recorded]) -> Iterator[Difference]:
    """Items are numbered from 1 on: below one that is as recorded none lacks, whoever hid its entry."""
    numbers = {_number(one) for one in told.values()} | {one.number for one in items}
    sure = [one.number for one in items if (entry := told.get(one.entry)) and _says(entry, incident, one)]
    for number in range(1, max(sure, default=0)):
        if number not in numbers:
            yield Difference(number, What.MISSING)


def _number(recorded: Recorded) -> int:
    number = recorded.entry.details.get("item")
    return number if type(number) is int else 0


def _says(recorded: Recorded, incident: int, item: Item) -> bool:
    entry = recorded.entry
    return (
        not item.damaged
        and entry.details.get("incident") == incident
        and entry.details.get("item") == item.number
        and entry.details.get("sha256") == digest(item.body)
        and (entry.at, entry.subject) == (item.at, item.by.subject)
    )


def _itself(
    incident: Incident, told: Sequence[Recorded], gone: Callable[[int], bool]
) -> Iterator[Difference]:
    opened = [one for one in told if one.entry.code is Code.SECURITY_INCIDENT_OPENED]
    closed = [one for one in told if one.entry.code is Code.SECURITY_INCIDENT_CLOSED]
    if incident.damaged:
        yield Difference(0, What.CHANGED, opened[-1].sequence if opened else None)
        return
    if not opened:
        yield Difference(0, _absent(0, gone))  # months go from the first on
    for one in opened:  # there is one; of more whoever put a further one there wants to be believed
        if not _opened_so(one, incident):
            yield Difference(0, What.CHANGED, one.sequence)
    for one in closed:
        if not _closed_so(one, incident):
            yield Difference(0, What.CHANGED, one.sequence)
    if not closed and not incident.open:
        yield Difference(0, _absent(0, gone))


def _absent(sequence: int, gone: Callable[[int], bool]) -> What:
    return What.ENTRY_GONE if gone(sequence) else What.NOT_RECORDED


def _opened_so(recorded: Recorded, incident: Incident) -> bool:
    """Entries of an earlier version have no digest of the description."""
    entry, said = recorded.entry, incident.described
    told = (entry.details.get("kind_of_incident"), entry.details.get("severity"))
    return (
        (entry.at, entry.subject) == (incident.opened_at, incident.opened_by.subject)
        and told == (said.kind.value, said.severity.value)
        and entry.details.get("sha256", described_digest(said)) == described_digest(said)
    )


def _closed_so(recorded: Recorded, incident: Incident) -> bool:
    entry, by = recorded.entry, incident.closed_by
    conclusion = conclusion_digest(incident.conclusion)
    return (
        by is not None
        and (entry.at, entry.subject) == (incident.closed_at, by.subject)
        and entry.details.get("sha256", conclusion) == conclusion
    )
