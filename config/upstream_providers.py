"""What types cannot say of other identity providers in front of ours."""

import re
from collections.abc import Iterator
from pathlib import Path

from config.address import split_address
from config.doubt import Finding
from config.settings import Settings, UpstreamProvider

HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9][0-9]{0,4})?\Z")
REALM = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\Z")


def secrets_of_upstream_providers(settings: Settings) -> dict[str, Path]:
    """Files that nobody else may read, by the setting that names each."""
    return _files(settings, ("client_secret_file", "key"))


def certificates_of_upstream_providers(settings: Settings) -> dict[str, Path]:
    return _files(settings, ("authority", "certificate"))


def _files(settings: Settings, names: tuple[str, ...]) -> dict[str, Path]:
    return {
        f"upstream_providers[{number}].{name}": file
        for number, one in enumerate(settings.upstream_providers)
        for name in names
        if (file := getattr(one, name)) is not None
    }


def upstream_provider_findings(settings: Settings) -> Iterator[Finding]:
    names, issuers, realms = set[str](), set[str](), dict[str, str]()
    for directory in settings.directories:
        realms |= {realm.lower(): f"the directory {directory.name!r}" for realm in directory.realms}
    for number, one in enumerate(settings.upstream_providers):
        at = f"upstream_providers[{number}]"
        if one.name in names:
            yield f"{at}.name", f"{one.name!r} is taken", "give each provider a name of its own"
        if one.issuer in issuers:  # whose a link is goes by the issuer
            yield f"{at}.issuer", f"{one.issuer!r} stands twice", "name each provider once"
        names.add(one.name)
        issuers.add(one.issuer)
        yield from _addresses(one, at)
        yield from _proof(one, at)
        if one.kind == "caais":
            yield from _caais(one, at)
        for realm in one.realms:
            if not REALM.match(realm):
                remedy = "write what stands behind `@`, in small letters, as `office.example`"
                yield f"{at}.realms", f"{realm!r} is not a realm", remedy
            elif realm in realms:
                remedy = "a user name leads to one place: take it out of one of them"
                yield f"{at}.realms", f"{realm!r} is a realm of {realms[realm]} already", remedy
            realms.setdefault(realm, f"the provider {one.name!r}")
        stated = [level.acr for level in one.levels]
        for acr in sorted({acr for acr in stated if stated.count(acr) > 1}):
            yield f"{at}.levels", f"{acr!r} stands twice", "say of each `acr` once what it counts for"


def _caais(one: UpstreamProvider, at: str) -> Iterator[Finding]:
    if one.certificate is None:
        yield f"{at}.kind", "CAAIS knows its clients by a certificate", "give `certificate` and `key`"
    if one.levels:
        yield f"{at}.levels", "CAAIS says no `acr`", "take them out: the own second factor is asked for"


def _addresses(one: UpstreamProvider, at: str) -> Iterator[Finding]:
    parts = split_address(one.issuer)
    plain = parts is not None and parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    if not plain or any(sign in one.issuer for sign in "?#") or one.issuer.endswith("/"):
        yield (
            f"{at}.issuer",
            f"{one.issuer!r} is not an https address without query, fragment and final slash",
            "write it as its metadata say it, as `https://sso.office.example/realms/office`",
        )
    for host in one.hosts:
        if not HOST.match(host):
            remedy = "write names in small letters, as `keys.provider.example`"
            yield f"{at}.hosts", f"{host!r} is not a host", remedy


def _proof(one: UpstreamProvider, at: str) -> Iterator[Finding]:
    if (one.certificate is None) != (one.key is None):
        yield at, "a certificate and its key belong together", "give `certificate` and `key`, or neither"
    if one.certificate is not None and one.client_secret_file is not None:
        remedy = "take out one of `client_secret_file` and `certificate`"
        yield at, "two ways of showing who we are", remedy
