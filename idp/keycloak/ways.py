"""Ways to roles of ours, at a Keycloak, that nobody configured: given by hand to a person or a group, held within
another role, by a group that everybody joins, by a directory of somebody else's. Blocks.

Of the members of a group that is ours nothing is known here: Keycloak does not say whose they are, the directory's or
somebody's.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from keycloak import KeycloakAdmin
from keycloak.exceptions import KeycloakDeleteError, KeycloakGetError, raise_error_from_response

from idp.keycloak.federation import TOP
from idp.keycloak.piece import Key, Kind

MOST = 100_000  # people with a role of their own
Found = tuple[Key, dict[str, Any], str]
"""What is taken away, and by which identifier Keycloak calls it."""


def given(
    admin: KeycloakAdmin, client: str, name: str, roles: Collection[str], groups: Collection[str]
) -> Iterator[Found]:
    """`client`: identifier of ours, which is called `name`; `roles`: those that are to be there; `groups`: identifiers
    of those whose roles are judged by themselves.
    """
    for role in admin.get_client_roles(client):
        if role["name"] not in roles:  # it goes, and with it whoever has it
            continue
        for person in admin.get_client_role_members(client, role["name"], max=MOST):
            yield (
                Key(Kind.GRANT, f"{role['name']} {person['username']}", name),
                {"role": role},
                person["id"],
            )
        for group in admin.get_client_role_groups(client, role["name"]):
            if group["id"] not in groups:
                key = Key(Kind.GROUP_GRANT, f"{role['name']} {group['path']}", name)
                yield key, {"role": role}, group["id"]
    yield from _within_others(admin, client, name, roles)
    for group in _joined(admin):
        if group["path"].startswith(f"/{TOP}/"):
            yield Key(Kind.JOINED, group["path"]), {}, group["id"]


def _within_others(admin: KeycloakAdmin, client: str, name: str, roles: Collection[str]) -> Iterator[Found]:
    """A role that holds others gives them: whoever may write one at all could give ours to everybody by it."""
    others: list[tuple[str, str, Mapping[str, Any]]] = [("", "", one) for one in admin.get_realm_roles()]
    for party in admin.get_clients():
        if party["id"] != client:
            called, of = party["clientId"], party["id"]
            others += [(f"{called} ", of, one) for one in admin.get_client_roles(of)]
    for called, of, outer in others:
        for role in admin.get_role_composites_by_id(outer["id"]) if outer.get("composite") else ():
            if role.get("containerId") == client and role["name"] in roles:
                key = Key(Kind.ROLE_GRANT, f"{role['name']} {called}{outer['name']}", name)
                yield key, {"role": role, "client": of, "outer": outer["name"]}, outer["id"]


def leads_to_ours(mapper: Mapping[str, Any], client: str) -> bool:
    """Whether a mapper of somebody else's directory names our client, a role of it, or a place among our groups."""
    values = (value for each in mapper.get("config", {}).values() for value in each)
    beginnings = (f"{client}.", f"/{TOP}/")
    return any(value in (client, f"/{TOP}") or value.startswith(beginnings) for value in values)


def _joined(admin: KeycloakAdmin) -> list[Any]:
    """Groups that everybody joins who is new."""
    answer = admin.connection.raw_get(_default_groups(admin))
    return list(raise_error_from_response(answer, KeycloakGetError))


def _default_groups(admin: KeycloakAdmin) -> str:
    return f"admin/realms/{admin.connection.realm_name}/default-groups"


def take_away(admin: KeycloakAdmin, client: str, key: Key, fields: Mapping[str, Any], of: str) -> None:
    """`of`: the identifier that was found with it."""
    role = fields.get("role")
    ways: dict[Kind, Callable[[], object]] = {
        Kind.GRANT: lambda: admin.delete_client_roles_of_user(of, client, [role]),
        Kind.GROUP_GRANT: lambda: admin.delete_group_client_roles(of, client, [role]),
        Kind.ROLE_GRANT: lambda: _apart(admin, fields),
        Kind.JOINED: lambda: raise_error_from_response(
            admin.connection.raw_delete(f"{_default_groups(admin)}/{of}"),
            KeycloakDeleteError,
            expected_codes=[204],
        ),
    }
    ways[key.kind]()


def _apart(admin: KeycloakAdmin, fields: Mapping[str, Any]) -> None:
    if fields["client"]:
        admin.remove_composite_client_roles_from_role(fields["client"], fields["outer"], [fields["role"]])
    else:
        admin.remove_composite_realm_roles_to_role(fields["outer"], [fields["role"]])
