"""People in 500 groups, on both kinds of servers: no answer is cut, no role is lost, none is added."""

from pathlib import Path

import pytest

from config.settings import RoleMapping
from config.vocabulary import MunicipalityCode, Role
from idp.directory.person import Person, RoleHeld
from tests.rig import samba, slapd
from tests.rig.domain_office import PASSWORD
from tests.rig.office import reading

pytestmark = pytest.mark.real

GROUPS = 500
CODES = [f"{588_000 + number}" for number in range(GROUPS)]
ALL = tuple(RoleHeld(MunicipalityCode(code), Role.CLERK) for code in CODES)


async def test_a_person_in_500_groups_of_openldap_has_the_role_of_each(tmp_path: Path):
    groups = "".join(
        slapd.municipality_ldif(code) + slapd.role_ldif(Role.CLERK, code, ["jana"]) for code in CODES
    )
    text = (
        slapd.person_ldif("jana", password=PASSWORD) + slapd.person_ldif("petr", password=PASSWORD) + groups
    )
    with slapd.slapd(tmp_path, text) as directory, reading(directory.settings(page_size=100)) as reader:
        jana, petr = [await reader.authenticate(login, PASSWORD) for login in ("jana", "petr")]
    assert isinstance(jana, Person)
    assert isinstance(petr, Person)
    assert (jana.roles, petr.roles) == (ALL, ())


async def test_a_person_in_500_groups_of_active_directory_has_the_role_of_each(
    domain_tree: Path, tmp_path: Path
):
    with samba.samba(domain_tree, tmp_path) as domain:
        with domain.as_administrator() as root:
            for login in ("jana", "petr"):
                root.add(f"CN={login},{samba.PEOPLE}", **samba.account(login, PASSWORD))
            for code in CODES:
                root.add(f"CN=clerk-{code},{samba.GROUPS}", objectClass="group", sAMAccountName=f"clerk-{code}",
                         member=f"CN=jana,{samba.PEOPLE}")  # fmt: skip
        roles = [RoleMapping(group=f"CN=clerk-{{municipality}},{samba.GROUPS}", role=Role.CLERK)]
        with reading(domain.settings(roles=roles, page_size=100)) as reader:
            jana, petr = [await reader.authenticate(login, PASSWORD) for login in ("jana", "petr")]
    assert isinstance(jana, Person)
    assert isinstance(petr, Person)
    assert (jana.roles, petr.roles) == (ALL, ())
