"""A PostgreSQL server is reached over a unix socket, or over TLS whose authority is known."""

import re
from collections.abc import Iterator
from pathlib import Path

from config.doubt import Finding
from config.settings import Settings

AT = "state.database"
HOST = re.compile(r"(?:[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?\Z")
FOLDER = re.compile(r"/[^\s,]*\Z")


def secrets_of_database(settings: Settings) -> dict[str, Path]:
    """Files that nobody else may read, by the setting that names each."""
    server = settings.state.database
    files = {} if server is None else {"password_file": server.password_file, "key": server.key}
    return {f"{AT}.{at}": file for at, file in files.items() if file is not None}


def certificates_of_database(settings: Settings) -> dict[str, Path]:
    server = settings.state.database
    files = {} if server is None else {"authority": server.authority, "certificate": server.certificate}
    return {f"{AT}.{at}": file for at, file in files.items() if file is not None}


def database_findings(settings: Settings) -> Iterator[Finding]:
    server = settings.state.database
    if server is None:
        return
    for number, host in enumerate(server.hosts):
        if not (FOLDER if host.startswith("/") else HOST).match(host):
            yield (
                f"{AT}.hosts[{number}]",
                f"{host!r} is no host",
                "write `name:port`, or the folder of the server's unix socket",
            )
    if server.authority is None and not server.sockets_only():
        yield (
            f"{AT}.authority",
            "is missing: over a network anybody could pose as the server",
            "name the PEM file of who signed the servers' certificates",
        )
    if len({host.startswith("/") for host in server.hosts}) > 1:
        yield f"{AT}.hosts", "has hosts and sockets' folders", "write either; a socket leads to one machine"
    if server.password_file is not None and server.password_env is not None:
        yield f"{AT}.password_env", "stands beside password_file", "leave one of them out"
    if (server.certificate is None) is not (server.key is None):
        yield f"{AT}.key", "certificate and key go together", "name both files, or neither"
