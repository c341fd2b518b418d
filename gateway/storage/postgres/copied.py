"""Rows in the text form of COPY (PostgreSQL's manual, "COPY", "Text Format"): made sooner than by the driver."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

ESCAPED = str.maketrans(
    {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
    | {"\0": "\N{REPLACEMENT CHARACTER}"}  # which no text of a server holds
)


def copied(rows: Iterable[Sequence[Any]]) -> bytes:
    """A line for each row. Raises UnicodeError, and TypeError for a value of a kind that has no form here."""
    return "".join([_line(row) for row in rows]).encode()


def _line(row: Sequence[Any]) -> str:
    fields = [
        value if type(value) is str and value.isprintable() and "\\" not in value else _form(value)
        for value in row
    ]
    return "\t".join(fields) + "\n"


def _form(value: object) -> str:
    for kind, form in FORMS:
        if isinstance(value, kind):
            return form(value)
    raise TypeError(f"{type(value).__name__} has no form in COPY; add it here, or insert such rows otherwise")


FORMS: Final[Sequence[tuple[type, Callable[[Any], str]]]] = (
    (bool, lambda value: "t" if value else "f"),  # before numbers, of which it is a kind
    (int, lambda value: f"{value:d}"),
    (bytes, lambda value: f"\\\\x{value.hex()}"),
    (str, lambda value: str(value).translate(ESCAPED)),
    (type(None), lambda _value: "\\N"),
)
