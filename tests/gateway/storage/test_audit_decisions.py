"""Recorded decisions of a period, in parts, as a simulation reads them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from config.vocabulary import Action, Role
from gateway.audit import decided
from gateway.audit.decided import Decisions, Why
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.rested_on import FIELDS, details_of
from gateway.storage.audit import append
from gateway.storage.audit_decisions import Period, entries_of, parts
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_entry
from policies.model import Facts, Question, Route
from policies.simulate import Decided
from tests.policies.world import HULIN, KROMERIZ, ask

SECOND = timedelta(seconds=1)
CLERK = ask((HULIN, Role.CLERK), facts=Facts(purpose="kontrola"))


def entry(question: Question, at: datetime, code: Code = Code.DECISION_PERMIT, **details: object) -> Entry:
    return Entry(
        code=code,
        outcome=Outcome.SUCCESS if code is Code.DECISION_PERMIT else Outcome.REFUSED,
        at=at,
        person="novakova.jana",
        details={**details_of(question), **details},
        **{name: str(getattr(question, name)) for name in FIELDS},
    )


def keep(database: Database, *entries: Entry) -> None:
    database.write_soon(lambda connection: append(connection, entries)).result()


def read(database: Database, period: Period, entries: int = 3) -> list[list[Decided | Why]]:
    """Of each part."""
    decisions = Decisions()
    found = database.read_now(lambda connection: parts(connection, period, entries))
    rows = [database.read_now(lambda c, one=one: entries_of(c, one, period.municipality)) for one in found]
    assert [len(each) for each in rows] == [part.entries for part in found]
    return [[decisions.read(row) for row in each] for each in rows]


def test_the_decisions_of_a_period_come_in_order_and_in_parts(database: Database, now: datetime) -> None:
    moments = [now + SECOND * number for number in (4, 0, 1, 2, 2, 2, 2, 5, 9)]
    keep(database, *(entry(CLERK, at) for at in moments), entry(CLERK, now, Code.ACCESS))
    found = read(database, Period(now, now + 9 * SECOND))
    assert [len(part) for part in found] == [6, 2]  # those of one moment stay together
    flat = [one for part in found for one in part]
    assert all(isinstance(one, Decided) for one in flat)
    assert [one.now for one in flat if isinstance(one, Decided)] == sorted(moments)[:-1]


def test_a_decision_comes_back_as_it_was_asked(database: Database, now: datetime) -> None:
    keep(
        database,
        entry(CLERK, now, granted_actions=["read", "sign"]),
        entry(CLERK, now + SECOND, Code.DECISION_REFUSE),
        entry(CLERK, now + 2 * SECOND, granted_actions=["read", "sign"]),
    )
    ((one, refused, again),) = read(database, Period(now, now + 3 * SECOND))
    assert isinstance(one, Decided)
    assert isinstance(again, Decided)
    assert isinstance(refused, Decided)
    assert one.asked.question == replace(CLERK, now=now)
    assert (one.permitted, one.asked.along, one.asked.login) == (True, {Action.SIGN}, "novakova.jana")
    assert (refused.permitted, refused.asked.along) == (False, frozenset())
    assert again.asked is one.asked
    assert (one.authenticated_at, again.sequence) == (CLERK.authenticated_at, 2)


def test_what_was_granted_by_named_routes_comes_back_by_each_with_its_path(
    database: Database, now: datetime
) -> None:
    granted = {
        "granted_actions": ["read", "sign"],
        "granted_routes": ["read@books /books", "write@books /books"],
    }
    keep(
        database,
        *(entry(CLERK, now + SECOND * number, **granted) for number in range(2)),
        entry(CLERK, now + 2 * SECOND, **granted | {"granted_routes": ["read@books /other"]}),
    )
    ((one, again, moved),) = read(database, Period(now, now + 3 * SECOND))
    assert isinstance(one, Decided)
    assert isinstance(again, Decided)
    assert (one.asked.along, again.asked is one.asked) == ({Action.SIGN}, True)
    (books,) = one.asked.elsewhere
    facts = replace(CLERK.facts, route=Route(id="books", path="/books"))
    assert (books.question, books.along) == (replace(CLERK, now=now, facts=facts), {Action.WRITE})
    assert isinstance(moved, Decided)
    assert [asked.question.facts.route for asked in moved.asked.elsewhere] == [
        Route(id="books", path="/other")
    ]


def test_a_named_route_whose_path_was_not_kept_is_not_replayed(database: Database, now: datetime) -> None:
    keep(database, entry(CLERK, now, granted_actions=["read"], granted_routes=["read@books"]))
    assert read(database, Period(now, now + SECOND)) == [[Why.NOT_RECORDED]]


def test_as_many_askers_are_remembered_as_they_have_routes(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decided, "KNOWN", 3)
    people = [replace(CLERK, address=f"192.0.2.{number}") for number in (1, 2, 1, 1)]
    routes = [f"read@{name} /{name}" for name in ("books", "diary")]
    keep(
        database,
        *(entry(one, now + SECOND * number, granted_routes=routes) for number, one in enumerate(people)),
    )
    found = [one for part in read(database, Period(now, now + 4 * SECOND), 4) for one in part]
    first, _, again, last = (one.asked for one in found if isinstance(one, Decided))
    assert (first is again, again is last) == (False, True)


def test_who_was_idle_for_another_time_is_the_same_asker(database: Database, now: datetime) -> None:
    spans = [timedelta(seconds=seconds) for seconds in (0, 7, 900)]
    each = [replace(CLERK, facts=replace(CLERK.facts, idle=span)) for span in spans]
    keep(database, *(entry(one, now + SECOND * number) for number, one in enumerate(each)))
    (found,) = read(database, Period(now, now + 3 * SECOND))
    assert [one.idle for one in found if isinstance(one, Decided)] == spans
    assert len({id(one.asked) for one in found if isinstance(one, Decided)}) == 1


def test_only_what_is_of_the_municipality_is_read_where_one_is_named(
    database: Database, now: datetime
) -> None:
    keep(database, entry(CLERK, now), entry(ask((KROMERIZ, Role.CLERK)), now))
    ((one,),) = read(database, Period(now, now + SECOND, KROMERIZ))
    assert isinstance(one, Decided)
    assert one.asked.question.municipality == KROMERIZ


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, Why.NOT_RECORDED),
        ({"rule": "supplier-map-only", "reason": "supplier_map_only"}, Why.NOT_RECORDED),
        ({"reason": "role_not_sufficient"}, Why.NOT_RECORDED),
        ({"reason": "directory_unreachable"}, Why.POLICIES_NOT_ASKED),
    ],
)
def test_what_does_not_keep_the_question_is_told_by_why(
    database: Database, now: datetime, changes: dict[str, str], why: Why
) -> None:
    whole = entry(CLERK, now, Code.DECISION_REFUSE if changes else Code.DECISION_PERMIT)
    older = {name: value for name, value in whole.details.items() if name != "authenticated_at"}
    keep(database, replace(whole, details=older, **changes))
    assert read(database, Period(now, now + SECOND)) == [[why]]


def test_what_this_version_does_not_know_or_cannot_read_is_never_guessed(
    database: Database, now: datetime
) -> None:
    keep(
        database,
        entry(CLERK, now, facts='{"weather":"rain"}'),
        entry(CLERK, now, facts='{"idle":"PT9S"}', idle=9),
        entry(CLERK, now, authenticated_at="yesterday"),
        entry(CLERK, now, idle=2**53 - 1),
        entry(CLERK, now, granted_routes=["fly@books /books"]),
        *(entry(CLERK, now + SECOND) for _ in range(2)),
    )
    broken = {5: b"{", 6: b'{"code":"access.request","sequence":6,"at":"2026-03-02T08:30:00Z"}'}
    for sequence, data in broken.items():
        change = update(audit_entry).where(audit_entry.c.sequence == sequence).values(canonical=data)
        database.write_soon(lambda connection, change=change: connection.execute(change)).result()
    found = [one for part in read(database, Period(now, now + 2 * SECOND)) for one in part]
    assert (
        found == [Why.UNKNOWN_FACTS] * 2 + [Why.UNREADABLE] * 2 + [Why.UNKNOWN_FACTS] + [Why.UNREADABLE] * 2
    )
