from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import RoleMapping
from config.vocabulary import MunicipalityCode, Role
from idp.directory.entries import entry
from idp.directory.errors import EntryUnusable
from idp.directory.sync.active_directory_form import ActiveDirectoryForm, plain_name, security_identifier
from idp.directory.sync.active_directory_server import HEADER, NAME, STAMP, name_stamp
from tests.rig.samba import usual_settings

GUID, SID = (
    "89abcdef-0123-4567-89ab-cdef01234567",
    bytes.fromhex("010500000000000515000000010000000200000003000000f4010000"),
)

SETTINGS = usual_settings("ldaps://nobody.test", Path("/nowhere"), Path("/nowhere"))
OF_DEPARTMENT = RoleMapping(
    attribute="department", value="matrika", role=Role.REGISTRAR, municipality=MunicipalityCode("588491")
)


def test_a_security_identifier_is_written_as_windows_does():
    assert security_identifier(SID) == "S-1-5-21-1-2-3-500"


@given(st.binary(max_size=70))
def test_other_octets_are_no_security_identifier(octets: bytes):
    if len(octets) >= 8 and len(octets) == 8 + 4 * octets[1]:
        assert security_identifier(octets).startswith(f"S-{octets[0]}-")
    else:
        with pytest.raises(ValueError, match="security identifier"):
            security_identifier(octets)


@given(st.text(min_size=1))
def test_a_name_without_identities_stays_as_it_is(rest: str):
    assert plain_name(f"CN={rest}") == f"CN={rest}"
    assert plain_name(f"<GUID={GUID}>;<SID=S-1-5-21-1>;CN={rest}") == f"CN={rest}"
    assert plain_name(f"<GUID={GUID}>;CN={rest}") == f"CN={rest}"


def stamps(*numbers: tuple[int, int]) -> bytes:
    head = HEADER.pack(1, 0, len(numbers), 0)
    return head + b"".join(STAMP.pack(attribute, 1, 0, bytes(16), 7, ours) for attribute, ours in numbers)


def test_the_stamp_of_the_name_is_found_among_the_others():
    read = entry("OU=x", {"replPropertyMetaData": [stamps((3, 10), (NAME, 42), (13, 99))]})
    assert name_stamp(read) == 42


@given(st.binary(max_size=200))
def test_a_stamp_that_cannot_be_read_counts_as_new(octets: bytes):
    read = entry("OU=x", {"replPropertyMetaData": [octets]})
    assert name_stamp(read) >= 0
    assert name_stamp(entry("OU=x", {})) == 1 << 64
    assert name_stamp(entry("OU=x", {"replPropertyMetaData": [stamps((3, 10))]})) == 1 << 64


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"objectSid": []}, "objectSid"),
        ({"objectSid": [b"x"]}, "objectSid"),
        ({"objectSid": [SID, SID]}, "objectSid"),
        ({"objectGUID": []}, "objectGUID"),
        ({"member": [b"CN=plain,DC=x"]}, "objectGUID"),
    ],
)
def test_a_group_that_says_too_little_is_told(facts: dict[str, list[bytes]], what: str):
    whole = {"objectGUID": [bytes(16)], "objectSid": [SID], "member": [f"<GUID={GUID}>;CN=a".encode()]}
    form = ActiveDirectoryForm(SETTINGS)
    assert form.group(entry("CN=g", whole)).members == (GUID,)
    with pytest.raises(EntryUnusable, match=what):
        form.group(entry("CN=g", whole | facts))


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"primaryGroupID": []}, "primaryGroupID"),
        ({"objectSid": []}, "objectSid"),
        ({"sAMAccountName": []}, "sAMAccountName"),
        ({"displayName": [b"a", b"b"]}, "displayName"),
        ({"cn": [b"\xff"], "displayName": []}, "cn is not UTF-8"),
    ],
)
def test_a_person_who_says_too_little_or_too_much_is_told(facts: dict[str, list[bytes]], what: str):
    whole = {
        "objectGUID": [bytes(16)], "objectSid": [SID], "primaryGroupID": [b"513"],
        "sAMAccountName": [b"jana"], "userPrincipalName": [b"jana@obec.test"], "displayName": [b"Jana"],
        "cn;lang-cs": [b"Jana"], "department": [b"matrika"],
    }  # fmt: skip
    form = ActiveDirectoryForm(msgspec.structs.replace(SETTINGS, roles=[OF_DEPARTMENT]))
    person = form.person(entry("CN=Jana", whole))
    assert person.attributes == {"department": ("matrika",)}
    assert (person.logins, person.primary_group) == (("jana", "jana@obec.test"), "S-1-5-21-1-2-3-513")
    with pytest.raises(EntryUnusable, match=what):
        form.person(entry("CN=Jana", whole | facts))
