"""The demo's directory as LDIF (RFC 2849) for slapadd: people, groups of roles, service account, policy."""

import base64
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from config.vocabulary import DirectoryName, MunicipalityCode, Role
from gateway.demo.work import SCHEMA_CLASS, attributes
from gateway.demo.world import DIRECTORY, OWN_DIRECTORY, Account
from idp.directory.names import escaped
from idp.directory.subject import directory_of, identity_of


@dataclass(frozen=True, slots=True)
class Tree:
    """Where things are in one directory: `dc={name},dc=test` and below."""

    name: DirectoryName

    @property
    def suffix(self) -> str:
        return f"dc={self.name},dc=test"

    @property
    def people(self) -> str:
        return f"ou=people,{self.suffix}"

    @property
    def groups(self) -> str:
        return f"ou=groups,{self.suffix}"

    @property
    def reader(self) -> str:
        return f"cn=brana,ou=services,{self.suffix}"

    @property
    def realm(self) -> str:
        return f"{self.name}.test"

    def group(self, role: str, municipality: str) -> str:
        return f"cn={role},ou={municipality},{self.groups}"


TOWN, VILLAGE = Tree(DIRECTORY), Tree(OWN_DIRECTORY)
SUFFIX, PEOPLE, GROUPS, READER = TOWN.suffix, TOWN.people, TOWN.groups, TOWN.reader

# low, for a quick first start (1 ms each): the passwords are drawn, 49 bits; no model for passwords people choose
ARGON2_MEMORY_KIB, ARGON2_PASSES = 1024, 2

Value = str | bytes
Attributes = Sequence[tuple[str, Value]]


def record(dn: str, attributes: Attributes) -> str:
    """One record; values that are not printable ASCII are in base64 (RFC 2849, stricter than SAFE-STRING)."""
    return "".join(line(name, value) for name, value in [("dn", dn), *attributes]) + "\n"


def line(name: str, value: Value) -> str:
    octets = value.encode() if isinstance(value, str) else value
    safe = all(32 <= octet < 127 for octet in octets)
    if safe and not octets.startswith((b" ", b":", b"<")) and not octets.endswith(b" "):
        return f"{name}: {octets.decode('ascii')}\n"
    return f"{name}:: {base64.b64encode(octets).decode('ascii')}\n"


def hashed(password: str) -> str:
    """`{ARGON2}` value for slapd's argon2 module (RFC 9106)."""
    kdf = Argon2id(
        salt=os.urandom(16), length=32, iterations=ARGON2_PASSES, lanes=1, memory_cost=ARGON2_MEMORY_KIB
    )
    return "{ARGON2}" + kdf.derive_phc_encoded(password.encode())


def person_dn(login: str, tree: Tree = TOWN) -> str:
    return f"uid={escaped(login)},{tree.people}"


def directory_text(
    everybody: Sequence[Account],
    titles: dict[MunicipalityCode, str],
    reader_password: str,
    tree: Tree = TOWN,
) -> str:
    """Everything slapadd needs for the people of that directory. `titles`: the municipalities' names, for their
    groups.
    """
    accounts = [one for one in everybody if directory_of(one.subject) == tree.name]
    with ThreadPoolExecutor(2) as threads:
        hashes = list(threads.map(hashed, [one.password for one in accounts]))
    people = (_person(one, secret, tree) for one, secret in zip(accounts, hashes, strict=True))
    return "".join([*_skeleton(reader_password, tree), *people, *_groups(accounts, titles, tree)])


def _skeleton(reader_password: str, tree: Tree) -> Iterator[str]:
    yield record(tree.suffix, [("objectClass", "domain"), ("dc", tree.name)])
    for unit in ("people", "groups", "services", "policies"):
        yield record(f"ou={unit},{tree.suffix}", [("objectClass", "organizationalUnit"), ("ou", unit)])
    yield record(
        tree.reader,
        [
            ("objectClass", "applicationProcess"),
            ("objectClass", "simpleSecurityObject"),
            ("cn", "brana"),
            ("userPassword", hashed(reader_password)),
        ],
    )
    yield record(
        f"cn=default,ou=policies,{tree.suffix}",
        [
            ("objectClass", "device"),
            ("objectClass", "pwdPolicy"),
            ("cn", "default"),
            ("pwdAttribute", "userPassword"),
            ("pwdLockout", "TRUE"),
            ("pwdMaxFailure", "10"),
            ("pwdFailureCountInterval", "1800"),
            ("pwdMustChange", "TRUE"),
        ],
    )


def _person(one: Account, secret: str, tree: Tree) -> str:
    facts: list[tuple[str, Value]] = [
        ("objectClass", "inetOrgPerson"),
        ("objectClass", SCHEMA_CLASS),
        ("uid", one.login),
        ("cn", one.name),
        ("displayName", one.name),
        ("givenName", one.given),
        ("sn", one.surname),
        ("mail", f"{one.login}@{tree.realm}"),
        ("entryUUID", identity_of(one.subject)),
        ("userPassword", secret),
        *attributes(one.login, [(held.municipality, held.role) for held in one.roles]),
    ]
    if one.disabled:
        facts.append(("pwdAccountLockedTime", "000001010000Z"))
    if one.must_change:
        facts.append(("pwdReset", "TRUE"))
    return record(person_dn(one.login, tree), facts)


def _groups(accounts: Iterable[Account], titles: dict[MunicipalityCode, str], tree: Tree) -> Iterator[str]:
    members: dict[tuple[MunicipalityCode, Role], list[str]] = defaultdict(list)
    for one in accounts:
        for held in one.roles:
            members[held.municipality, held.role].append(person_dn(one.login, tree))
    for code, title in sorted(titles.items()):
        unit = [("objectClass", "organizationalUnit"), ("ou", code), ("description", title)]
        yield record(f"ou={code},{tree.groups}", unit)
    for (code, role), names in sorted(members.items()):
        facts: list[tuple[str, Value]] = [("objectClass", "groupOfNames"), ("cn", role.value)]
        yield record(tree.group(role.value, code), [*facts, *(("member", name) for name in names)])
