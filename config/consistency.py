"""What types cannot say: settings that contradict each other, or files that are not there."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from config.alerts import alert_findings
from config.applications import (
    application_findings,
    certificates_of_applications,
    secrets_of_applications,
)
from config.audit_receivers import (
    audit_receiver_findings,
    certificates_of_audit_receivers,
    secrets_of_audit_receivers,
)
from config.clients import client_findings, keys_of_clients, secrets_of_clients
from config.control_characters import control_characters
from config.deputies import deputy_findings
from config.directories import directory_findings, whole_district_findings
from config.district import District
from config.doubt import Finding, without_doubt
from config.durations import duration_findings
from config.files import file_fault, folder_fault
from config.fleet import fleet_findings
from config.guesses import guess_findings
from config.hosts import host_findings
from config.keycloak import keycloak_findings, secrets_of_keycloak
from config.listening import listening_findings
from config.named_networks import named_network_findings
from config.networks import proxy_findings
from config.personnel import personnel_findings
from config.places import place_findings
from config.receivers import authorities_of_receivers, receiver_findings, secrets_of_receivers
from config.requests import request_findings
from config.retention import retention_findings
from config.role_mappings import role_findings
from config.saml import certificates_of_service_providers, saml_findings
from config.settings import Settings
from config.shared_database import certificates_of_database, database_findings, secrets_of_database
from config.technical import files_of_technical_accounts, technical_findings
from config.tunnels import tunnel_findings
from config.upstream_providers import (
    certificates_of_upstream_providers,
    secrets_of_upstream_providers,
    upstream_provider_findings,
)
from config.witnesses import authorities_of_witnesses, witness_findings
from config.work import work_findings

OF_AN_EDGE = ("public.", "applications", "technical.")
LONGEST_SOCKET = 107  # bytes of a unix socket's path, unix(7)
LAST_SOCKET = Path("run/envoy-admin.sock")  # the longest name below the state directory


def inconsistencies(
    settings: Settings,
    district: District | None,
    doubtful: Collection[str] = (),
    written: Collection[str] = (),
) -> list[Finding]:
    """All of them at once, in the order of the checks; an empty list is a configuration that can start.

    `district`: None where it is not known. `doubtful`: paths of settings that hold stand-ins; what follows from
    one is not told. `written`: the paths that stand in the file.
    """
    limits = [f"directories[{number}].municipalities" for number in range(len(settings.directories))]
    checks = (
        ((), control_characters(settings)),
        ((), _files(settings)),
        ((), _office(settings, district)),
        (("facts", "sign_in", "grants", "keys", "requests"), duration_findings(settings, written)),
        ((), guess_findings(settings)),
        ((), fleet_findings(settings)),
        ((), proxy_findings(settings.public)),
        ((), directory_findings(settings, district)),
        (limits, whole_district_findings(settings)),
        (("public.address", "public.port", "metrics"), listening_findings(settings)),
        (("public.domain",), host_findings(settings, district)),
        ((), application_findings(settings, district)),
        ((), client_findings(settings)),
        ((), saml_findings(settings)),
        ((), upstream_provider_findings(settings)),
        (("upstream_providers",), keycloak_findings(settings)),
        ((), role_findings(settings, district)),
        ((), deputy_findings(settings, district)),
        (limits, work_findings(settings)),
        ((), place_findings(settings)),
        ((), named_network_findings(settings)),
        ((), receiver_findings(settings)),
        ((), audit_receiver_findings(settings)),
        ((), alert_findings(settings)),
        ((), witness_findings(settings)),
        ((), database_findings(settings)),
        ((), technical_findings(settings, district)),
        ((), personnel_findings(settings)),
        ((), tunnel_findings(settings, district)),
        (("requests", "applications"), request_findings(settings)),
        (("audit",), retention_findings(settings)),
    )
    return [one for rests_on, findings in checks for one in without_doubt(list(findings), rests_on, doubtful)]


def _office(settings: Settings, district: District | None) -> Iterator[Finding]:
    home = settings.office.municipality
    if district is not None and home is not None and home not in district:
        yield (
            "office.municipality",
            f"{home} is not in the district",
            f"use a code of {settings.office.district}",
        )


def _files(settings: Settings) -> Iterator[Finding]:
    secrets = (
        {
            "public.key": settings.public.key,
        }
        | {
            f"directories[{number}].bind_password_file": directory.bind_password_file
            for number, directory in enumerate(settings.directories)
        }
        | secrets_of_clients(settings)
    )
    readable = {
        "public.certificate": settings.public.certificate,
    } | {
        f"directories[{number}].authority": directory.authority
        for number, directory in enumerate(settings.directories)
    }
    secrets |= secrets_of_receivers(settings) | secrets_of_applications(settings)
    secrets |= secrets_of_database(settings) | secrets_of_audit_receivers(settings)
    readable |= authorities_of_receivers(settings) | certificates_of_applications(settings)
    readable |= certificates_of_database(settings) | certificates_of_audit_receivers(settings)
    secrets |= secrets_of_upstream_providers(settings) | secrets_of_keycloak(settings)
    readable |= certificates_of_upstream_providers(settings) | authorities_of_witnesses(settings)
    readable |= files_of_technical_accounts(settings) | keys_of_clients(settings)
    readable |= certificates_of_service_providers(settings)
    readable |= (
        {} if settings.countries.database is None else {"countries.database": settings.countries.database}
    )
    at_edge = settings.fleet is not None and not settings.fleet.decides
    if at_edge:  # it asks no directory and tells nobody, so that none of their secrets need lie there
        secrets = {at: file for at, file in secrets.items() if at.startswith(OF_AN_EDGE)}
        readable = {at: file for at, file in readable.items() if at.startswith(OF_AN_EDGE)}
    for at, file in (readable | secrets).items():
        if (fault := file_fault(file)) is not None:
            yield at, *fault
            continue
        if file.stat().st_mode & 0o077 and at in secrets:
            yield at, f"{file} can be read by other users", f"chmod 600 {file}"
        if not file.stat().st_size and at in secrets:  # an empty password binds as nobody, RFC 4513 §5.1.2
            yield at, f"{file} is empty", "write the secret into it"
    folders = {
        "policies.region": settings.policies.region,
        "policies.municipalities": settings.policies.municipalities,
    }
    for at, folder in () if at_edge else folders.items():
        if (fault := folder_fault(folder, "policies are files `*.cedar` in it")) is not None:
            yield at, *fault
    if len(os.fsencode(settings.state.directory / LAST_SOCKET)) > LONGEST_SOCKET:
        yield (
            "state.directory",
            f"{settings.state.directory} is too long a path for the sockets in it",
            f"choose a folder of at most {LONGEST_SOCKET - 1 - len(str(LAST_SOCKET))} characters",
        )
