"""Who is closed by what a source pushed, and of whom it may speak."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import DirectoryName, MunicipalityCode, Role, SubjectId
from gateway.incidents.by import By
from gateway.personnel.attributes import EMPTY
from gateway.personnel.record import (
    Record,
    Sender,
    Source,
    closed_by,
    difference,
    is_keeper,
    opened_by,
    within_reach,
)
from idp.directory.person import RoleHeld
from tests.rig.people import HULIN, JANA, NOON

CENTRE = MunicipalityCode("588296")
SOURCE = Source(
    account="vema",
    name="Vema",
    directory=DirectoryName("x"),
    municipalities=frozenset({HULIN}),
    most_closed=1,
)
SENDER = Sender(SOURCE, By(subject="technical:vema", login="vema"), HULIN)
BOTH = replace(SENDER, source=replace(SOURCE, municipalities=frozenset({HULIN, CENTRE})))
ADMIN = SubjectId("x:admin")


def record(active: bool, *subjects: str) -> Record:
    return Record(
        id="x",
        account="vema",
        values={**EMPTY, "active": active},
        subjects=tuple(SubjectId(one) for one in subjects),
        created_at=NOON,
        changed_at=NOON,
    )


@given(st.lists(st.tuples(st.booleans(), st.sets(st.sampled_from("abc")))))
def test_somebody_is_closed_by_a_relation_that_is_over_and_by_none_that_goes_on(drawn) -> None:
    closed = closed_by([record(active, *sorted(subjects)) for active, subjects in drawn])
    for one in "abc":
        told = {active for active, subjects in drawn if one in subjects}
        assert (one in closed) is (told == {False})


def test_who_works_comes_again_and_nobody_because_the_directory_let_them_go() -> None:
    left, nobody = record(False, "a", "b"), record(False)
    assert opened_by([nobody], left, nobody) == set()  # roles were taken away in the directory, too
    back = record(True, "a", "b")
    assert opened_by([back], left, back) == {"a", "b"}
    assert opened_by([back], None, back) == {"a", "b"}
    second = record(True, "b")
    assert opened_by([left, second], None, second) == {"b"}
    assert opened_by([left, second], left, nobody) == {"b"}


def test_whom_a_record_named_by_mistake_comes_again_once_it_names_another() -> None:
    left = record(False, "a")
    corrected = replace(record(False, "b"), values={**left.values, "number": "8"})
    assert opened_by([corrected], left, corrected) == {"a"}
    assert opened_by([corrected, record(False, "a")], left, corrected) == set()
    assert opened_by([record(False, "b")], left, record(False, "b")) == set()


def test_within_reach_are_people_of_these_municipalities_and_of_no_other() -> None:
    here = replace(JANA, roles=(RoleHeld(HULIN, Role.CLERK),))
    elsewhere = replace(JANA, subject=ADMIN, roles=(RoleHeld(CENTRE, Role.CLERK),))
    nowhere = replace(JANA, subject=ADMIN, roles=())
    one, two = [JANA.subject], [JANA.subject, ADMIN]
    assert within_reach({JANA.subject: here}, one, SENDER)
    assert within_reach({JANA.subject: here, ADMIN: nowhere}, two, SENDER)
    assert not within_reach({JANA.subject: here}, [], SENDER)
    assert not within_reach({JANA.subject: here}, two, SENDER)  # one is not there
    assert not within_reach({ADMIN: nowhere}, [ADMIN], SENDER)
    assert not within_reach({ADMIN: elsewhere}, [ADMIN], SENDER)
    assert not within_reach({JANA.subject: here, ADMIN: elsewhere}, two, SENDER)
    assert within_reach({JANA.subject: here, ADMIN: elsewhere}, two, BOTH)
    assert not within_reach({ADMIN: elsewhere}, [ADMIN], BOTH)  # not of the municipality that it acts for


def test_who_could_open_again_is_a_keeper_and_a_municipality_s_administrator_is_not() -> None:
    keepers = {role for role in Role if is_keeper(replace(JANA, roles=(RoleHeld(HULIN, role),)))}
    assert keepers == {Role.SECURITY_OFFICER, Role.CENTRE_ADMINISTRATOR}


def test_a_difference_is_told_attribute_by_attribute() -> None:
    after = {**EMPTY, "title": "referentka", "active": False}
    assert difference(EMPTY, after) == ["title: – → referentka", "active: true → false"]
    assert difference(after, after) == []
