"""Which attributes of a user are kept, what their paths are, and what they may be. Pure.

A personnel system knows far more of people (RFC 7643 §4.1); what nothing here rests on is taken no note of, so that it
need not be protected. All but `roles` has one value.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.unseen import is_seen
from gateway.personnel.refused import NotDone, Why

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LINK = "urn:brana:params:scim:schemas:extension:1.0:Link"
"""What the gateway says of a record: whether it is somebody's of the directory. Nobody writes it."""
LONGEST = 256  # characters of a value
SHOWN = 60  # characters of what was sent, in an answer
MOST = 50  # values of an attribute that has several
Value = str | bool | tuple[str, ...]
Values = Mapping[str, Value]
"""By `Attribute.field`."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """`path`: in the document, with the extension's name where it is of one."""

    field: str
    path: tuple[str, ...]
    kind: type[str] | type[bool] | type[tuple[str, ...]] = str
    """`tuple`: of several values, each with a `value`."""
    exact: bool = False
    """Whether letters' case makes a difference where it is compared (RFC 7643 §2.2)."""
    required: bool = False

    @property
    def name(self) -> str:
        """As entries of the log and answers call it."""
        return self.path[-1]


ATTRIBUTES = (
    Attribute("user_name", ("userName",), required=True),
    Attribute("external_id", ("externalId",), exact=True),
    Attribute("display_name", ("displayName",)),
    Attribute("formatted", ("name", "formatted")),
    Attribute("given_name", ("name", "givenName")),
    Attribute("family_name", ("name", "familyName")),
    Attribute("title", ("title",)),
    Attribute("active", ("active",), bool),
    Attribute("roles", ("roles",), tuple),
    Attribute("number", (ENTERPRISE, "employeeNumber")),
    Attribute("department", (ENTERPRISE, "department")),
)
BY_FIELD = {one.field: one for one in ATTRIBUTES}
NOTHING: Mapping[type, Value] = {bool: True, str: "", tuple: ()}
EMPTY: Values = {one.field: NOTHING[one.kind] for one in ATTRIBUTES}
READ_ONLY = frozenset({"id", "meta", "schemas", "groups", "password", LINK.lower()})
"""`password` among them: passwords are the directory's."""
NOT_KEPT = frozenset(
    {
        *(
            "nickname",
            "profileurl",
            "usertype",
            "preferredlanguage",
            "locale",
            "timezone",
            "emails",
            "phonenumbers",
        ),
        *("ims", "photos", "addresses", "entitlements", "x509certificates"),
        *("name.middlename", "name.honorificprefix", "name.honorificsuffix"),
        *(f"{ENTERPRISE.lower()}:{name}" for name in ("costcenter", "organization", "division", "manager")),
    }
)
"""Attributes of the standard that nothing here rests on."""
ONE = re.compile(r'\s*value\s+eq\s+"([^"\\]{1,256})"\s*\]', re.IGNORECASE)
FILTERED = re.compile(r"\[[^\]]{0,200}\]")  # which values of an attribute that has several


def _key(path: tuple[str, ...]) -> str:
    first, *rest = path
    return ":".join([first, *rest]).lower() if first == ENTERPRISE else ".".join(path).lower()


BY_KEY = {_key(one.path): one for one in ATTRIBUTES}
COMPLEX = {"name", ENTERPRISE.lower()}


def key_of(path: str) -> str:
    """A path as written, in the form in which paths are compared: names know no case, the core's own may be in full."""
    key = path.strip().lower()
    return key.removeprefix(f"{CORE.lower()}:")


def attribute_at(path: str) -> Attribute | None:
    """Of one that is kept; None of one that is not. Raises NotDone of others."""
    key = key_of(path)
    if (found := BY_KEY.get(key)) is not None:
        return found
    plain = FILTERED.sub("", key)
    head = plain.partition(".")[0] if not plain.startswith("urn:") else plain
    if plain in NOT_KEPT or head in NOT_KEPT or plain.startswith(f"{ENTERPRISE.lower()}:manager."):
        return None
    if plain in READ_ONLY or head in READ_ONLY or plain.startswith(f"{LINK.lower()}:"):
        raise NotDone(Why.READ_ONLY, path[:SHOWN])
    raise NotDone(Why.PATH, path[:SHOWN])


def said(path: str, value: object) -> Iterator[tuple[Attribute, Value]]:
    """What `value` at `path` says of what is kept; null says that there is none (RFC 7643 §2.5). Raises NotDone."""
    key = key_of(path)
    if key in COMPLEX:
        if value is None:
            value = dict.fromkeys(_names_below(key))
        if not isinstance(value, dict):
            raise NotDone(Why.VALUE, f"{path[:SHOWN]} has parts")
        separator = ":" if key.startswith("urn:") else "."
        for name, part in value.items():
            yield from said(f"{key}{separator}{name}", part)
        return
    attribute = attribute_at(path)
    if attribute is not None:
        yield attribute, _read(attribute, value)


def one_of(path: str) -> tuple[Attribute, str] | None:
    """Of a path that means one value: `roles[value eq "x"]`. Raises NotDone where it selects otherwise."""
    key, bracket, rest = path.strip().partition("[")
    attribute = BY_KEY.get(key_of(key))
    if not bracket or attribute is None or attribute.kind is not tuple:
        return None
    chosen = ONE.fullmatch(rest)
    if chosen is None:
        raise NotDone(Why.PATH, path[:SHOWN])
    return attribute, chosen[1]


def _names_below(key: str) -> list[str]:
    return [one.name for one in ATTRIBUTES if len(one.path) > 1 and one.path[0].lower() == key]


def emptied(attribute: Attribute) -> Value:
    """The value of one that is taken away. Raises NotDone where there must be one: nobody is active by an omission."""
    if attribute.required or attribute.kind is bool:
        raise NotDone(Why.VALUE, f"{attribute.name} must have a value")
    return NOTHING[attribute.kind]


def _read(attribute: Attribute, value: object) -> Value:
    if value is None:
        return emptied(attribute)
    if attribute.kind is bool:
        if isinstance(value, str) and value.lower() in ("true", "false"):  # as some clients write it
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise NotDone(Why.VALUE, f"{attribute.name} is true or false")
        return value
    if attribute.kind is tuple:
        return several(attribute, value)
    text = _text(attribute, value)
    if not text and attribute.required:
        return emptied(attribute)
    return text


def several(attribute: Attribute, value: object) -> tuple[str, ...]:
    """Each an object of which the `value` is kept, or the text alone, as some clients write it. Raises NotDone."""
    each = value if isinstance(value, list) else [value]
    if len(each) > MOST:
        raise NotDone(Why.VALUE, f"{attribute.name} has more than {MOST} values")
    texts = [_text(attribute, one.get("value") if isinstance(one, Mapping) else one) for one in each]
    return tuple(sorted({one for one in texts if one}))


def _text(attribute: Attribute, value: object) -> str:
    if not isinstance(value, str):
        raise NotDone(Why.VALUE, f"{attribute.name} is a text")
    text = value.strip()
    if len(text) > LONGEST:
        raise NotDone(Why.VALUE, f"{attribute.name} has more than {LONGEST} characters")
    if not is_seen(text):
        raise NotDone(Why.VALUE, f"{attribute.name} has characters that cannot be seen")
    return text
