"""The demo's directory as LDIF (RFC 2849) for slapadd: people, groups of roles, service account, policy."""

import base64
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from config.vocabulary import MunicipalityCode, Role
from gateway.demo.world import Account
from idp.directory.names import escaped
from idp.directory.subject import identity_of

SUFFIX = "dc=kromeriz,dc=test"
PEOPLE = f"ou=people,{SUFFIX}"
GROUPS = f"ou=groups,{SUFFIX}"
READER = f"cn=brana,ou=services,{SUFFIX}"
GROUP_PATTERN = f"cn={{role}},ou={{municipality}},{GROUPS}"

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


def person_dn(login: str) -> str:
    return f"uid={escaped(login)},{PEOPLE}"


def group_dn(code: MunicipalityCode, role: Role) -> str:
    return GROUP_PATTERN.format(role=role.value, municipality=code)


def directory_text(
    accounts: Sequence[Account], titles: dict[MunicipalityCode, str], reader_password: str
) -> str:
    """Everything slapadd needs. `titles`: the municipalities' names, put on their groups."""
    with ThreadPoolExecutor(2) as threads:
        hashes = list(threads.map(hashed, [one.password for one in accounts]))
    people = (_person(one, secret) for one, secret in zip(accounts, hashes, strict=True))
    return "".join([*_skeleton(reader_password), *people, *_groups(accounts, titles)])


def _skeleton(reader_password: str) -> Iterator[str]:
    yield record(SUFFIX, [("objectClass", "domain"), ("dc", "kromeriz")])
    for unit in ("people", "groups", "services", "policies"):
        yield record(f"ou={unit},{SUFFIX}", [("objectClass", "organizationalUnit"), ("ou", unit)])
    yield record(
        READER,
        [
            ("objectClass", "applicationProcess"),
            ("objectClass", "simpleSecurityObject"),
            ("cn", "brana"),
            ("userPassword", hashed(reader_password)),
        ],
    )
    yield record(
        f"cn=default,ou=policies,{SUFFIX}",
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


def _person(one: Account, secret: str) -> str:
    facts: list[tuple[str, Value]] = [
        ("objectClass", "inetOrgPerson"),
        ("uid", one.login),
        ("cn", one.name),
        ("displayName", one.name),
        ("givenName", one.given),
        ("sn", one.surname),
        ("mail", f"{one.login}@kromeriz.test"),
        ("entryUUID", identity_of(one.subject)),
        ("userPassword", secret),
    ]
    if one.disabled:
        facts.append(("pwdAccountLockedTime", "000001010000Z"))
    return record(person_dn(one.login), facts)


def _groups(accounts: Iterable[Account], titles: dict[MunicipalityCode, str]) -> Iterator[str]:
    members: dict[tuple[MunicipalityCode, Role], list[str]] = defaultdict(list)
    for one in accounts:
        for held in one.roles:
            members[held.municipality, held.role].append(person_dn(one.login))
    for code, title in sorted(titles.items()):
        unit = [("objectClass", "organizationalUnit"), ("ou", code), ("description", title)]
        yield record(f"ou={code},{GROUPS}", unit)
    for (code, role), names in sorted(members.items()):
        facts: list[tuple[str, Value]] = [("objectClass", "groupOfNames"), ("cn", role.value)]
        yield record(group_dn(code, role), [*facts, *(("member", name) for name in names)])
