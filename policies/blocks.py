"""A file of policies, or of their cases, as the pieces that people change one by one, each with its remarks. Pure.

Put together again they say what the file said; what cannot be taken apart is one piece.
"""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from policies.statements import annotated, split
from policies.texts import CASES, Texts

HEADER = re.compile(r"\s*\[\[(case|never)\]\]\s*(?:#.*)?")
APART = re.compile(r"\n[ \t]*\n")


class Sort(StrEnum):
    BEGINNING = "beginning"
    """Remarks above the first piece, that stand by themselves."""
    POLICY = "policy"
    UNNAMED = "unnamed"
    """A policy without an `@id`, known by its text."""
    CASE = "case"
    NEVER = "never"
    END = "end"
    """Remarks below the last piece."""
    WHOLE = "whole"
    """A file that cannot be taken apart."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """`number`: of several that are called the same, which is a fault, but one that a draft may have."""

    sort: Sort
    name: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    key: Key
    text: str


class NotTakenApart(ValueError):
    """Cases that are no TOML, or stand in it otherwise than one below the other."""


def blocks_of(name: str, text: str) -> list[Block]:
    """In their order. Raises NotTakenApart, for cases alone: any text can be cut into statements."""
    found = list(_cases(text) if name.endswith(CASES) else _policies(text))
    seen = Counter[tuple[Sort, str]]()
    blocks = []
    for key, own in found:
        blocks.append(Block(Key(key.sort, key.name, seen[key.sort, key.name]), own))
        seen[key.sort, key.name] += 1
    return blocks


def whole(text: str) -> list[Block]:
    return [Block(Key(Sort.WHOLE), text.strip("\n"))] if text.strip() else []


def pieces_of(texts: Texts) -> dict[Key, tuple[str, ...]]:
    """Of all files: whatever has a name by that name, in whichever file it stands, what has none by its file's."""
    pieces = defaultdict[Key, list[str]](list)
    for name, text in sorted(texts.items()):
        try:
            blocks = blocks_of(name, text)
        except NotTakenApart:
            blocks = whole(text)
        for one in blocks:
            key = one.key if one.key.name else Key(one.key.sort, name, one.key.number)
            pieces[key].append(one.text)
    return {key: tuple(found) for key, found in pieces.items()}


def put_together(texts: Sequence[str]) -> str:
    return "\n\n".join(texts) + "\n" if texts else ""


def _policies(text: str) -> Iterator[tuple[Key, str]]:
    lines = [0, *(found.end() for found in re.finditer("\n", text))]
    statements = list(split(text))
    end = 0
    for number, one in enumerate(statements):
        begin = lines[one.line - 1] + one.column - 1
        above, own = _remarks(text[end:begin], first=number == 0)
        end = begin + len(one.text)
        line = text.find("\n", end)
        beside = text[end : line if line >= 0 else len(text)]
        if beside.lstrip().startswith("//"):  # a remark behind it, on its line
            end += len(beside)
        else:
            beside = ""
        if above:
            yield Key(Sort.BEGINNING), above
        identifier = _id(one.text)
        key = Key(Sort.POLICY, identifier) if identifier else Key(Sort.UNNAMED, one.text)
        yield key, f"{own}{one.text}{beside}".strip("\n")
    if rest := text[end:].strip():
        yield Key(Sort.END if statements else Sort.BEGINNING), rest


def _remarks(gap: str, *, first: bool) -> tuple[str, str]:
    """What stands by itself above the first piece, and what belongs to the one that follows."""
    if not gap.strip():
        return "", ""
    if not first:
        return "", gap.lstrip("\n")
    parts = list(APART.finditer(gap))
    cut = parts[-1].end() if parts else 0
    return gap[:cut].strip(), gap[cut:].lstrip("\n")


def _id(statement: str) -> str:
    for _, said in annotated(statement, "id"):
        return said
    return ""


def _cases(text: str) -> Iterator[tuple[Key, str]]:
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise NotTakenApart from error
    lines = text.splitlines()
    begins = [_with_remarks(lines, at) for at, line in enumerate(lines) if HEADER.fullmatch(line)]
    above = "\n".join(lines[: begins[0]] if begins else lines).strip("\n")
    numbers = Counter[str]()
    for at, begin in enumerate(begins):
        own = "\n".join(lines[begin : begins[at + 1] if at + 1 < len(begins) else len(lines)]).strip("\n")
        if at == 0 and above:
            yield Key(Sort.BEGINNING), above
        yield _case(own, document, numbers), own
    if not begins and above:
        yield Key(Sort.BEGINNING), above
    if any(len(document.get(key, ())) != numbers[key] for key in ("case", "never")) or _says(above):
        raise NotTakenApart


def _case(own: str, document: dict[str, object], numbers: Counter[str]) -> Key:
    """Whether these lines by themselves are what was read there."""
    try:
        ((key, tables),) = tomllib.loads(own).items()
        (table,) = tables
        there = document[key]
        assert isinstance(there, list)
        same, name = table == there[numbers[key]], str(table.get("name", ""))
        sort = Sort(key)
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, AssertionError) as error:
        raise NotTakenApart from error
    if not same:
        raise NotTakenApart
    numbers[key] += 1
    return Key(sort, name)


def _says(above: str) -> bool:
    """More than remarks."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in above.splitlines())


def _with_remarks(lines: Sequence[str], at: int) -> int:
    while at > 0 and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at
