"""What is wrong with the office directories, beyond types."""

import re
from collections.abc import Iterator

from config.address import split_address
from config.district import District
from config.doubt import Finding
from config.role_mappings import outside
from config.settings import Directory, Settings

REALM = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\Z")


def directory_findings(settings: Settings, district: District | None) -> Iterator[Finding]:
    names: set[str] = set()
    realms: dict[str, str] = {}
    for number, directory in enumerate(settings.directories):
        at = f"directories[{number}]"
        if directory.name in names:
            yield f"{at}.name", f"{directory.name!r} is another directory's name", "give each its own"
        names.add(directory.name)
        yield from _servers(at, directory)
        yield from _logins(at, directory)
        yield from _realms(at, directory, realms)
        for place, code in enumerate(directory.municipalities):
            if district is not None and district.code_of(code) is None:
                yield outside(f"{at}.municipalities[{place}]", code, district, settings)


def whole_district_findings(settings: Settings) -> Iterator[Finding]:
    """One directory speaks for the whole district at most: else that of a municipality would give roles in all."""
    unlimited = [number for number, one in enumerate(settings.directories) if not one.municipalities]
    for number in unlimited[1:]:
        first, name = (settings.directories[one].name for one in (unlimited[0], number))
        yield (
            f"directories[{number}].municipalities",
            f"{name} may give roles in the whole district, as {first} may: neither names its municipalities",
            "name in `municipalities` those that this directory speaks for; one directory at most may leave it out",
        )


def _servers(at: str, directory: Directory) -> Iterator[Finding]:
    for number, server in enumerate(directory.servers):
        parts = split_address(server)
        if (
            parts is None
            or parts.scheme not in ("ldaps", "ldap")
            or not parts.hostname
            or parts.path not in ("", "/")
        ):
            yield (
                f"{at}.servers[{number}]",
                f"{server!r} is not the address of a directory server",
                "write for example `ldaps://ldap.office.example:636`",
            )


def _logins(at: str, directory: Directory) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, attribute in enumerate(directory.login_attributes):
        if attribute.casefold() in seen:
            yield f"{at}.login_attributes[{number}]", f"{attribute!r} is named already", "delete it here"
        seen.add(attribute.casefold())


def _realms(at: str, directory: Directory, taken: dict[str, str]) -> Iterator[Finding]:
    """Whoever could claim another's realm would be given the passwords of its people."""
    for number, realm in enumerate(directory.realms):
        where = f"{at}.realms[{number}]"
        if not REALM.match(realm):
            yield (
                where,
                f"{realm!r} is not a realm",
                "write what stands behind `@`, in lower case: `town.example`",
            )
        elif realm in taken:
            yield where, f"{realm} is a realm of {taken[realm]} already", "a realm belongs to one directory"
        else:
            taken[realm] = directory.name
