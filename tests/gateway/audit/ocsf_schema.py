"""What the published schema says of the classes in use, by its facts in `tests/vectors/ocsf.json`."""

import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = json.loads((Path(__file__).parents[2] / "vectors/ocsf.json").read_text(encoding="utf-8"))
OPEN = {"object", "json_t"}
NUMBERS = {"integer_t", "long_t", "timestamp_t", "port_t"}


def faults(event: dict[str, Any]) -> list[str]:
    """Where an event is not as its class demands."""
    of = SCHEMA["classes"].get(str(event.get("class_uid")))
    if of is None:
        return ["class_uid: no class"]
    found = list(_faults(event, of, "", set(event["metadata"].get("profiles", []))))
    if event["type_uid"] != event["class_uid"] * 100 + event["activity_id"]:
        found.append("type_uid: not made of class and activity")
    if event["category_uid"] != event["class_uid"] // 1000:
        found.append("category_uid: not that of the class")
    return found


def _faults(value: dict[str, Any], of: dict[str, Any], at: str, profiles: set[str]) -> Iterator[str]:
    attributes = of["attributes"]
    for name in attributes:
        if attributes[name].get("required") and name not in value:
            yield f"{at}{name}: missing"
    for name, each in value.items():
        known = attributes.get(name)
        if known is None:
            yield f"{at}{name}: no such attribute"
        elif known.get("profile", "host") not in {*profiles, "host"} or (
            known.get("profile") and not profiles
        ):
            yield f"{at}{name}: of a profile that is not named"
        else:
            yield from _fault_of(each, known, f"{at}{name}", profiles)
    wanted = of.get("constraints", {})
    if (some := wanted.get("at_least_one")) and not set(some) & set(value):
        yield f"{at}: none of {some}"
    if (one := wanted.get("just_one")) and len(set(one) & set(value)) != 1:
        yield f"{at}: not one of {one}"


def _fault_of(value: Any, known: dict[str, Any], at: str, profiles: set[str]) -> Iterator[str]:
    if known.get("many"):
        if not isinstance(value, list):
            yield f"{at}: no list"
            return
        for one in value:
            yield from _fault_of(one, {**known, "many": False}, at, profiles)
        return
    if known["type"] in SCHEMA["objects"]:
        yield from _faults(value, SCHEMA["objects"][known["type"]], f"{at}.", profiles)
    else:
        yield from _fault_of_plain(value, known, at)


def _fault_of_plain(value: Any, known: dict[str, Any], at: str) -> Iterator[str]:
    kind = known["type"]
    if kind in NUMBERS:
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{at}: {value!r} is no number"
        elif "values" in known and value not in known["values"]:
            yield f"{at}: {value} is not among {known['values']}"
    elif kind == "boolean_t":
        if not isinstance(value, bool):
            yield f"{at}: {value!r} is neither true nor false"
    elif kind == "ip_t":
        ipaddress.ip_address(value)
    elif kind not in OPEN and not isinstance(value, str):
        yield f"{at}: {value!r} is no text"
