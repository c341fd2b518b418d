import dataclasses
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

import ldap
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import MunicipalityCode, Role, SubjectId
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnreachable
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.watch import (
    DetailsChanged,
    PersonGone,
    RolesChanged,
    StateChanged,
    Watch,
    believable,
    compare,
)
from tests.rig.office import HULIN, PASSWORD, reading
from tests.rig.slapd import GROUPS, municipality_ldif, person_dn, person_ldif, role_ldif, slapd

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MAYOR = RoleHeld(MunicipalityCode("588491"), Role.MAYOR)
CLERK = RoleHeld(MunicipalityCode("588491"), Role.CLERK)


def somebody(number: int, **changes: object) -> Person:
    person = Person(
        subject=SubjectId(f"00000000-0000-4000-8000-{number:012}"),
        login=f"nekdo{number}",
        name="Někdo",
        mail="",
        state=AccountState.ACTIVE,
        roles=(CLERK,),
    )
    return dataclasses.replace(person, **changes)


people = st.builds(
    somebody,
    st.integers(0, 5),
    state=st.sampled_from(AccountState),
    roles=st.sampled_from([(), (CLERK,), (CLERK, MAYOR)]),
    name=st.sampled_from(["Jana", "Žofie"]),
)
facts = st.lists(people).map(lambda found: {person.subject: person for person in found})


@given(facts)
def test_what_is_the_same_is_no_change(before: dict[SubjectId, Person]):
    assert compare(before, before) == []


@given(facts, facts)
def test_applying_the_changes_gives_the_new_facts(
    before: dict[SubjectId, Person], after: dict[SubjectId, Person]
):
    believed = dict(before)
    for change in compare(before, after):
        match change:
            case PersonGone(person):
                del believed[person.subject]
            case RolesChanged() | StateChanged() | DetailsChanged():
                believed[change.after.subject] = change.after
                assert change.before != change.after
    assert believed == {subject: after[subject] for subject in before if subject in after}


def test_gained_and_lost_roles_are_named():
    change = RolesChanged(somebody(1), somebody(1, roles=(MAYOR,)))
    assert (change.gained, change.lost) == ((MAYOR,), (CLERK,))


def test_a_few_people_may_go_at_once_but_not_everybody():
    assert believable(3, 3)
    assert believable(100, 20)
    assert not believable(100, 21)
    assert not believable(10, 10)


class Office:
    """A directory whose answer the test decides, and a clock that it moves."""

    def __init__(self, *found: Person) -> None:
        self.found = {person.subject: person for person in found}
        self.trouble: Exception | None = None
        self.now = NOW
        self.in_use = set(self.found)
        self.watch = Watch(self.read, lambda: self.in_use, lambda: self.now)

    async def read(self, subjects: Collection[SubjectId]) -> Mapping[SubjectId, Person]:
        if self.trouble:
            raise self.trouble
        return {subject: self.found[subject] for subject in subjects if subject in self.found}


async def test_an_unreachable_directory_changes_nothing_but_its_facts_age():
    office = Office(somebody(1))
    await office.watch.look()
    office.trouble = DirectoryUnreachable("ldaps://x", "down")
    office.now += MINUTE
    first = await office.watch.look()
    office.now += MINUTE
    second = await office.watch.look()
    subject = somebody(1).subject
    assert (first.changes, first.trouble, first.first_of_its_kind) == ((), office.trouble, True)
    assert (second.changes, second.first_of_its_kind) == ((), False)
    assert office.watch.known(subject) == somebody(1)
    assert office.watch.facts_age(subject, office.now) == 2 * MINUTE
    office.trouble = None
    third = await office.watch.look()
    assert (third.trouble, third.first_of_its_kind) == (None, True)
    assert office.watch.facts_age(subject, office.now) == timedelta(0)


