"""What is wrong with the office directories and the roles they give, beyond types."""

from collections.abc import Iterator

from config.address import split_address
from config.district import District
from config.doubt import Finding
from config.settings import PLACEHOLDER, Directory, Settings
from config.vocabulary import MunicipalityCode


def directory_findings(settings: Settings, district: District | None) -> Iterator[Finding]:
    seen: set[str] = set()
    for at, directory in _each_directory(settings):
        if directory.name in seen:
            yield f"{at}.name", f"{directory.name!r} is another directory's name", "give each its own"
        seen.add(directory.name)
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
        for number, code in enumerate(directory.municipalities):
            if district is not None and code not in district:
                yield _outside(f"{at}.municipalities[{number}]", code, settings)


def _each_directory(settings: Settings) -> Iterator[tuple[str, Directory]]:
    for number, directory in enumerate(settings.directories):
        yield f"directories[{number}]", directory


def _outside(at: str, code: MunicipalityCode, settings: Settings) -> Finding:
    return at, f"{code} is not in the district", f"use codes of {settings.office.district}"


def role_findings(settings: Settings, district: District | None) -> Iterator[Finding]:
    for place, directory in _each_directory(settings):
        for number, mapping in enumerate(directory.roles):
            at = f"{place}.roles[{number}]"
            if (mapping.municipality is None) != (PLACEHOLDER in mapping.group):
                yield (
                    at,
                    "a role holds in one municipality",
                    f"give `municipality`, or {PLACEHOLDER} in `group`, not both or none",
                )
            code = mapping.municipality
            if code is None or district is None:
                continue
            if code not in district:
                yield _outside(f"{at}.municipality", code, settings)
            elif directory.municipalities and code not in directory.municipalities:
                yield (
                    f"{at}.municipality",
                    f"{directory.name} may not give roles in {code}",
                    f"add it to {place}.municipalities, or map the group elsewhere",
                )
