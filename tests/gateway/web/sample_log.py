"""The audit log of the small office, in memory; complete for what the pages ask of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from gateway.audit.entry import Code, Entry, Outcome
from gateway.web.officer.log import Checkpoint, Damage, Hour, Query, Recorded, Verification
from tests.gateway.web.people import HULIN, KVASICE, NOW


def sample_entries() -> list[Entry]:
    """130 entries, a minute apart, the oldest first: three pages of the log."""
    kinds = [
        (Code.SIGN_IN_COMPLETED, Outcome.SUCCESS, ""),
        (Code.ACCESS, Outcome.SUCCESS, ""),
        (Code.DECISION_REFUSE, Outcome.REFUSED, "role_not_sufficient"),
        (Code.DECISION_PERMIT, Outcome.SUCCESS, ""),
        (Code.DIRECTORY_UNREACHABLE, Outcome.FAILURE, ""),
    ]
    people = ["novakova", "dvorak", "svoboda"]
    return [
        Entry(
            code=kinds[number % 5][0],
            outcome=kinds[number % 5][1],
            at=NOW - timedelta(minutes=130 - number),
            subject=f"0b6f9a52-6f0e-4f0e-9f0a-{number % 3:012}",
            person=people[number % 3],
            session=f"s-{number % 3}",
            municipality=HULIN,
            own_municipality=KVASICE if number % 7 == 0 else HULIN,
            application="records",
            action="read",
            address=f"203.0.113.{number % 9}",
            request_id=f"0b1c2d3e-{number:04}",
            reason=kinds[number % 5][2],
            rule="region/records-mayor",
            policy_version="7d1f0c",
            details={"method": "GET", "path": "/spisy/2026/<b>42</b>", "roles": ["mayor", "clerk"], "ms": 4},
        )
        for number in range(130)
    ]


@dataclass
class MemoryLog:
    entries: list[Entry] = field(default_factory=sample_entries)
    damage: Damage | None = None

    def _recorded(self, index: int) -> Recorded:
        entry = self.entries[index]
        return Recorded(
            sequence=index,
            received_at=entry.at + timedelta(milliseconds=3),
            leaf_hash=sha256(repr(entry).encode()).digest(),
            entry=entry,
        )

    async def search(self, caller, query, *, before, limit):
        upper = len(self.entries) if before is None else min(before, len(self.entries))
        matching = (index for index in reversed(range(upper)) if matches(query, self.entries[index]))
        return [self._recorded(index) for index, _ in zip(matching, range(limit), strict=False)]

    async def entry(self, caller, sequence):
        return self._recorded(sequence) if sequence < len(self.entries) else None

    async def activity(self, caller, since, until):
        counts: dict[datetime, list[int]] = {}
        for number in range(24):
            counts[since + timedelta(hours=number)] = [(number * 37) % 90 * (number > 6), number % 5 * 3]
        return [Hour(start=start, accesses=one, refusals=two) for start, (one, two) in counts.items()]

    async def last_checkpoint(self):
        return Checkpoint(size=len(self.entries), root=sha256(b"root").digest(), at=NOW)

    async def verify(self):
        return Verification(
            entries=len(self.entries), unsealed=2, took=timedelta(seconds=1.234), damage=self.damage
        )

    async def record(self, entry):
        self.entries.append(entry)


def matches(query: Query, entry: Entry) -> bool:
    wanted = {
        "municipality": query.municipality,
        "application": query.application,
        "outcome": query.outcome,
        "code": query.code,
        "session": query.session,
        "request_id": query.request_id or None,
    }
    return (
        all(value is None or getattr(entry, name) == value for name, value in wanted.items())
        and (query.person in entry.person or query.person == entry.subject)
        and (query.since is None or query.since <= entry.at)
        and (query.until is None or entry.at < query.until)
    )
