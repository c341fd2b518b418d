"""A real Active Directory domain controller for tests: `with samba(domain_tree, tmp_path) as domain: …`.

Its ports are fixed (389 and 636, so it takes root), hence each runs on an address of its own below 127.0.7.
Up in about a second.
"""

import random
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import ldap
import msgspec
from ldap import modlist

from config.settings import Directory as DirectorySettings
from config.settings import RoleMapping
from config.vocabulary import DirectoryName, Role
from gateway.demo.authority import Authority
from tests.rig.authority import make_authority, server_pair
from tests.rig.samba_tree import ADDRESSES, ADMINISTRATOR_PASSWORD, BASE, SYSTEM, copied

GUARD_PORT = 88  # Kerberos, which is not served here: whoever holds it owns the address
READY_WITHIN = 20.0  # seconds; a loaded machine needs more than the usual one

PEOPLE = f"OU=people,{BASE}"
GROUPS = f"OU=groups,{BASE}"
SERVICE = f"CN=brana,OU=services,{BASE}"
SERVICE_PASSWORD = "Sluzebni-heslo-Brany-1"
ROLES = [RoleMapping(group=f"CN={role.value},OU={{municipality}},{GROUPS}", role=role) for role in Role]


@dataclass(slots=True)
class Domain:
    """A running domain controller and everything needed to use it. `stop` and `start` keep the address."""

    address: str
    folder: Path
    authority: Path
    bind_password_file: Path
    options: Mapping[str, str] = field(repr=False)
    _child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"ldaps://{self.address}"

    @property
    def plain_url(self) -> str:
        """For StartTLS; binds without it are refused."""
        return f"ldap://{self.address}"

    def settings(self, **changes: Any) -> DirectorySettings:
        """Settings for this server, with quick time-outs."""
        made = usual_settings(self.url, self.authority, self.bind_password_file)
        return msgspec.structs.replace(made, **changes)

    def start(self) -> None:
        command = ["setpriv", "--pdeathsig", "KILL", "samba", "--interactive", "--model=single"]
        command += [f"--configfile={self.folder / 'etc/smb.conf'}"]
        command += [f"--option={name}={value}" for name, value in self.options.items()]
        with (self.folder / "samba.log").open("wb") as log:
            self._child = subprocess.Popen(
                command, env=SYSTEM, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + READY_WITHIN
        while not (_answers(self.address, 389) and _answers(self.address, 636)):
            if self._child.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"samba does not start: {(self.folder / 'samba.log').read_text()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """At once, as when the power fails."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    @contextmanager
    def as_administrator(self) -> Iterator["Administrator"]:
        with self.connected(f"CN=Administrator,CN=Users,{BASE}", ADMINISTRATOR_PASSWORD) as connection:
            yield Administrator(connection)

    @contextmanager
    def connected(self, dn: str, password: str) -> Iterator[Any]:
        """A python-ldap connection bound as `dn`."""
        connection = ldap.initialize(self.url)
        connection.set_option(ldap.OPT_REFERRALS, 0)
        connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(self.authority))
        connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        connection.simple_bind_s(dn, password)
        try:
            yield connection
        finally:
            connection.unbind_s()


def usual_settings(url: str, authority: Path, bind_password_file: Path) -> DirectorySettings:
    return DirectorySettings(
        name=DirectoryName("urad"),
        kind="active_directory",
        servers=[url],
        authority=authority,
        bind_dn=SERVICE,
        bind_password_file=bind_password_file,
        people_base=PEOPLE,
        groups_base=GROUPS,
        connections=2,
        connect_timeout=timedelta(seconds=2),
        operation_timeout=timedelta(seconds=10),
        roles=ROLES,
    )


