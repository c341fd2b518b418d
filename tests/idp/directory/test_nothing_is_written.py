"""The office's directory stays as it was, whatever is done with it but the change of a password."""

from pathlib import Path

import ldap
import pytest

from idp.directory.person import Person
from idp.directory.reader import DirectoryReader
from tests.rig.slapd import BASE, Directory, person_ldif, slapd
from tests.rig.synced import synced

pytestmark = pytest.mark.real
RIGHT = "spravne-heslo-4271"


def last_change(directory: Directory) -> list[bytes]:
    """Of the whole tree, as OpenLDAP itself notes it."""
    with directory.as_root() as root:
        found = root.search_s(BASE, ldap.SCOPE_BASE, attrlist=["contextCSN"])
    return list(found[0][1]["contextCSN"])


async def test_reading_signing_in_and_syncing_write_nothing_into_openldap(tmp_path: Path) -> None:
    with (
        slapd(tmp_path, person_ldif("jana", password=RIGHT)) as directory,
        synced(tmp_path / "replica", directory.settings()) as office,
    ):
        before, reader = last_change(directory), DirectoryReader(directory.settings())
        try:
            assert isinstance(await reader.authenticate("jana", RIGHT), Person)
            assert await reader.people([]) == {}
            assert office.full() is None
            office.delta()
        finally:
            reader.close()
        assert last_change(directory) == before
        with directory.as_root() as root:  # what it would look like if something had been written
            root.modify_s(f"uid=jana,{directory.people_base}", [(ldap.MOD_ADD, "description", [b"x"])])
        assert last_change(directory) != before
