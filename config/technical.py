"""What is wrong with technical accounts, beyond types."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

from config.district import District
from config.doubt import Finding
from config.files import file_fault
from config.hosts import HOST, our_hosts
from config.settings import PLACEHOLDER, Settings, TechnicalAccount
from config.vocabulary import ADMINISTRATORS, TECHNICAL, Role

NEVER = ADMINISTRATORS | {Role.SECURITY_OFFICER, Role.AUDITOR}
"""Roles that only a person can answer for."""
LIST_BEGINS = b"-----BEGIN X509 CRL-----"  # RFC 7468 §6; Envoy reads nothing else


def technical_findings(settings: Settings, district: District | None) -> Iterator[Finding]:
    yield from _applications(settings)
    yield from _revocation_list(settings)
    taken: set[str] = set()
    owned: dict[str, str] = {}
    for number, account in enumerate(settings.technical_accounts):
        at = f"technical_accounts[{number}]"
        if account.id in taken:
            yield f"{at}.id", f"{account.id!r} is taken", "give each technical account an id of its own"
        if any(account.id == client.id for client in settings.oidc_clients):
            yield (
                f"{at}.id",
                f"{account.id!r} is a relying party's",
                "tell programs and relying parties apart",
            )
        taken.add(account.id)
        yield from _account(at, account, district)
        yield from _proof(at, account, settings, owned)
    for number, directory in enumerate(settings.directories):
        if directory.name == TECHNICAL:
            yield (
                f"directories[{number}].name",
                f"{TECHNICAL!r} is what technical accounts have",
                "choose another",
            )


def _revocation_list(settings: Settings) -> Iterator[Finding]:
    """One that is missing or may not be read is told with all other files."""
    file = None if settings.technical is None else settings.technical.revocation_list
    if file is not None and file_fault(file) is None and LIST_BEGINS not in file.read_bytes():
        yield (
            "technical.revocation_list",
            f"{file} holds no list in PEM",
            f"of one in DER make it so: `openssl crl -inform der -in {file} -out {file}.pem`",
        )


def _account(at: str, account: TechnicalAccount, district: District | None) -> Iterator[Finding]:
    for name in ("name", "owner"):
        if not getattr(account, name).strip():
            yield f"{at}.{name}", "is empty", "say which program it is, and who answers for it"
    for index, held in enumerate(account.roles):
        if district is not None and held.municipality not in district:
            yield (
                f"{at}.roles[{index}].municipality",
                f"{held.municipality} is not in the district",
                "use its code",
            )
        if held.role in NEVER:
            yield f"{at}.roles[{index}].role", f"no program is {held.role}", "choose a role of ordinary work"
    for index, one in enumerate(account.networks):
        try:
            ip_network(one)
        except ValueError:
            yield (
                f"{at}.networks[{index}]",
                f"{one!r} is not a network",
                "write for example `10.1.0.0/16`, its first address",
            )


def _proof(
    at: str, account: TechnicalAccount, settings: Settings, owned: dict[str, str]
) -> Iterator[Finding]:
    certificate = account.certificate
    if certificate is None and account.keys is None and not account.secret:
        yield (
            at,
            "nothing proves who it is",
            "give it `certificate` with `networks`, `keys`, or `secret = true`",
        )
    if certificate is None:
        return
    if not account.networks:
        yield f"{at}.networks", "a certificate alone opens nothing", "name the networks that it comes from"
    if settings.technical is None:
        yield f"{at}.certificate", "no authority is named", "add [technical] with `authority`"
    if not certificate.names and not certificate.thumbprints:
        yield f"{at}.certificate", "fits no certificate", "give `names` or `thumbprints`"
    for mark in (*certificate.names, *certificate.thumbprints):
        if owned.setdefault(mark.lower(), account.id) != account.id:
            yield (
                f"{at}.certificate",
                f"{mark!r} is {owned[mark.lower()]}'s already",
                "one certificate, one account",
            )


def _applications(settings: Settings) -> Iterator[Finding]:
    domain = settings.public.domain
    hosts = {one.host.lower() for one in settings.applications}
    hosts |= set(our_hosts(settings))
    for number, application in enumerate(settings.applications):
        at, host = f"applications[{number}].technical_host", application.technical_host
        if host is None:
            continue
        if not application.technical:
            yield at, "technical accounts may not use this application", "add `technical = true`"
        if settings.technical is None:
            yield at, "no authority of client certificates is named", "add [technical] with `authority`"
        if not HOST.match(host.replace(PLACEHOLDER, "0")) or not host.endswith(f".{domain}"):
            yield at, f"{host!r} is not a host below {domain}", f"write for example `api.{domain}`"
        elif host in hosts:
            yield (
                at,
                f"{host!r} is taken",
                "choose a host of its own: people are never asked for a certificate",
            )
        elif application.path != "/":
            yield (
                at,
                "applications that share a host have no host for certificates",
                "give it a host of its own",
            )
        elif (PLACEHOLDER in host) != (PLACEHOLDER in application.host):
            yield at, f"{PLACEHOLDER} stands in one of its hosts alone", "write it in both, or in neither"
        hosts.add(host)


def files_of_technical_accounts(settings: Settings) -> dict[str, Path]:
    """Public files that must be there, by the setting that names each."""
    files = {
        f"technical_accounts[{number}].keys": one.keys
        for number, one in enumerate(settings.technical_accounts)
        if one.keys is not None
    }
    if settings.technical is not None:
        files["technical.authority"] = settings.technical.authority
        if settings.technical.revocation_list is not None:
            files["technical.revocation_list"] = settings.technical.revocation_list
    return files
