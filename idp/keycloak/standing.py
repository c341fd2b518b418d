"""What a Keycloak is like now: pieces that are ours or stand in their place, and by which identifiers it calls them.

Blocks. A password that the server keeps is never told, so it is tried: who signs in with it, has the right one.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from keycloak import KeycloakAdmin

from idp.keycloak.errors import KeycloakAmbiguous, KeycloakRefused
from idp.keycloak.federation import TOP
from idp.keycloak.flow import NAME, PLACES, SUBFLOW, Execution, told
from idp.keycloak.office import Office
from idp.keycloak.piece import Fields, Key, Kind, Secret
from idp.keycloak.places import places
from idp.keycloak.realm import ACTIONS
from idp.keycloak.server import found
from idp.keycloak.ways import given, leads_to_ours

FEDERATION = "org.keycloak.storage.UserStorageProvider"
MAPPERS = "org.keycloak.storage.ldap.mappers.LDAPStorageMapper"
MOST = 100_000  # groups of a directory
WORKS, HIDDEN = 204, "**********"

Progress = Callable[[str], None]


@dataclass(slots=True)
class Standing:
    pieces: dict[Key, dict[str, Any]] = field(default_factory=dict)
    ids: dict[Key, str] = field(default_factory=dict)
    realm_id: str = ""
    flow: str = ""
    """Alias of the flow that people of the realm sign in by."""

    def take(self, key: Key, fields: Mapping[str, Any], identifier: str = "") -> None:
        if key in self.pieces:
            hint = "remove one of them in Keycloak's administration, then run this again"
            raise KeycloakAmbiguous(f"{key.told} is there twice", hint)
        self.pieces[key] = dict(fields)
        self.ids[key] = identifier


def read(admin: KeycloakAdmin, office: Office, progress: Progress) -> Standing:
    """Raises what `server.told` translates, and KeycloakAmbiguous."""
    standing = Standing()
    progress("the realm")
    realm = found(lambda: admin.get_realm(office.realm.name))
    if realm is None:
        return standing
    if "id" not in realm:  # of a realm that one may not manage the name is told, and no more
        administrator = office.keycloak.administrator
        hint = (
            f"give the service account of {administrator!r} the role `admin`, or let it make the realm itself"
        )
        raise KeycloakRefused(f"{administrator!r} may not manage the realm {office.realm.name}", hint)
    standing.realm_id, standing.flow = realm["id"], realm.get("browserFlow", "")
    standing.take(Key(Kind.REALM, office.realm.name), realm)
    for action in admin.get_required_actions():
        if action["alias"] in ACTIONS:
            standing.take(Key(Kind.ACTION, action["alias"]), action)
    if standing.flow in PLACES:
        progress("the sign-in")
        standing.take(Key(Kind.FLOW, NAME), flow_of(admin, standing.flow))
    _client(admin, office, standing, progress)
    _directories(admin, office, standing, progress)
    _groups(admin, office, standing, progress)
    _ways(admin, office, standing, progress)
    return standing


def flow_of(admin: KeycloakAdmin, alias: str) -> Fields:
    """As it is compared. What is disabled does nothing, and counts as not there."""
    steps = []
    for one in admin.get_authentication_flow_executions(alias):
        config: Mapping[str, str] = {}
        if one.get("authenticationConfig"):
            config = admin.get_authenticator_config(one["authenticationConfig"]).get("config", {})
        if one.get("authenticationFlow"):
            what = SUBFLOW + one.get("displayName", "").removeprefix(f"{alias}-")
        else:
            what = one.get("providerId", "")
        plain = tuple((name, value.removeprefix(f"{alias}-")) for name, value in sorted(config.items()))
        steps.append(Execution(one["level"], what, one["requirement"], plain))
    return told(tuple(steps))


def _client(admin: KeycloakAdmin, office: Office, standing: Standing, progress: Progress) -> None:
    name = office.provider.client_id
    progress(f"the client {name}")
    identifier = admin.get_client_id(name)
    if identifier is None:
        return
    fields = admin.get_client(identifier)
    secret = admin.get_client_secrets(identifier).get("value")
    standing.take(Key(Kind.CLIENT, name), fields | {"secret": Secret(secret) if secret else None}, identifier)
    for mapper in admin.get_mappers_from_client(identifier):
        standing.take(Key(Kind.CLAIM, mapper["name"], name), mapper, mapper["id"])
    for role in admin.get_client_roles(identifier):
        standing.take(Key(Kind.ROLE, role["name"], name), role, role["id"])


def _directories(admin: KeycloakAdmin, office: Office, standing: Standing, progress: Progress) -> None:
    ours = {one.name for one in office.directories}
    for component in admin.get_components({"type": FEDERATION}):
        name = component["name"]
        if name not in ours:
            _elsewhere(admin, office, standing, component)
            continue
        progress(f"the directory {name}")
        fields = component | {"config": dict(component.get("config", {}))}
        fields["config"]["bindCredential"] = _password(admin, office, component)
        standing.take(Key(Kind.DIRECTORY, name), fields, component["id"])
        for mapper in admin.get_components({"parent": component["id"], "type": MAPPERS}):
            standing.take(Key(Kind.MAPPER, mapper["name"], name), mapper, mapper["id"])


def _elsewhere(
    admin: KeycloakAdmin, office: Office, standing: Standing, component: Mapping[str, Any]
) -> None:
    """A directory of somebody else's is theirs, but not what of it gives roles of ours."""
    for mapper in admin.get_components({"parent": component["id"], "type": MAPPERS}):
        if leads_to_ours(mapper, office.provider.client_id):
            standing.take(Key(Kind.MAPPER, mapper["name"], component["name"]), mapper, mapper["id"])


