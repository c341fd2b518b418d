"""Roles of each municipality, and the groups of directories that give them. No question is asked of anybody.

Which group gives what is decided by the role mappings, as at our own sign-in. Those that look at something else than
groups have no counterpart in Keycloak; they are told, not guessed at.
"""

from collections.abc import Iterator

from config.district import District
from config.settings import Directory
from config.vocabulary import Language
from idp.directory.person import RoleHeld
from idp.directory.role_mapping import Evidence, RoleBook
from idp.keycloak.federation import TOP
from idp.keycloak.office import Office
from idp.keycloak.piece import Fields, Key, Kind


def role_name(held: RoleHeld) -> str:
    """As the token says it: `registrar@588296`."""
    return f"{held.role.value}@{held.municipality}"


def places(office: Office) -> Iterator[tuple[Key, Fields]]:
    """Client roles, and groups that have them."""
    given = {one.name: _given(office, one) for one in office.directories}
    client = office.provider.client_id
    every = sorted({held for groups in given.values() for roles in groups.values() for held in roles})
    for held in every:
        title = f"{held.role.title_in(Language.CZECH)}, {_place(office.district, held)}"
        yield Key(Kind.ROLE, role_name(held), client), {"description": title, "composite": False}
    yield Key(Kind.FOLDER, TOP), {}
    for name, groups in given.items():
        yield Key(Kind.FOLDER, name, TOP), {}
        for dn, roles in groups.items():
            yield Key(Kind.GROUP, dn, name), {"roles": [role_name(held) for held in roles]}


def left_out(directory: Directory) -> list[str]:
    """Settings of the directory that Keycloak cannot follow, each with what it says."""
    found = [
        f"directories[{directory.name}].roles[{number}]: {one.role.value} by {_by(one.unit, one.attribute)}"
        for number, one in enumerate(directory.roles)
        if one.group is None
    ]
    found += [
        f"directories[{directory.name}].deputies[{number}]: {one.person} in the place of {one.in_place_of}"
        for number, one in enumerate(directory.deputies)
    ]
    return found


def _by(unit: str | None, attribute: str | None) -> str:
    return f"unit {unit}" if unit else f"attribute {attribute}" if attribute else "person"


def _given(office: Office, directory: Directory) -> dict[str, tuple[RoleHeld, ...]]:
    book = RoleBook(directory, office.district)
    roles = {
        dn: book.roles(Evidence(dn="", login="", groups=[dn]), office.day)
        for dn in sorted(office.groups[directory.name])
    }
    return {dn: held for dn, held in roles.items() if held}


def _place(district: District, held: RoleHeld) -> str:
    return district.name(held.municipality)