async def test_a_person_who_is_gone_is_told_once_and_then_forgotten():
    office = Office(somebody(1), somebody(2))
    await office.watch.look()
    del office.found[somebody(1).subject]
    assert (await office.watch.look()).changes == (PersonGone(somebody(1)),)
    assert office.watch.facts_age(somebody(1).subject, NOW) is None


async def test_facts_learnt_before_the_first_look_are_compared_with_it():
    office = Office(somebody(1))
    office.in_use.add(somebody(2).subject)
    office.watch.learn(somebody(1, roles=(CLERK, MAYOR)), NOW - MINUTE)
    office.watch.learn(somebody(2), NOW - MINUTE)
    before = somebody(1, roles=(CLERK, MAYOR))
    assert (await office.watch.look()).changes == (RolesChanged(before, somebody(1)), PersonGone(somebody(2)))


async def test_learning_the_same_again_changes_nothing():
    office = Office(somebody(1, mail="nekdo@obec.test"))
    office.watch.learn(somebody(1), NOW - MINUTE)
    assert [type(change) for change in (await office.watch.look()).changes] == [DetailsChanged]
    office.watch.learn(somebody(1), NOW)
    assert (await office.watch.look()).changes == ()


async def test_everybody_gone_at_once_is_not_believed():
    office = Office(*(somebody(number) for number in range(10)))
    await office.watch.look()
    office.found = {}
    office.now += MINUTE
    reading = await office.watch.look()
    assert isinstance(reading.trouble, DirectoryMisconfigured)
    assert reading.changes == ()
    assert office.watch.facts_age(somebody(1).subject, office.now) == MINUTE


async def test_facts_from_a_sign_in_during_the_reading_are_not_overwritten_by_older_ones():
    office = Office(somebody(1))
    await office.watch.look()
    younger = somebody(1, roles=(CLERK, MAYOR))
    read = office.read

    async def slow(subjects: Collection[SubjectId]) -> Mapping[SubjectId, Person]:
        found = await read(subjects)
        office.watch.learn(younger, NOW + timedelta(seconds=1))
        return found

    office.watch = Watch(slow, lambda: office.in_use, lambda: office.now)
    assert (await office.watch.look()).changes == ()
    assert office.watch.known(younger.subject) == younger


async def test_people_no_longer_in_use_are_forgotten():
    office = Office(somebody(1), somebody(2))
    await office.watch.look()
    office.in_use = {somebody(2).subject}
    assert (await office.watch.look()).changes == ()
    assert office.watch.known(somebody(1).subject) is None


@pytest.mark.real
async def test_changes_in_a_real_directory_come_as_events(tmp_path):
    text = "".join(person_ldif(login, password=PASSWORD) for login in ("jedna", "dva", "tri"))
    text += municipality_ldif(HULIN) + role_ldif(Role.CLERK, HULIN, ["jedna", "dva", "tri"])
    with slapd(tmp_path, text) as directory, reading(directory.settings()) as reader:
        known = {person.login: person async for person in reader.everyone()}
        watch = Watch(reader.people, lambda: [each.subject for each in known.values()], lambda: NOW)
        readings = watch.readings(timedelta(seconds=0.01))
        assert (await anext(readings)).changes == ()
        with directory.as_root() as root:
            group = f"cn=clerk,ou={HULIN},{GROUPS}"
            root.modify_s(group, [(ldap.MOD_DELETE, "member", [person_dn("jedna").encode()])])
            root.modify_s(person_dn("dva"), [(ldap.MOD_ADD, "pwdAccountLockedTime", [b"000001010000Z"])])
            root.delete_s(person_dn("tri"))
        changes = {type(change): change for change in (await anext(readings)).changes}
        assert changes[RolesChanged].lost == (CLERK,)
        assert changes[RolesChanged].after.login == "jedna"
        assert changes[StateChanged].closed
        assert changes[StateChanged].after.state is AccountState.DISABLED
        assert changes[PersonGone].before == known["tri"]
        directory.stop()
        assert isinstance((await anext(readings)).trouble, DirectoryUnreachable)
        await readings.aclose()
