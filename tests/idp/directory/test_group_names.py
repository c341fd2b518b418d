"""Groups of a directory by name alone."""

from pathlib import Path

import pytest

from config.vocabulary import Role
from idp.directory.group_names import group_names
from tests.rig.slapd import GROUPS, municipality_ldif, person_ldif, role_ldif, slapd


@pytest.mark.real
def test_they_are_named_as_the_directory_writes_them(tmp_path: Path):
    people = person_ldif("novak.jan", password="heslo-jana-novaka")
    roles = "".join(role_ldif(Role.REGISTRAR, code, ["novak.jan"]) for code in ("588296", "588491"))
    units = municipality_ldif("588296") + municipality_ldif("588491")
    with slapd(tmp_path, people + units + roles) as directory:
        found = group_names(directory.settings(page_size=1))
    assert found == [f"cn=registrar,ou={code},{GROUPS}" for code in ("588296", "588491")]
