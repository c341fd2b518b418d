"""Rows in the text form of COPY (PostgreSQL's manual, "COPY", "Text Format"): made sooner than by the driver."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

ESCAPED = str.maketrans(
    {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
    | {"\0": "\N{REPLACEMENT CHARACTER}"}  # which no text of a server holds
)


def copied(rows: Iterable[Sequence[Any]]) -> bytes:
    """A line for each row. Raises UnicodeError, and TypeError for a value of a kind that has no form here."""
    columns = map(_forms, zip(*rows, strict=True))  # a column at once: its values are of one kind
    lines = [*map("\t".join, zip(*columns, strict=True)), ""]
    return "\n".join(lines).encode()


def _forms(values: Sequence[Any]) -> Iterable[str]:
    kinds = set(map(type, values))
    if kinds == {str}:
        together = "".join(values)
        if together.isprintable() and "\\" not in together:
            return values
    return map(dict(FORMS).get(kinds.pop(), _form) if len(kinds) == 1 else _form, values)


def _form(value: object) -> str:
    for kind, form in FORMS:
        if isinstance(value, kind):
            return form(value)
    raise TypeError(f"{type(value).__name__} has no form in COPY; add it here, or insert such rows otherwise")


FORMS: Final[Sequence[tuple[type, Callable[[Any], str]]]] = (
    (bool, lambda value: "t" if value else "f"),  # before numbers, of which it is a kind
    (int, "{:d}".format),
    (bytes, lambda value: f"\\\\x{value.hex()}"),
    (str, lambda value: str(value).translate(ESCAPED)),
    (type(None), lambda _value: "\\N"),
)
