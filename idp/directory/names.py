"""Distinguished names by RFC 4514: escaping, and comparing, never more loosely than a server does."""

import re
import unicodedata
from collections.abc import Sequence

import ldap
import ldap.dn

from idp.directory.spelling import strictly

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

LATIN = re.compile(r"[\x00-\x7f\u00a0-\u0239\u0300-\u0333\u1e00-\u1ef9]*")
"""Letters and accents of Unicode 3, put together in one way ever since."""
SPACES = re.compile(" +")

CASE_IGNORED = frozenset({
    *("cn", "uid", "ou", "o", "dc", "c", "l", "st", "street", "sn", "givenname", "initials", "title", "name"),
    *("serialnumber", "displayname", "employeenumber", "mail"),
})  # fmt: skip
"""Types of attributes compared by caseIgnoreMatch or caseIgnoreIA5Match (RFC 4519, 2798, 4524). How any other is
compared nobody knows here (case matters in `krbPrincipalName`), so its values are taken as they are."""

EASY_RDN = r"(?:[cC][nN]|[uU][iI][dD]|[oO][uU]|[dD][cC]|[oO])=[A-Za-z0-9._@-]+(?: [A-Za-z0-9._@-]+)*"
EASY_NAME = re.compile(rf"{EASY_RDN}(?:,{EASY_RDN})*")
EASY_NAMES = re.compile(rf"{EASY_NAME.pattern}(?:\n{EASY_NAME.pattern})*")
"""Nearly all names are such: lower case is all that makes them comparable, ten times faster than parsing."""

Rdn = frozenset[tuple[str, str]]
Name = tuple[Rdn, ...]
"""A distinguished name in comparable form: attribute types in lower case, values `prepared`."""


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
    return tuple(frozenset(_compared(kind, value) for kind, value, _ in rdn) for rdn in parts)


def _needed(escape: re.Match[str]) -> str:
    r"""Samba writes a question mark as `\?`, which RFC 4514 has no rule for and libldap does not read."""
    return "?" if escape.group(1) == "?" else escape.group()


def prepared(value: str) -> str:
    """One text for spellings that every directory takes as one: letter case and runs of space are all that may differ.

    RFC 4518 takes more as one, and each server another part of it: what any server takes as two is two here.
    """
    return SPACES.sub(" ", strictly(value)).strip(" ") or value[:1]


def comparable(dn: str) -> str:
    """One text for every spelling of a name in an OpenLDAP: what `parsed` compares, written down, and letters with
    their accents as one sign, as it takes them too. NotAName as there.
    """
    if EASY_NAME.fullmatch(dn):
        return dn.lower()
    rdns = (sorted(f"{kind}={escaped(_composed(kind, value))}" for kind, value in rdn) for rdn in parsed(dn))
    return ",".join("+".join(rdn) for rdn in rdns)


def _composed(kind: str, value: str) -> str:
    composes = kind in CASE_IGNORED and not value.isascii() and LATIN.fullmatch(value)
    return unicodedata.normalize("NFC", value) if composes else value


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


def _compared(kind: str, value: str) -> tuple[str, str]:
    lowered = kind.lower()
    short = SHORT_NAMES.get(lowered, lowered)
    return short, prepared(value) if short in CASE_IGNORED else value
