"""Records of personnel systems: kept with their entries or not at all, one version after the other."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import SubjectId, technical_subject
from gateway.audit.entry import Code, Entry, Outcome
from gateway.incidents.by import By
from gateway.incidents.suspension import Suspension, SuspensionId
from gateway.personnel.attributes import EMPTY
from gateway.personnel.record import Record
from gateway.personnel.refused import NotDone, Unlinked, Why
from gateway.storage.database import Database
from gateway.storage.personnel import StoredPersonnel
from gateway.storage.suspensions import StoredSuspensions
from tests.gateway.storage.conftest import Recorded
from tests.rig.people import JANA, NOON

ENTRY = Entry(code=Code.PERSONNEL_ADDED, outcome=Outcome.SUCCESS, at=NOON)
VEMA = technical_subject("vema")


def record(identifier: str, user_name: str, account: str = "vema", **more) -> Record:
    values = {**EMPTY, "user_name": user_name, "title": "Matrikářka"}
    usual = {"created_at": NOON, "changed_at": NOON, "subjects": (JANA.subject, SubjectId("x:y"))}
    return Record(id=identifier, account=account, values=values, **{**usual, **more})


@pytest.fixture
def store(database: Database, recorded: Recorded) -> StoredPersonnel:
    return StoredPersonnel(database, recorded.append_all)


async def refused(act) -> Why:
    with pytest.raises(NotDone) as raised:
        await act
    return raised.value.reason


async def test_what_is_kept_is_read_as_it_was_and_each_source_has_its_own(store: StoredPersonnel) -> None:
    one = record("a", "Jana")
    two = record("b", "petr", subjects=(), unlinked=Unlinked.SEVERAL, created_at=NOON + timedelta(seconds=1))
    other = record("c", "jana", "ginis")
    for each in (two, one, other):
        await store.add(each, ENTRY)
    assert await store.of("vema") == [one, two]
    assert await store.of("ginis") == [other]
    assert await store.of("nobody") == []
    assert [await store.one("vema", each) for each in ("a", "c")] == [one, None]
    assert await store.naming("vema", {JANA.subject, SubjectId("x:nobody")}) == [one]
    assert await store.naming("vema", {SubjectId("x:_")}) == await store.naming("vema", set()) == []
    assert [await store.count(each) for each in ("vema", "nobody")] == [2, 0]


async def test_a_name_is_one_record_s_whatever_the_case(store: StoredPersonnel, recorded: Recorded) -> None:
    await store.add(record("a", "Jana"), ENTRY)
    await store.add(record("b", "petr"), ENTRY)
    assert await refused(store.add(record("c", "JANA"), ENTRY)) is Why.TAKEN
    assert await refused(store.change(record("b", "jana", version=2), 1, ENTRY)) is Why.TAKEN
    assert [await store.taken("vema", "JANA", each) for each in ("a", "b")] == [False, True]
    assert not await store.taken("ginis", "jana", "")
    assert len(recorded) == 2


async def test_a_change_is_of_the_version_that_was_read(store: StoredPersonnel, recorded: Recorded) -> None:
    one = record("a", "jana")
    await store.add(one, ENTRY)
    new = replace(one, values={**one.values, "active": False}, version=2)
    await store.change(new, 1, ENTRY)
    assert await refused(store.change(replace(new, version=3), 1, ENTRY)) is Why.CHANGED
    assert await refused(store.remove(one, ENTRY)) is Why.CHANGED
    assert await store.of("vema") == [new]
    await store.remove(new, ENTRY)
    assert await store.of("vema") == []
    assert len(recorded) == 3


async def test_who_was_closed_lately_is_counted_of_each_program(store: StoredPersonnel) -> None:
    kept = StoredSuspensions(store.database, store.append)
    for number, by in enumerate((VEMA, VEMA, technical_subject("ginis"))):
        made = Suspension(
            id=SuspensionId(f"s{number}"),
            subject=SubjectId(f"x:{number}"),
            login="x",
            name="",
            why="x",
            by=By(subject=by, login="x").actor,
            since=NOON + timedelta(minutes=number),
        )
        await store.database.write(lambda connection, made=made: kept._keep(connection, made))
    assert await store.closed_since(VEMA, NOON - timedelta(seconds=1)) == 2
    assert await store.closed_since(VEMA, NOON) == 1
    assert await store.closed_since("technical:nobody", NOON) == 0
