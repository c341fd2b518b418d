from datetime import UTC, datetime

from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry, Outcome
from gateway.storage.audit_evidence import rows
from gateway.storage.audit_requests import append_once
from gateway.storage.database import Database
from tests.gateway.audit.making import KEYS

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def entry(request: str, code: Code = Code.ACCESS_CUT_OFF) -> Entry:
    return Entry(code=code, outcome=Outcome.FAILURE, at=NOW, request_id=request)


async def test_a_request_that_is_told_once_more_has_one_entry(database: Database) -> None:
    await database.write(
        lambda c: append_once(c, [entry("one", Code.ACCESS), entry("two", Code.DECISION_PERMIT)], KEYS.known)
    )
    for _ in range(2):
        await database.write(
            lambda c: append_once(c, [entry("one"), entry("two"), entry("three")], KEYS.known)
        )
    found = database.read_now(lambda c: [parse(row.canonical).entry for row in rows(c)])
    assert [(one.request_id, one.code) for one in found] == [
        ("one", Code.ACCESS),
        ("two", Code.DECISION_PERMIT),
        ("two", Code.ACCESS_CUT_OFF),
        ("three", Code.ACCESS_CUT_OFF),
    ]