def _ways(admin: KeycloakAdmin, office: Office, standing: Standing, progress: Progress) -> None:
    name = office.provider.client_id
    client = standing.ids.get(Key(Kind.CLIENT, name))
    if client is None:
        return
    progress("other ways to roles")
    roles = {key.name for key, _ in places(office) if key.kind is Kind.ROLE}
    judged = {standing.ids[key] for key in standing.pieces if key.kind is Kind.GROUP}
    for key, fields, identifier in given(admin, client, name, roles, judged):
        standing.take(key, fields, identifier)


def _password(admin: KeycloakAdmin, office: Office, component: Mapping[str, Any]) -> Secret | None:
    """Ours, where the one that is kept there opens the directory; None where not, or where nobody can say."""
    config = {name: values[0] for name, values in component.get("config", {}).items() if values}
    directory = component["name"]
    tried = try_directory(admin, office, "testAuthentication", config, component["id"])
    return office.bind_passwords[directory] if tried else None


def try_directory(
    admin: KeycloakAdmin, office: Office, action: str, config: Mapping[str, str], component: str
) -> bool:
    """Whether the server reaches the directory (`testConnection`), or its password opens it (`testAuthentication`)."""
    asked = {
        "action": action,
        "componentId": component,
        "connectionUrl": config.get("connectionUrl", ""),
        "bindDn": config.get("bindDn", ""),
        "bindCredential": HIDDEN,
        "useTruststoreSpi": config.get("useTruststoreSpi", "always"),
        "startTls": config.get("startTls", "false"),
        "authType": config.get("authType", "simple"),
        "connectionTimeout": config.get("connectionTimeout", "3000"),
    }
    path = f"admin/realms/{office.realm.name}/testLDAPConnection"
    return admin.connection.raw_post(path, data=json.dumps(asked)).status_code == WORKS


def _groups(admin: KeycloakAdmin, office: Office, standing: Standing, progress: Progress) -> None:
    progress("groups")
    top = _only(_named(admin.get_groups({"search": TOP, "exact": True, "max": MOST}), TOP))
    if top is None:
        return
    standing.take(Key(Kind.FOLDER, TOP), {}, top["id"])
    children = list(_children(admin, top["id"]))
    for directory in office.directories:
        folder = _only(_named(children, directory.name))
        if folder is None:
            continue
        standing.take(Key(Kind.FOLDER, directory.name, TOP), {}, folder["id"])
        for group in _children(admin, folder["id"]):
            roles = group.get("clientRoles", {}).get(office.provider.client_id, [])
            standing.take(Key(Kind.GROUP, group["name"], directory.name), {"roles": roles}, group["id"])


def _children(admin: KeycloakAdmin, group: str) -> Iterator[Mapping[str, Any]]:
    yield from admin.get_group_children(group, {"briefRepresentation": False, "max": MOST})


def _named(groups: Iterable[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    return [one for one in groups if one["name"] == name]


def _only(groups: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return groups[0] if groups else None
