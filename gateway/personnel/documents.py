"""A user as a personnel system writes it (RFC 7643 §4) and changes it (RFC 7644 §3.5.2). Pure.

Laws: what is said twice is what was said last; a change is made as a whole or not at all; nobody becomes active because
nothing was said of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.personnel.attributes import (
    ATTRIBUTES,
    BY_KEY,
    COMPLEX,
    CORE,
    EMPTY,
    ENTERPRISE,
    NOT_KEPT,
    READ_ONLY,
    SHOWN,
    Attribute,
    Value,
    Values,
    attribute_at,
    emptied,
    key_of,
    one_of,
    said,
    several,
)
from gateway.personnel.refused import NotDone, Why

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MOST_OPERATIONS = 50


def written(document: object, before: Values | None = None) -> Values:
    """What a whole document says: POST, or PUT in the place of `before`. What it does not say is empty, but whether
    somebody is active stays. Raises NotDone.
    """
    values: dict[str, Value] = dict(EMPTY)
    if before is not None:
        values["active"] = before["active"]
    for attribute, value in _whole(document):
        values[attribute.field] = value
    if not values["user_name"]:
        raise NotDone(Why.VALUE, "userName must have a value")
    return values


def patched(values: Values, message: object) -> Values:
    """After the operations of a message, in their order. Raises NotDone; then nothing has changed."""
    if not isinstance(message, Mapping) or PATCH not in _schemas(message):
        raise NotDone(Why.UNREADABLE, f"schemas must name {PATCH}")
    operations = next((value for name, value in message.items() if name.lower() == "operations"), None)
    if not isinstance(operations, list) or not 0 < len(operations) <= MOST_OPERATIONS:
        raise NotDone(Why.UNREADABLE, f"Operations are a list of 1 to {MOST_OPERATIONS}")
    made = dict(values)
    for one in operations:
        _apply(made, one)
    return made


def document_of(values: Values) -> dict[str, Any]:
    """What has a value, at its place."""
    made: dict[str, Any] = {}
    for one in ATTRIBUTES:
        if (value := values[one.field]) not in ("", ()):
            place = made
            for name in one.path[:-1]:
                place = place.setdefault(name, {})
            place[one.name] = [{"value": each} for each in value] if isinstance(value, tuple) else value
    return made


def _whole(document: object) -> Sequence[tuple[Attribute, Value]]:
    if not isinstance(document, Mapping) or CORE not in _schemas(document):
        raise NotDone(Why.UNREADABLE, f"schemas must name {CORE}")
    found: list[tuple[Attribute, Value]] = []
    for name, value in document.items():
        key = key_of(str(name))
        if key in READ_ONLY or key in NOT_KEPT:  # RFC 7644 §3.5.1: what is read-only is passed over
            continue
        if key.startswith("urn:") and key != ENTERPRISE.lower():  # an extension that we do not know
            continue
        found += said(str(name), value)
    return found


def _apply(values: dict[str, Value], operation: object) -> None:
    if not isinstance(operation, Mapping):
        raise NotDone(Why.UNREADABLE, "an operation is an object")
    parts = {str(name).lower(): value for name, value in operation.items()}
    kind, path = str(parts.get("op", "")).lower(), parts.get("path")
    if path is not None and not isinstance(path, str):
        raise NotDone(Why.PATH, "path is a text")
    if kind == "remove":
        _remove(values, path, parts.get("value"))
    elif kind in ("add", "replace"):
        if "value" not in parts:
            raise NotDone(Why.VALUE, f"{kind} needs a value")
        for attribute, value in _told(path, parts["value"]):
            values[attribute.field] = (
                _added(attribute, values[attribute.field], value) if kind == "add" else value
            )
    else:
        raise NotDone(Why.UNREADABLE, f"op is add, replace or remove, not {kind[:SHOWN]!r}")


def _told(path: str | None, value: object) -> Sequence[tuple[Attribute, Value]]:
    if path:
        return list(said(path, value))
    if not isinstance(value, Mapping):
        raise NotDone(Why.VALUE, "without a path the value is an object")
    return [one for name, part in value.items() for one in said(str(name), part)]


def _remove(values: dict[str, Value], path: str | None, value: object = None) -> None:
    """`value`: of an attribute that has several, those alone, as some clients write it."""
    if not path:
        raise NotDone(Why.NO_TARGET, "remove needs a path")
    if (chosen := one_of(path)) is not None:
        attribute, text = chosen
        _take(values, attribute, (text,))
        return
    if (of := BY_KEY.get(key_of(path))) is not None and of.kind is tuple and value is not None:
        for attribute, those in said(path, value):
            _take(values, attribute, those)
        return
    if key_of(path) in COMPLEX:
        for attribute, nothing in said(path, None):
            values[attribute.field] = nothing
        return
    if (one := attribute_at(path)) is not None:
        values[one.field] = emptied(one)


def _added(attribute: Attribute, before: Value, value: Value) -> Value:
    """Of an attribute that has several, to those that there are."""
    if isinstance(before, tuple) and isinstance(value, tuple):
        return several(attribute, [*before, *value])
    return value


def _take(values: dict[str, Value], attribute: Attribute, those: Value) -> None:
    before = values[attribute.field]
    gone = {one.casefold() for one in those} if isinstance(those, tuple) else set()
    if isinstance(before, tuple):
        values[attribute.field] = tuple(one for one in before if one.casefold() not in gone)


def _schemas(document: Mapping[Any, Any]) -> Sequence[object]:
    found = next((value for name, value in document.items() if str(name).lower() == "schemas"), None)
    return found if isinstance(found, list) else ()
