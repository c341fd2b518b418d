"""Records of the replica as its tables keep them."""

import hashlib
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from idp.directory.person import AccountFacts
from idp.directory.spelling import strictly
from idp.directory.sync.record import GroupRecord, PersonRecord
from idp.directory.sync.replica import Removal

_PLAIN = AccountFacts()
_Person = tuple[
    str, str, tuple[str, ...], str, str, AccountFacts | None, str, Mapping[str, tuple[str, ...]] | None
]
_Group = tuple[str, str]
_people: msgspec.json.Decoder[_Person] = msgspec.json.Decoder(_Person)
_groups: msgspec.json.Decoder[_Group] = msgspec.json.Decoder(_Group)
encode = msgspec.json.encode


def digest_of(key: str) -> bytes:
    """Of what memberships refer to. 128 bits: two keys with one digest are not to be found."""
    return hashlib.blake2b(key.encode(), digest_size=16).digest()


def octets_of(identity: str) -> bytes:
    return bytes.fromhex(identity.replace("-", ""))


def identity_of(octets: bytes) -> str:
    text = octets.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def person_row(one: PersonRecord) -> bytes:
    account = None if one.account == _PLAIN else one.account
    key = "" if one.key == one.identity else one.key
    return encode(
        (key, one.dn, one.logins, one.name, one.mail, account, one.primary_group, one.attributes or None)
    )


def person_of(octets: bytes, row: bytes) -> PersonRecord:
    key, dn, logins, name, mail, account, primary_group, attributes = _people.decode(row)
    identity = identity_of(octets)
    return PersonRecord(
        identity=identity,
        key=key or identity,
        dn=dn,
        logins=logins,
        name=name,
        mail=mail,
        account=account or _PLAIN,
        primary_group=primary_group,
        attributes=attributes or {},
    )


def group_row(one: GroupRecord) -> bytes:
    return encode(("" if one.key == one.identity else one.key, one.dn))


def group_of(octets: bytes, sid: str, row: bytes) -> GroupRecord:
    key, dn = _groups.decode(row)
    identity = identity_of(octets)
    return GroupRecord(identity=identity, key=key or identity, dn=dn, sid=sid)


def logins_of(one: PersonRecord) -> set[str]:
    """The comparable forms of names that should be one person's alone."""
    return {strictly(each) for each in one.logins}


def packed(nodes: Iterable[int]) -> bytes:
    """Ascending, without repetition."""
    numbers = array("I", sorted(set(nodes)))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def unpacked(row: bytes) -> Sequence[int]:
    numbers = array("I")
    numbers.frombytes(row)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def numbers_text(numbers: Sequence[int]) -> str:
    return encode(numbers).decode()


def numbers_of(text: str) -> list[int]:
    return msgspec.json.decode(text, type=list[int])


def removal_text(removal: Removal) -> str:
    return encode(removal).decode()


def removal_of(text: str) -> Removal:
    return msgspec.json.decode(text, type=Removal)
