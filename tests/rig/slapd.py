"""A real slapd for tests: `with slapd(tmp_path, person_ldif("novak.jan", password="…")) as directory: …`.

The tree has `ou=people`, `ou=groups` and a service account ready; the caller's LDIF adds people and groups.
"""

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import ldap
import ldap.dn
import msgspec

from config.settings import Directory as DirectorySettings
from config.settings import RoleMapping
from config.vocabulary import DirectoryName, Role
from gateway.demo.slapd import DirectoryPlan, Slapd, load, start
from tests.rig.authority import LOOPBACK, make_authority, server_pair

BASE = "dc=obec,dc=test"
PEOPLE = f"ou=people,{BASE}"
GROUPS = f"ou=groups,{BASE}"
SERVICE = f"cn=brana,ou=services,{BASE}"
SERVICE_PASSWORD = "sluzebni-heslo-brany"
ROOT_PASSWORD = "korenove-heslo-pro-testy"
ROLES = [RoleMapping(group=f"cn={role.value},ou={{municipality}},{GROUPS}", role=role) for role in Role]


def entry(dn: str, **attributes: str | Sequence[str]) -> str:
    """One LDIF record; values must be plain enough to stand after a colon (slapadd takes raw UTF-8)."""
    lines = [f"dn: {dn}"]
    for name, values in attributes.items():
        lines += [f"{name}: {value}" for value in ([values] if isinstance(values, str) else values)]
    return "\n".join(lines) + "\n\n"


SKELETON = "".join((
    entry(BASE, objectClass=["domain"], dc="obec"),
    *(
        entry(f"ou={unit},{BASE}", objectClass="organizationalUnit", ou=unit)
        for unit in ("people", "groups", "services", "policies")
    ),
    entry(SERVICE, objectClass=["applicationProcess", "simpleSecurityObject"], cn="brana",
          userPassword=SERVICE_PASSWORD),
    entry(f"cn=default,ou=policies,{BASE}", objectClass=["device", "pwdPolicy"], cn="default",
          pwdAttribute="userPassword", pwdLockout="TRUE", pwdMustChange="TRUE"),
))  # fmt: skip


def person_dn(login: str) -> str:
    return f"uid={ldap.dn.escape_dn_chars(login)},{PEOPLE}"


def person_ldif(
    login: str, *, password: str | None = None, name: str = "Jana Nováková", **more: str | Sequence[str]
) -> str:
    facts: dict[str, str | Sequence[str]] = {
        "objectClass": "inetOrgPerson",
        "uid": login,
        "cn": name,
        "displayName": name,
        "sn": name.rsplit(maxsplit=1)[-1],
        "mail": f"{login.split(maxsplit=1)[0]}@obec.test",
    }
    if password is not None:
        facts["userPassword"] = password
    return entry(person_dn(login), **(facts | more))


def municipality_ldif(code: str) -> str:
    return entry(f"ou={code},{GROUPS}", objectClass="organizationalUnit", ou=code)


def role_ldif(role: Role, code: str, logins: Iterable[str]) -> str:
    """Group of a role in a municipality whose unit exists (`municipality_ldif`)."""
    members = [person_dn(login) for login in logins]
    return entry(
        f"cn={role.value},ou={code},{GROUPS}", objectClass="groupOfNames", cn=role.value, member=members
    )


@dataclass(frozen=True, slots=True)
class Directory:
    """A running server and everything needed to use it."""

    server: Slapd
    authority: Path
    bind_password_file: Path
    base: str = BASE
    people_base: str = PEOPLE
    groups_base: str = GROUPS
    bind_dn: str = SERVICE

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def plain_url(self) -> str:
        return self.server.plain_url

    def stop(self) -> None:
        self.server.stop()

    def start(self) -> None:
        self.server.start()

    def reconfigure(self, *lines: str, dn: str = "olcDatabase={1}mdb,cn=config") -> None:
        """Change the configuration (lines of a `changetype: modify`), the database's by default; with a restart."""
        self.stop()
        text = "\n".join((f"dn: {dn}", "changetype: modify", *lines, ""))
        options = ["-F", str(self.server.plan.folder / "configuration"), "-n", "0"]
        subprocess.run(
            ["/usr/sbin/slapmodify", *options], input=text, text=True, check=True, capture_output=True
        )
        self.start()

    def settings(self, **changes: Any) -> DirectorySettings:
        """Settings for this server, with quick time-outs."""
        made = DirectorySettings(
            name=DirectoryName("urad"),
            servers=[self.url],
            authority=self.authority,
            bind_dn=self.bind_dn,
            bind_password_file=self.bind_password_file,
            people_base=self.people_base,
            groups_base=self.groups_base,
            connections=2,
            connect_timeout=timedelta(seconds=1),
            operation_timeout=timedelta(seconds=2),
            roles=ROLES,
        )
        return msgspec.structs.replace(made, **changes)

    def as_root(self) -> AbstractContextManager[Any]:
        return as_root(self.server, self.authority)


ANSWERS_WITHIN = 60.0  # seconds, on a loaded machine


@contextmanager
def as_root(server: Slapd, authority: Path) -> Iterator[Any]:
    """A python-ldap connection that may change everything."""
    connection = ldap.initialize(server.url)
    connection.set_option(ldap.OPT_TIMEOUT, ANSWERS_WITHIN)  # a call that waits for ever cannot be ended
    connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(authority))
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    connection.simple_bind_s(server.plan.root, server.plan.root_password)
    try:
        yield connection
    finally:
        connection.unbind_s()


@contextmanager
def slapd(
    folder: Path,
    ldif_text: str = "",
    *,
    names: Sequence[str] = LOOPBACK,
    skeleton: str = SKELETON,
    tells_changes: bool = True,
) -> Iterator[Directory]:
    """Server with the skeleton and `ldif_text`, on free ports, certified for `names`; ended on exit."""
    made = make_authority(folder / "tls")
    plan = DirectoryPlan(
        folder=folder / "slapd",
        suffix=BASE,
        authority=made.certificate,
        pair=server_pair(made, "slapd", names),
        reader=SERVICE,
        root_password=ROOT_PASSWORD,
        tells_changes=tells_changes,
    )
    load(plan, skeleton + ldif_text)
    password_file = folder / "bind-password"
    password_file.write_text(SERVICE_PASSWORD + "\n")
    server = start(plan)
    try:
        yield Directory(server, made.certificate, password_file)
    finally:
        server.stop()
