"""Takes the steps of a difference at a Keycloak, one call after the other. Blocks."""

from collections.abc import Mapping
from typing import Any

from keycloak import KeycloakAdmin

from idp.keycloak.difference import Act, Step, merged
from idp.keycloak.federation import TOP
from idp.keycloak.flow import PLACES, Execution, executions
from idp.keycloak.office import Office
from idp.keycloak.piece import GRANTS, Fields, Key, Kind, Pieces
from idp.keycloak.server import made
from idp.keycloak.standing import FEDERATION, MAPPERS, Standing
from idp.keycloak.ways import take_away

NOBODY: Fields = {"roles": []}


class Applying:
    """Of one run: identifiers of what was made are known to what is part of it."""

    def __init__(self, admin: KeycloakAdmin, office: Office, wanted: Pieces, standing: Standing) -> None:
        self._admin, self._office, self._wanted, self._standing = admin, office, wanted, standing
        self._ids = dict(standing.ids)
        self._client = Key(Kind.CLIENT, office.provider.client_id)

    def take(self, step: Step) -> None:
        {
            Kind.REALM: self._realm,
            Kind.FLOW: self._flow,
            Kind.ACTION: self._action,
            Kind.CLIENT: self._of_client,
            Kind.CLAIM: self._claim,
            Kind.ROLE: self._role,
            Kind.DIRECTORY: self._directory,
            Kind.MAPPER: self._mapper,
            Kind.FOLDER: self._folder,
            Kind.GROUP: self._group,
            **dict.fromkeys(GRANTS, self._grant),
        }[step.key.kind](step)

    def _fields(self, step: Step) -> dict[str, Any]:
        """Whole, as it is sent."""
        return merged(self._standing.pieces.get(step.key, {}), self._wanted[step.key])

    def _realm(self, step: Step) -> None:
        name, fields = self._office.realm.name, self._fields(step)
        if step.act is Act.ADD:
            made(lambda: self._admin.create_realm({"realm": name, "enabled": False}))
            self._standing.realm_id = self._admin.get_realm(name)["id"]
        self._admin.update_realm(name, fields | {"realm": name})

    def _action(self, step: Step) -> None:
        alias = step.key.name
        found = {one["alias"]: one for one in self._admin.get_required_actions()}
        self._admin.update_required_action(alias, merged(found[alias], self._wanted[step.key]))

    def _of_client(self, step: Step) -> None:
        name, fields = step.key.name, self._fields(step)
        if step.act is Act.ADD:
            made(lambda: self._admin.create_client({"clientId": name, "enabled": False}))
            self._ids[step.key] = str(self._admin.get_client_id(name))
        identifier = self._ids[step.key]
        self._admin.update_client(identifier, fields | {"clientId": name})
        for scope in self._admin.get_client_default_client_scopes(identifier):
            self._admin.delete_client_default_client_scope(identifier, scope["id"])
        for scope in self._admin.get_client_optional_client_scopes(identifier):
            self._admin.delete_client_optional_client_scope(identifier, scope["id"])
        if step.act is Act.ADD:  # what Keycloak puts there by itself is not ours
            for mapper in self._admin.get_mappers_from_client(identifier):
                self._admin.remove_client_mapper(identifier, mapper["id"])

    def _claim(self, step: Step) -> None:
        client = self._ids[self._client]
        if step.act is Act.REMOVE:
            self._admin.remove_client_mapper(client, self._ids[step.key])
        elif step.act is Act.ADD:
            self._admin.add_mapper_to_client(client, self._fields(step) | {"name": step.key.name})
        else:
            self._admin.update_client_mapper(client, self._ids[step.key], self._fields(step))

    def _role(self, step: Step) -> None:
        client, name = self._ids[self._client], step.key.name
        if step.act is Act.REMOVE:
            self._admin.delete_client_role(client, name)
        elif step.act is Act.ADD:
            self._admin.create_client_role(client, self._fields(step) | {"name": name}, skip_exists=True)
        else:
            composites = self._admin.get_role_composites_by_id(self._ids[step.key])
            if composites:
                self._admin.remove_composite_client_roles_from_role(client, name, composites)
            self._admin.update_client_role(client, name, self._fields(step) | {"name": name})

    def _directory(self, step: Step) -> None:
        fields = self._component(step, FEDERATION, self._standing.realm_id)
        if step.act is Act.CHANGE:
            self._admin.update_component(self._ids[step.key], fields)
            return
        self._ids[step.key] = self._admin.create_component(fields)
        for mapper in self._admin.get_components({"parent": self._ids[step.key], "type": MAPPERS}):
            self._admin.delete_component(mapper["id"])

    def _mapper(self, step: Step) -> None:
        if step.act is Act.REMOVE:
            self._admin.delete_component(self._ids[step.key])
            return
        parent = self._ids[Key(Kind.DIRECTORY, step.key.within)]
        fields = self._component(step, MAPPERS, parent)
        if step.act is Act.CHANGE:
            self._admin.update_component(self._ids[step.key], fields)
        else:
            self._admin.create_component(fields)

    def _component(self, step: Step, kind: str, parent: str) -> dict[str, Any]:
        fields = self._fields(step) | {"name": step.key.name, "providerType": kind, "parentId": parent}
        config = {name: _values(value) for name, value in fields["config"].items() if value is not None}
        return fields | {"config": config}

    def _folder(self, step: Step) -> None:
        top = self._ids[Key(Kind.FOLDER, TOP)] if step.key.within else None
        made(lambda: self._admin.create_group({"name": step.key.name}, parent=top))
        self._ids[step.key] = self._group_at([TOP, step.key.name] if top else [TOP])

    def _group_at(self, path: list[str]) -> str:
        return str(self._admin.get_group_by_path("/" + "/".join(path))["id"])

    def _group(self, step: Step) -> None:
        if step.act is Act.ADD:
            parent = self._ids[Key(Kind.FOLDER, step.key.within, TOP)]
            name = step.key.name
            made(lambda: self._admin.create_group({"name": name}, parent=parent))
            children = self._admin.get_group_children(parent, {"search": name, "exact": True})
            self._ids[step.key] = next(one["id"] for one in children if one["name"] == name)
        had = set(self._standing.pieces.get(step.key, NOBODY)["roles"])
        has = set(self._wanted.get(step.key, NOBODY)["roles"])
        group, client = self._ids[step.key], self._ids[self._client]
        if has - had:
            self._admin.assign_group_client_roles(group, client, self._roles(has - had))
        if had - has:
            self._admin.delete_group_client_roles(group, client, self._roles(had - has))

    def _roles(self, names: set[str]) -> list[Mapping[str, Any]]:
        client = self._ids[self._client]
        return [self._admin.get_client_role(client, name) for name in sorted(names)]

    def _grant(self, step: Step) -> None:
        fields, of = self._standing.pieces[step.key], self._ids[step.key]
        take_away(self._admin, self._ids[self._client], step.key, fields, of)

    def _flow(self, _step: Step) -> None:
        """In the place that nobody uses; then people are sent there, and the other place is emptied."""
        place = PLACES[0] if self._standing.flow != PLACES[0] else PLACES[1]
        self._without(place)
        build_flow(self._admin, place, executions(self._office))
        realm = self._admin.get_realm(self._office.realm.name)
        self._admin.update_realm(self._office.realm.name, realm | {"browserFlow": place})
        for other in PLACES:
            if other != place:
                self._without(other)

    def _without(self, place: str) -> None:
        for one in self._admin.get_authentication_flows():
            if one["alias"] == place:
                self._admin.delete_authentication_flow(one["id"])


def _values(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def build_flow(admin: KeycloakAdmin, place: str, steps: tuple[Execution, ...]) -> None:
    admin.create_authentication_flow(
        {
            "alias": place,
            "providerId": "basic-flow",
            "topLevel": True,
            "builtIn": False,
            "description": "Brána",
        }
    )
    within = [place]
    for step in steps:
        del within[step.depth + 1 :]
        parent = within[-1]
        if step.subflow is not None:
            alias = f"{place}-{step.subflow}"
            payload = {
                "alias": alias,
                "type": "basic-flow",
                "provider": "registration-page-form",
                "description": "",
            }
            admin.create_authentication_flow_subflow(payload, parent)
            within.append(alias)
        else:
            admin.create_authentication_flow_execution({"provider": step.what}, parent)
    laid = admin.get_authentication_flow_executions(place)
    for number, (one, step) in enumerate(zip(laid, steps, strict=True), 1):
        admin.update_authentication_flow_executions(one | {"requirement": step.requirement}, place)
        if step.config:
            config = {
                name: f"{place}-{value}" if name == "flow_to_check" else value for name, value in step.config
            }
            alias = f"{place}-{number}"
            admin.create_execution_config(one["id"], {"alias": alias, "config": config})
