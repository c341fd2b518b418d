"""Names out of any letters, against real servers: whoever the server took in is found by that name, and nobody else.

The invariant is that of every look-up by a name that a stranger typed: escaping never lets a value become syntax.
"""

from collections.abc import Callable, Iterator
from typing import Any

import ldap
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from ldap import modlist

from idp.directory import filters, names
from tests.rig import samba, slapd
from tests.rig.domain_office import domain
from tests.rig.office import office

__all__ = ["domain", "office"]
pytestmark = pytest.mark.real

Add = Callable[[str], tuple[str, dict[str, Any]]]

SYNTAX = st.sampled_from("*()\\,+\"<>;=#/&|!~ :@'.-\u0301\u200b\u00a0ßŽŠáİıﬁ")
printable = st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"])
NAMES = st.text(SYNTAX | printable, min_size=1, max_size=40).filter(str.strip)
LITTLE_TIME = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def openldap(office: slapd.Directory) -> Iterator[Any]:
    with office.as_root() as line:
        yield line


@pytest.fixture(scope="module")
def active_directory(domain: samba.Domain) -> Iterator[Any]:
    with domain.as_administrator() as root:
        yield root.connection


NOT_TAKEN = (
    ldap.INVALID_SYNTAX,
    ldap.INVALID_DN_SYNTAX,
    ldap.NAMING_VIOLATION,
    ldap.ALREADY_EXISTS,
    ldap.CONSTRAINT_VIOLATION,
    ldap.OBJECT_CLASS_VIOLATION,
    ldap.OPERATIONS_ERROR,  # Samba of "\u00a0 ,"
)


def found_by_its_names(line: Any, base: str, dn: str, attributes: dict[str, Any], attribute: str) -> None:
    """The entry, if the server takes it, is found by DN and by filter, alone; it is removed again."""
    octets = {name: samba.octets(value) for name, value in attributes.items()}
    event("offered")
    try:
        line.add_s(dn, modlist.addModlist(octets))
    except NOT_TAKEN:
        return
    event("taken")
    try:
        (named,) = line.search_s(dn, ldap.SCOPE_BASE, attrlist=[attribute])
        kept = named[1][attribute][0].decode()
        where = filters.equal(attribute, kept)
        found = [entry for entry in line.search_s(base, ldap.SCOPE_SUBTREE, where) if entry[0] is not None]
        assert [names.parsed(each) for each, _ in found] == [names.parsed(dn)]
        assert found[0][1][attribute] == [kept.encode()]
    finally:
        line.delete_s(dn)


@given(NAMES)
@example("Nováková, Žaneta (OÚ #1)")
@example("#1")
@example(" mezera na obou stranách ")
@example("*)(objectClass=*")
@LITTLE_TIME
def test_any_name_that_openldap_takes_is_found_by_that_name_and_nothing_else(openldap: Any, name: str):
    dn = f"cn={names.escaped(name)},{slapd.PEOPLE}"
    facts = {"objectClass": "inetOrgPerson", "cn": name, "sn": "x", "uid": "pokus"}
    found_by_its_names(openldap, slapd.PEOPLE, dn, facts, "cn")


@given(NAMES)
@example("Nováková, Žaneta (OÚ #1)")
@example("#1")
@example(" mezera na obou stranách ")
@example("*)(objectClass=*")
@LITTLE_TIME
def test_any_name_that_active_directory_takes_is_found_by_that_name_and_nothing_else(
    active_directory: Any, name: str
):
    dn = f"CN={names.escaped(name)},{samba.PEOPLE}"
    facts = {"objectClass": "contact"}
    found_by_its_names(active_directory, samba.PEOPLE, dn, facts, "cn")


@given(NAMES)
@LITTLE_TIME
def test_a_filter_of_any_name_asks_for_nothing_else(openldap: Any, active_directory: Any, name: str):
    """Nobody is called so: a filter that let a star or a parenthesis through would find somebody."""
    for line, base in ((openldap, slapd.PEOPLE), (active_directory, samba.PEOPLE)):
        where = filters.equal("displayName", f"{name}\ufffd")
        assert [dn for dn, _ in line.search_s(base, ldap.SCOPE_SUBTREE, where) if dn is not None] == []


@given(NAMES)
@settings(LITTLE_TIME, max_examples=100)
def test_any_group_with_a_member_of_any_name_is_found_by_that_member(active_directory: Any, name: str):
    dn = f"CN={names.escaped(name)},{samba.PEOPLE}"
    group = f"CN=pokusná,{samba.GROUPS}"
    try:
        active_directory.add_s(dn, modlist.addModlist({"objectClass": [b"contact"]}))
    except NOT_TAKEN:
        return
    try:
        facts = {"objectClass": [b"group"], "member": [dn.encode()]}
        active_directory.add_s(group, modlist.addModlist(facts))
        where = filters.equal("member", dn)
        found = active_directory.search_s(samba.GROUPS, ldap.SCOPE_SUBTREE, where, ["member"])
        assert [each for each, _ in found if each is not None] == [group]
        assert names.parsed(found[0][1]["member"][0].decode()) == names.parsed(dn)
        active_directory.delete_s(group)
    finally:
        active_directory.delete_s(dn)
