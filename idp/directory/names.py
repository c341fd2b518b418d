"""Distinguished names by RFC 4514: escaping, and comparing as LDAP compares."""

import re
import unicodedata
from collections.abc import Sequence

import ldap
import ldap.dn

SPECIAL = frozenset('\\,+"<>;=')
ESCAPED = re.compile(r"\\(?:[0-9A-Fa-f]{2}|(.))", re.DOTALL)

# RFC 4514 §3: short names every implementation must know, with their long forms
SHORT_NAMES = {
    "commonname": "cn",
    "localityname": "l",
    "stateorprovincename": "st",
    "organizationname": "o",
    "organizationalunitname": "ou",
    "countryname": "c",
    "streetaddress": "street",
    "domaincomponent": "dc",
    "userid": "uid",
}

EASY_RDN = r"(?:[cC][nN]|[uU][iI][dD]|[oO][uU]|[dD][cC]|[oO])=[A-Za-z0-9._@-]+(?: [A-Za-z0-9._@-]+)*"
EASY_NAME = re.compile(rf"{EASY_RDN}(?:,{EASY_RDN})*")
EASY_NAMES = re.compile(rf"{EASY_NAME.pattern}(?:\n{EASY_NAME.pattern})*")
"""Nearly all names are such: lower case is all that makes them comparable, ten times faster than parsing."""

Rdn = frozenset[tuple[str, str]]
Name = tuple[Rdn, ...]
"""A distinguished name in comparable form: attribute types in lower case, values prepared for matching."""


class NotAName(ValueError):
    """Text that is no distinguished name."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not a distinguished name (RFC 4514)")


def escaped(value: str) -> str:
    r"""Attribute value for a distinguished name (RFC 4514 §2.4): `OÚ #1, stavba` gives `OÚ #1\, stavba`."""
    text = "".join(
        f"\\{ord(letter):02x}" if letter < " " else f"\\{letter}" if letter in SPECIAL else letter
        for letter in value
    )
    if text.startswith((" ", "#")):
        text = f"\\{text}"
    if len(value) > 1 and value.endswith(" "):
        text = f"{text[:-1]}\\ "
    return text


def parsed(dn: str) -> Name:
    """`dn` in comparable form, leaf first; NotAName when it cannot be read."""
    try:
        parts = ldap.dn.str2dn(ESCAPED.sub(_needed, dn), ldap.DN_FORMAT_LDAPV3)
    except (ldap.LDAPError, UnicodeError, ValueError) as error:
        raise NotAName(dn) from error
    return tuple(frozenset((_type(kind), prepared(value)) for kind, value, _ in rdn) for rdn in parts)


def _needed(escape: re.Match[str]) -> str:
    r"""Samba writes a question mark as `\?`, which RFC 4514 has no rule for and libldap does not read."""
    return "?" if escape.group(1) == "?" else escape.group()


def prepared(value: str) -> str:
    """Value as caseIgnoreMatch sees it (RFC 4518): NFKC, case folded, runs of space as one, none at ends."""
    if value.isascii():
        return " ".join(value.lower().split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
    return " ".join(folded.split())


def comparable(dn: str) -> str:
    """One text for every spelling of a name: what `parsed` compares, written down. NotAName as there."""
    if EASY_NAME.fullmatch(dn):
        return dn.lower()
    rdns = (sorted(f"{kind}={escaped(value)}" for kind, value in rdn) for rdn in parsed(dn))
    return ",".join("+".join(rdn) for rdn in rdns)


def domain_of(dn: str) -> str:
    """The part of `dc=` at its end (RFC 2247), or the last part where it has none. Raises NotAName."""
    try:
        parts = ldap.dn.explode_dn(dn)
    except (ldap.LDAPError, UnicodeError, ValueError) as error:
        raise NotAName(dn) from error
    ends = [rdn for rdn in parts if rdn.lower().startswith(("dc=", "domaincomponent="))]
    return ",".join(ends or parts[-1:])


def all_comparable(names: Sequence[bytes]) -> list[str]:
    """The same of many names in UTF-8, as a group lists its members. Raises NotAName, UnicodeDecodeError."""
    text = b"\n".join(names).decode()
    if EASY_NAMES.fullmatch(text) and text.count("\n") == len(names) - 1:
        return text.lower().split("\n")
    return [comparable(name.decode()) for name in names]


def _type(kind: str) -> str:
    lowered = kind.lower()
    return SHORT_NAMES.get(lowered, lowered)
