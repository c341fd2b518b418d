import dataclasses
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

import ldap
import pytest

from config.vocabulary import MunicipalityCode, Role, SubjectId
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnreachable
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.watch import Watch, believable
from tests.rig.office import HULIN, PASSWORD, reading
from tests.rig.slapd import GROUPS, municipality_ldif, person_dn, person_ldif, role_ldif, slapd

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
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


def test_a_few_people_may_go_at_once_but_not_everybody():
    assert believable(3, 3)
    assert believable(100, 20)
    assert not believable(100, 21)
    assert not believable(10, 10)


class Office:
    """A directory whose answer the test decides, and a clock that it moves."""

    def __init__(self, *found: Person) -> None:
        self.found = {person.subject: person for person in found}
        self.everybody = set(self.found)
        self.trouble: Exception | None = None
        self.now = NOW
        self.asked: list[Collection[SubjectId]] = []
        self.watch = Watch(self.read, lambda: self.now)

    async def read(self, subjects: Collection[SubjectId]) -> Mapping[SubjectId, Person]:
        self.asked.append(subjects)
        self.now += MINUTE  # reading takes its time
        if self.trouble:
            raise self.trouble
        return {subject: self.found[subject] for subject in subjects if subject in self.found}


async def test_a_reading_is_dated_by_when_it_was_asked():
    office = Office(somebody(1))
    found = await office.watch.look(office.everybody)
    assert (found.at, found.people) == (NOW, office.found)
    assert (found.trouble, found.first_of_its_kind) == (None, False)


async def test_trouble_is_told_once_and_so_is_its_end():
    office = Office(somebody(1))
    await office.watch.look(office.everybody)
    office.trouble = DirectoryUnreachable("ldaps://x", "down")
    first, second = await office.watch.look(office.everybody), await office.watch.look(office.everybody)
    assert (first.trouble, first.people, first.first_of_its_kind) == (office.trouble, {}, True)
    assert second.first_of_its_kind is False
    office.trouble = None
    assert (await office.watch.look(office.everybody)).first_of_its_kind
    assert not (await office.watch.look(office.everybody)).first_of_its_kind


async def test_trouble_of_another_kind_is_told_anew():
    office = Office(somebody(1))
    kinds = [DirectoryUnreachable("ldaps://x", "down"), DirectoryMisconfigured("base", "not found")]
    told = []
    for office.trouble in (kinds[0], kinds[0], kinds[1], kinds[1], kinds[0]):
        told.append((await office.watch.look(office.everybody)).first_of_its_kind)
    assert told == [True, False, True, False, True]


async def test_somebody_who_is_gone_is_missing_from_a_certain_answer():
    office = Office(somebody(1), somebody(2))
    del office.found[somebody(1).subject]
    found = await office.watch.look(office.everybody)
    assert found.trouble is None
    assert set(found.people) == {somebody(2).subject}


async def test_everybody_gone_at_once_is_not_believed():
    office = Office(*(somebody(number) for number in range(10)))
    office.found = {}
    assert isinstance((await office.watch.look(office.everybody)).trouble, DirectoryMisconfigured)


async def test_the_directory_is_asked_even_when_nobody_is_signed_in():
    office = Office()
    office.trouble = DirectoryUnreachable("ldaps://x", "down")
    assert (await office.watch.look(set())).trouble is office.trouble
    assert office.asked == [set()]


@pytest.mark.real
async def test_changes_in_a_real_directory_are_read(tmp_path):
    text = "".join(person_ldif(login, password=PASSWORD) for login in ("jedna", "dva", "tri"))
    text += municipality_ldif(HULIN) + role_ldif(Role.CLERK, HULIN, ["jedna", "dva", "tri"])
    with slapd(tmp_path, text) as directory, reading(directory.settings()) as reader:
        known = {person.login: person async for person in reader.everyone()}
        everybody = {each.subject for each in known.values()}
        watch = Watch(reader.people, lambda: NOW)
        assert (await watch.look(everybody)).people == {each.subject: each for each in known.values()}
        with directory.as_root() as root:
            group = f"cn=clerk,ou={HULIN},{GROUPS}"
            root.modify_s(group, [(ldap.MOD_DELETE, "member", [person_dn("jedna").encode()])])
            root.modify_s(person_dn("dva"), [(ldap.MOD_ADD, "pwdAccountLockedTime", [b"000001010000Z"])])
            root.delete_s(person_dn("tri"))
        people = (await watch.look(everybody)).people
        assert people[known["jedna"].subject].roles == ()
        assert people[known["dva"].subject].state is AccountState.DISABLED
        assert known["tri"].subject not in people
        assert (await watch.look(set())).trouble is None
        directory.stop()
        assert isinstance((await watch.look(set())).trouble, DirectoryUnreachable)
