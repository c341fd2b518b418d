"""By which number a directory says whose an account is, and who is one person then."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import ldap
import pytest

from config.vocabulary import MunicipalityCode, Role, SubjectId
from gateway.storage.directory_numbers import StoredNumbers
from idp.directory.person_number import numbers
from idp.directory.same_person import Account, Persons, other_among, same_person
from tests.rig.slapd import Directory, person_dn, person_ldif, slapd
from tests.rig.synced import Synced, synced

NOVAK, ADM, JANA = (Account(SubjectId(f"urad:{name}"), name) for name in ("novak", "adm-novak", "jana"))
LDIF = (
    person_ldif("novak", employeeNumber="K-1042")
    + person_ldif("adm-novak", employeeNumber=" k-1042 ")
    + person_ldif("jana", employeeNumber="7")
    + person_ldif("bez")
    + person_ldif("nula1", employeeNumber="0")
    + person_ldif("nula2", employeeNumber="0")
)


def test_a_number_is_compared_without_letter_case_and_spaces_and_nothing_is_no_number():
    assert numbers(["K-1042 ", "k-1042"]) == ("k-1042",)
    assert numbers(["", " ", "0", "000", "-", "n/a", "\ufffd"]) == ("n/a",)
    assert numbers(["2", "1"]) == ("1", "2")


def taken(known: Persons, persons: Sequence[Sequence[Account]]) -> frozenset[SubjectId]:
    """Who is of another group by now."""
    weighed = known.weigh(persons)
    assert known.take(weighed)
    return weighed.changed


def test_accounts_of_one_number_are_one_person_and_everybody_else_stands_alone():
    known = Persons()
    assert taken(known, [[NOVAK, ADM]]) == {NOVAK.subject, ADM.subject}
    assert same_person(NOVAK.subject, ADM.subject, known.others)
    assert same_person(ADM.subject, NOVAK.subject, known.others)
    assert same_person(JANA.subject, JANA.subject, known.others)
    assert not same_person(JANA.subject, NOVAK.subject, known.others)
    assert other_among(ADM.subject, {JANA.subject, NOVAK.subject}, known.others) == NOVAK
    assert other_among(ADM.subject, {ADM.subject}, known.others) is None


def test_what_is_told_anew_takes_the_place_of_what_was_known():
    known = Persons()
    known.know([[NOVAK, ADM]])
    assert taken(known, [[NOVAK, ADM]]) == frozenset()
    assert taken(known, [[ADM, JANA]]) == {NOVAK.subject, ADM.subject, JANA.subject}
    assert known.others(NOVAK.subject) == ()


def test_who_shares_one_number_with_one_and_another_with_another_is_one_person_with_both():
    known = Persons()
    known.know([[NOVAK, ADM], [ADM, JANA]])
    assert known.others(ADM.subject) == (JANA, NOVAK)
    assert known.others(NOVAK.subject) == (ADM,)


def test_an_account_whose_group_stays_as_it_was_is_not_told_and_one_whose_group_changes_is():
    known = Persons()
    known.know([[NOVAK, ADM], [JANA, replace(ADM, subject=SubjectId("urad:x"))]])
    led = replace(ADM, roles=frozenset({(MunicipalityCode("588296"), Role("mayor"))}))
    changed = taken(known, [[led, NOVAK], [JANA, replace(ADM, subject=SubjectId("urad:x"))]])
    assert changed == {NOVAK.subject, ADM.subject}
    assert known.others(NOVAK.subject) == (led,)
    assert taken(known, [[NOVAK]]) == {NOVAK.subject, ADM.subject, JANA.subject, "urad:x"}


def test_of_many_accounts_with_one_number_each_is_kept_once():
    many = [Account(SubjectId(f"urad:{number}"), f"{number:05}") for number in range(3_000)]
    known = Persons()
    assert len(taken(known, [many])) == 3_000
    assert len({one for each in many for one in known._groups[each.subject]}) == 1
    assert known.others(many[7].subject) == (*many[:7], *many[8:])
    assert taken(known, [list(many)]) == frozenset()


def test_what_was_weighed_changes_nothing_until_it_is_taken_and_what_is_older_is_not_taken():
    known = Persons()
    older = known.weigh([[NOVAK, JANA]])
    assert known.others(NOVAK.subject) == ()
    known.know([[NOVAK, ADM]])
    assert not known.take(older)
    assert known.others(NOVAK.subject) == (ADM,)
    assert known.taken == 1


def test_the_order_in_which_groups_are_told_is_no_change():
    known = Persons()
    known.know([[NOVAK, ADM], [ADM, JANA]])
    assert taken(known, [[JANA, ADM], [ADM, NOVAK]]) == frozenset()
    assert taken(known, [[JANA, ADM], [ADM, JANA], [ADM, NOVAK]]) == frozenset()


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    with slapd(tmp_path / "server", LDIF) as running:
        yield running


async def together(office: Synced) -> list[set[str]]:
    """Logins of accounts that one number names."""
    called = {
        one.person.identity: one.person.logins[0]
        for one in await office.reading.everyone(office.settings.name)
    }
    stored = StoredNumbers(office.database)
    shared = await stored.shared([office.settings.name])
    return [{called[each.partition(":")[2]] for each in same} for same in shared]


@pytest.mark.real
async def test_the_replica_knows_whose_accounts_are_one_person_s_and_hears_of_each_change(
    directory: Directory, tmp_path: Path
):
    with synced(tmp_path / "replica", directory.settings()) as office:
        office.full()
        assert await together(office) == [{"novak", "adm-novak"}], "zeros are nobody's number"
        with directory.as_root() as root:
            root.modify_s(person_dn("jana"), [(ldap.MOD_REPLACE, "employeeNumber", [b"K-1042"])])
            root.modify_s(person_dn("novak"), [(ldap.MOD_DELETE, "employeeNumber", None)])
        office.delta()
        assert await together(office) == [{"jana", "adm-novak"}]
        with directory.as_root() as root:
            root.delete_s(person_dn("adm-novak"))
        office.delta()
        assert await together(office) == []
        office.full()
        assert await together(office) == []


@pytest.mark.real
async def test_where_the_settings_name_no_attribute_nobody_is_anybody_else(
    directory: Directory, tmp_path: Path
):
    with synced(tmp_path / "replica", directory.settings(person_attribute="")) as office:
        office.full()
        assert await together(office) == []


@pytest.mark.real
async def test_another_attribute_means_that_everything_is_read_anew(directory: Directory, tmp_path: Path):
    marks = set()
    for name, attribute in (("a", None), ("b", ""), ("c", "employeeType")):
        with synced(tmp_path / name, directory.settings(person_attribute=attribute)) as office:
            marks.add(office.source.mark)
    assert len(marks) == 3
