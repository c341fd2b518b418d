"""Office directories as the realm's user federation: read only, over TLS, each with mappers. Pure.

What Keycloak remembers of people would outlive what the directory says: nothing is kept (`NO_CACHE`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from config.settings import Directory
from idp.directory.kind import kind_of, login_attributes, number_attribute, people_filter
from idp.keycloak.client import NUMBER_ATTRIBUTE
from idp.keycloak.office import Office
from idp.keycloak.piece import Fields, Key, Kind

TOP = "brana"
"""Group below which groups of directories are, one for each of them."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What Keycloak calls things of a kind of directory."""

    vendor: str
    rdn: str
    people: str
    groups: str
    """Object classes, with commas."""
    name_of_group: str
    """Attribute that is another in each group: `cn` is the same in all municipalities."""
    membership: str


DIALECTS = {
    "openldap": Dialect(
        "other", "uid", "inetOrgPerson", "groupOfNames", "entryDN", "LOAD_GROUPS_BY_MEMBER_ATTRIBUTE"
    ),
    "active_directory": Dialect(
        "ad", "cn", "person, organizationalPerson, user", "group", "distinguishedName",
        "LOAD_GROUPS_BY_MEMBER_ATTRIBUTE_RECURSIVELY",
    ),
}  # fmt: skip
"""RFC 5020 (entryDN)."""


def path_of_groups(directory: Directory) -> str:
    return f"/{TOP}/{directory.name}"


def secret_servers(directory: Directory) -> list[str]:
    """Keycloak uses StartTLS with all servers or none: those over TLS from the start, if there are any."""
    return [one for one in directory.servers if one.startswith("ldaps:")] or list(directory.servers)


def federation(office: Office) -> Iterator[tuple[Key, Fields]]:
    for number, directory in enumerate(office.directories):
        yield Key(Kind.DIRECTORY, directory.name), _component(office, directory, number)
        for name, (provider, config) in _mappers(directory):
            fields = {"providerId": provider, "config": {key: [value] for key, value in config.items()}}
            yield Key(Kind.MAPPER, name, directory.name), fields


def _component(office: Office, directory: Directory, number: int) -> Fields:
    dialect, servers = DIALECTS[directory.kind], secret_servers(directory)
    config = {
        "enabled": "true",
        "priority": str(number),
        "editMode": "READ_ONLY",
        "importEnabled": "true",
        "syncRegistrations": "false",
        "trustEmail": "true",
        "vendor": dialect.vendor,
        "connectionUrl": " ".join(servers),
        "startTls": str(servers[0].startswith("ldap:")).lower(),
        "useTruststoreSpi": "always",
        "connectionPooling": "true",
        "connectionTimeout": str(int(directory.connect_timeout.total_seconds() * 1000)),
        "readTimeout": str(int(directory.operation_timeout.total_seconds() * 1000)),
        "authType": "simple",
        "bindDn": directory.bind_dn,
        "usersDn": directory.people_base,
        "searchScope": "2",
        "pagination": "true",
        "usernameLDAPAttribute": login_attributes(directory)[0],
        "rdnLDAPAttribute": dialect.rdn,
        "uuidLDAPAttribute": kind_of(directory).identity,
        "userObjectClasses": dialect.people,
        "customUserSearchFilter": str(people_filter(directory)),
        "validatePasswordPolicy": "false",
        "usePasswordModifyExtendedOp": "false",
        "allowKerberosAuthentication": "false",
        "fullSyncPeriod": "-1",
        "changedSyncPeriod": "-1",
        "cachePolicy": "NO_CACHE",
    }
    return {
        "providerId": "ldap",
        "config": {name: [value] for name, value in config.items()}
        | {"bindCredential": office.bind_passwords[directory.name]},
    }


def _mappers(directory: Directory) -> Iterator[tuple[str, tuple[str, dict[str, str]]]]:
    told = [
        ("login", login_attributes(directory)[0], "username"),
        ("mail", "mail", "email"),
        ("first name", "givenName", "firstName"),
        ("last name", "sn", "lastName"),
    ]
    if number := number_attribute(directory):
        told.append(("employee number", number, NUMBER_ATTRIBUTE))
    for name, attribute, model in told:
        yield (
            name,
            (
                "user-attribute-ldap-mapper",
                {
                    "ldap.attribute": attribute,
                    "user.model.attribute": model,
                    "read.only": "true",
                    "always.read.value.from.ldap": str(model != "username").lower(),
                    "is.mandatory.in.ldap": str(model == "username").lower(),
                },
            ),
        )
    yield "groups", ("group-ldap-mapper", _groups(directory))
    if directory.kind == "active_directory":  # or accounts that are disabled there could sign in
        yield "account", ("msad-user-account-control-mapper", {"always.read.enabled.value.from.ldap": "true"})


def _groups(directory: Directory) -> dict[str, str]:
    dialect = DIALECTS[directory.kind]
    return {
        "groups.dn": directory.groups_base,
        "groups.path": path_of_groups(directory),
        "group.name.ldap.attribute": dialect.name_of_group,
        "group.object.classes": dialect.groups,
        "preserve.group.inheritance": "false",
        "membership.ldap.attribute": "member",
        "membership.attribute.type": "DN",
        "membership.user.ldap.attribute": login_attributes(directory)[0],
        "mode": "READ_ONLY",
        "user.roles.retrieve.strategy": dialect.membership,
        "drop.non.existing.groups.during.sync": "false",
    }
