"""What a real directory says of people's work: as a sign-in reads it, and as the replica knows it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import ldap
import pytest

from config.district import District, Municipality
from config.settings import ActivityRoles, Work
from config.vocabulary import MunicipalityCode
from idp.directory.errors import EntryUnusable, FactUnreadable
from idp.directory.reader import DirectoryReader
from idp.directory.replicated import ReplicatedPeople
from idp.directory.work import NOTHING_KNOWN, ActivityRole
from idp.directory.work import Work as Known
from tests.rig.slapd import Directory, person_dn, person_ldif, slapd
from tests.rig.synced import Synced, now, synced

pytestmark = pytest.mark.real
HULIN = MunicipalityCode("588491")
DISTRICT = District([Municipality(HULIN, "Hulín", "00287229")])
ASKED = Work(
    employed_until="employeeNumber",
    departments="ou",
    activity_roles=ActivityRoles(attribute="employeeType"),
)
LDIF = (
    person_ldif("jana", ou=["Matrika", "Právní odbor"], employeeType="A115:CR22@588491", employeeNumber="2026-12-31")
    + person_ldif("petr", ou="Matrika", employeeNumber="31. 12. 2026")
    + person_ldif("nikdo")
)  # fmt: skip
JANA = Known(
    employed_until=date(2026, 12, 31),
    departments=("Matrika", "Právní odbor"),
    activity_roles=(ActivityRole(HULIN, "A115", "CR22"),),
)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    with slapd(tmp_path / "server", LDIF) as running:
        yield running


@pytest.fixture
def office(directory: Directory, tmp_path: Path) -> Iterator[Synced]:
    with synced(tmp_path / "replica", directory.settings(work=ASKED)) as made:
        made.full()
        yield made


async def known(office: Synced) -> dict[str, Known]:
    people = ReplicatedPeople(office.settings, DISTRICT, office.reading, now)
    return {one.login: one.work async for one in people.everybody()}


async def test_the_replica_and_a_sign_in_know_the_same_and_what_cannot_be_read_is_told(office: Synced):
    told: list[EntryUnusable] = []
    reader = DirectoryReader(office.settings, DISTRICT, report=told.append)
    try:
        live = {login: (await reader.named(login))[0].work for login in ("jana", "petr", "nikdo")}
    finally:
        reader.close()
    assert live == {"jana": JANA, "petr": Known(departments=("Matrika",)), "nikdo": NOTHING_KNOWN}
    assert await known(office) == live
    (unreadable,) = told
    assert isinstance(unreadable, FactUnreadable)
    assert (unreadable.dn, "employed_until is unknown" in unreadable.what) == (person_dn("petr"), True)


async def test_what_changes_in_the_directory_comes_over_and_touches_that_person(
    office: Synced, directory: Directory
):
    office.delta()
    with directory.as_root() as root:
        root.modify_s(person_dn("jana"), [(ldap.MOD_DELETE, "employeeType", None)])
        root.modify_s(person_dn("nikdo"), [(ldap.MOD_ADD, "employeeNumber", [b"20270131000000Z"])])
    touched = office.delta()
    assert touched is not None
    assert len(touched) == 2
    after = await known(office)
    assert after["jana"].activity_roles is None
    assert after["nikdo"] == Known(employed_until=date(2027, 1, 31))
