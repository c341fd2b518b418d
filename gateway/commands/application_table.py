"""A table for one more application, written into the text of a configuration; nothing else of the text changes."""

import tomllib
from collections.abc import Sequence
from typing import Any

import click
import tomlkit

from config.asked_word import parts_of

WAYS = "read, write, sign, administer, or public"
FLAGS = ("websocket", "streaming")


def route(written: str) -> dict[str, Any]:
    """`ACTION[@name] [/path] [GET,POST] [websocket] [streaming]` → a table of `applications.routes`.

    Raises UsageError.
    """
    asked, *more = written.split() or [""]
    action, name = parts_of(asked)
    if not action or action.startswith("/"):
        raise click.UsageError(f"--route {written!r}: begins with what is asked for: {WAYS}")
    made: dict[str, Any] = {} if name is None else {"name": name}
    for word in more:
        if word.startswith("/"):
            made["path"] = word
        elif word in FLAGS:
            made[word] = True
        elif word.replace(",", "").isalpha() and word.isupper():
            made["methods"] = word.split(",")
        else:
            raise click.UsageError(
                f"--route {written!r}: {word!r} is no path (/…), no methods (GET,POST), not {' or '.join(FLAGS)}"
            )
    return made | ({"public": True} if action == "public" else {"action": action})


def with_application(text: str, table: dict[str, Any], routes: Sequence[dict[str, Any]]) -> str:
    """The new text. Raises UsageError where the file writes its applications in one line."""
    before = tomllib.loads(text)
    made = tomlkit.table()
    for name, value in table.items():
        made.add(name, _inline(value) if isinstance(value, dict) else value)
    rows = tomlkit.aot()
    for one in routes:
        rows.append(tomlkit.item(one))
    made.add("routes", rows)
    several = tomlkit.aot()
    several.append(made)
    block = tomlkit.dumps({"applications": several}).strip("\n")
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    after = f"{text}{gap}{block}\n"
    known = before.get("applications", [])
    try:
        read = tomllib.loads(after)
    except tomllib.TOMLDecodeError as error:
        raise click.UsageError(
            "the file writes `applications = [...]`; give each a heading [[applications]], then add this one"
        ) from error
    wanted = before | {"applications": [*known, table | {"routes": list(routes)}]}
    assert read == wanted, "nothing else may change"
    return after


def _inline(values: dict[str, Any]) -> Any:
    made = tomlkit.inline_table()
    made.update(values)
    return made