@dataclass(frozen=True, slots=True)
class Administrator:
    """Whoever may change everything in the domain; `connection` is python-ldap's."""

    connection: Any

    def add(self, dn: str, **attributes: Any) -> None:
        self.connection.add_s(
            dn, modlist.addModlist({name: octets(value) for name, value in attributes.items()})
        )

    def change(self, dn: str, **attributes: Any) -> None:
        """Replace attributes; an empty list removes one."""
        changes = [
            (ldap.MOD_REPLACE, name.replace("_", "-"), octets(value)) for name, value in attributes.items()
        ]
        self.connection.modify_s(dn, changes)

    def read(self, dn: str, *attributes: str) -> dict[str, list[bytes]]:
        found: list[tuple[str, dict[str, list[bytes]]]] = self.connection.search_s(
            dn, ldap.SCOPE_BASE, attrlist=attributes
        )
        return found[0][1]


def octets(value: Any) -> list[bytes]:
    values = [value] if isinstance(value, str | bytes | int) else value
    return [each if isinstance(each, bytes) else str(each).encode() for each in values]


def quoted(password: str) -> bytes:
    """Value of `unicodePwd` ([MS-ADTS] 3.1.1.3.1.5.1)."""
    return f'"{password}"'.encode("utf-16-le")


@contextmanager
def samba(tree: Path, folder: Path, *, furnished: bool = False, replicates: bool = False) -> Iterator[Domain]:
    """A domain controller of a copy of `tree`, with units and a service account; ended on exit.

    `replicates`: others may join it and ask it for changes.
    """
    made = make_authority(folder / "tls", "Authority of the domain")
    copied(tree, folder / "dc")
    password_file = folder / "bind-password"
    password_file.touch(mode=0o600)
    password_file.write_text(SERVICE_PASSWORD + "\n")
    address, guard = own_address()
    with guard:
        options = options_of(folder / "dc", address, made, replicates=replicates)
        domain = Domain(address, folder / "dc", made.certificate, password_file, options)
        domain.start()
        try:
            if not furnished:
                _furnish(domain)
            yield domain
        finally:
            domain.stop()


def _furnish(domain: Domain) -> None:
    with domain.as_administrator() as root:
        for unit in ("people", "groups", "services"):
            root.add(f"OU={unit},{BASE}", objectClass="organizationalUnit")
        root.add(SERVICE, **account("brana", SERVICE_PASSWORD))


def account(login: str, password: str, **more: Any) -> dict[str, Any]:
    """Attributes of a user who may work."""
    return {
        "objectClass": "user",
        "sAMAccountName": login,
        "userAccountControl": 512,
        "unicodePwd": quoted(password),
    } | more


def options_of(tree: Path, address: str, authority: Authority, *, replicates: bool = False) -> dict[str, str]:
    """Everything of the controller stays in its folder and at its address; it serves LDAP alone, or to others too."""
    run = tree / "run"
    run.mkdir(exist_ok=True)
    pair = server_pair(authority, f"dc-{address}", [address])
    return {
        "tls certfile": str(pair.certificate),
        "tls keyfile": str(pair.key),
        "tls cafile": str(authority.certificate),
        "interfaces": f"{address}/8",
        "bind interfaces only": "yes",
        "server services": "ldap, rpc" if replicates else "ldap",
        "dcerpc endpoint servers": "epmapper, drsuapi" if replicates else "",
        "ldb:nosync": "yes",
        "lock directory": str(tree),
        "private dir": str(tree / "private"),
        "state directory": str(tree / "state"),
        "cache directory": str(run),
        "pid directory": str(run),
        "ncalrpc dir": str(run / "ncalrpc"),
        "winbindd socket directory": str(run / "winbindd"),
        "ntp signd socket directory": str(run / "ntp"),
        "binddns dir": str(run),
        "log file": str(run / "log.%m"),
    }


def own_address() -> tuple[str, socket.socket]:
    """An address that no other server of any test has, and the socket that keeps it ours."""
    for address in random.sample(ADDRESSES, len(ADDRESSES)):
        guard = socket.socket()
        try:
            guard.bind((address, GUARD_PORT))
        except PermissionError as error:
            guard.close()
            raise RuntimeError("a domain controller serves ports 389 and 636, which takes root") from error
        except OSError:
            guard.close()
            continue
        return address, guard
    raise RuntimeError("every address for domain controllers is in use; end what is left of other tests")


def _answers(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0
