"""An office directory with one person of every kind, and a reader of it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from config.settings import Directory as DirectorySettings
from config.vocabulary import Role
from idp.directory.errors import EntryUnusable
from idp.directory.reader import DirectoryReader
from tests.rig.slapd import (
    GROUPS,
    Directory,
    entry,
    municipality_ldif,
    person_dn,
    person_ldif,
    role_ldif,
    slapd,
)

PASSWORD = "správné-heslo-na-zkoušku"
HULIN, KROMERIZ = "588491", "588296"

PEOPLE = "".join((
    person_ldif("novakova.jana", password=PASSWORD),
    person_ldif("starosta", password=PASSWORD, name="Petr Dvořák"),
    person_ldif("bez.role", password=PASSWORD, name="Žofie Bez Role"),
    person_ldif("zamceny", password=PASSWORD, pwdAccountLockedTime="20260101000000Z"),
    person_ldif("vypnuty", password=PASSWORD, pwdAccountLockedTime="000001010000Z"),
    person_ldif("zmenit.heslo", password=PASSWORD, pwdReset="TRUE"),
    person_ldif("prosly", password=PASSWORD, objectClass=["inetOrgPerson", "shadowAccount"],
                shadowExpire="100"),
    person_ldif("dvojnik", password=PASSWORD),
    entry(f"cn=jiny dvojnik,{GROUPS.replace('groups', 'people')}", objectClass="inetOrgPerson", uid="dvojnik",
          cn="jiny dvojnik", sn="dvojnik", userPassword=PASSWORD),
    person_ldif("dve.prihlasovaci", password=PASSWORD, uid=["dve.prihlasovaci", "druha.prezdivka"]),
    person_ldif("bez.hesla"),
    municipality_ldif(HULIN),
    municipality_ldif(KROMERIZ),
    role_ldif(Role.REGISTRAR, HULIN, ["novakova.jana", "zamceny"]),
    role_ldif(Role.CLERK, HULIN, ["novakova.jana"]),
    role_ldif(Role.CLERK, KROMERIZ, ["novakova.jana", "starosta"]),
    role_ldif(Role.MAYOR, HULIN, ["starosta"]),
    entry(f"cn=unrelated,{GROUPS}", objectClass="groupOfNames", cn="unrelated", member=person_dn("bez.role")),
))  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with slapd(tmp_path_factory.mktemp("office"), PEOPLE) as directory:
        yield directory


@contextmanager
def reading(
    settings: DirectorySettings, reported: list[EntryUnusable] | None = None
) -> Iterator[DirectoryReader]:
    reader = DirectoryReader(settings, report=(reported if reported is not None else []).append)
    try:
        yield reader
    finally:
        reader.close()
