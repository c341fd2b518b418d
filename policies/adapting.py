"""A case is made to expect what is decided now, in the text of its file. Nothing else of the text changes."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from policies.case_files import unwieldy
from policies.causes import Decided

EXPECTS = ("reason", "rule")
LINE = re.compile(rf"\s*(?:{'|'.join(EXPECTS)})\s*=")
HEADER = "[[case]]"


def adapted(text: str, name: str, now: Decided) -> str | None:
    """None where the case is not there, or is written so that it cannot be changed line by line: `facts` and names may
    be written in as many ways as TOML has. Which policy decides is said where it was.
    """
    if unwieldy(text) is not None:
        return None
    try:
        before = tomllib.loads(text)
        wanted = _with(before, name, now)
    except (tomllib.TOMLDecodeError, RecursionError, TypeError, AttributeError):
        return None
    if wanted is None:
        return None
    lines = text.split("\n")
    for start, line in enumerate(lines):
        if line.split("#")[0].strip() == HEADER:
            changed = _rewritten(lines, start, wanted)
            if _reads(changed) == _replaced(before, name, wanted):
                return changed
    return None


def _with(document: Mapping[str, Any], name: str, now: Decided) -> dict[str, Any] | None:
    for case in document.get("case", []):
        if case.get("name") == name:
            said = {key: value for key, value in case.items() if key not in EXPECTS}
            if now.rule and "rule" in case:
                said["rule"] = now.rule
            return said | ({"reason": now.reason} if now.reason else {})
    return None


def _replaced(document: Mapping[str, Any], name: str, wanted: dict[str, Any]) -> dict[str, Any]:
    cases = [wanted if case.get("name") == name else case for case in document["case"]]
    return {**document, "case": cases}


def _rewritten(lines: list[str], start: int, wanted: Mapping[str, Any]) -> str:
    end = next((at for at in range(start + 1, len(lines)) if lines[at].lstrip().startswith("[")), len(lines))
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    own = [line for line in lines[start:end] if not LINE.match(line)]
    said = [f'{key} = "{wanted[key]}"' for key in EXPECTS if key in wanted]
    return "\n".join([*lines[:start], *own, *said, *lines[end:]])


def _reads(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
