r"""Texts that became something else on the way from the file: a backslash in double quotes is TOML's, not ours.

`"TOWN\brana"` is `TOWN`, a backspace and `rana` (TOML 1.0, "String").
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from config.doubt import Finding
from config.settings import Title
from config.settings.setting import fields_of

SINGLE_QUOTES = (
    "in double quotes a backslash begins a special character: use single quotes, or write it twice"
)


def control_characters(of: object, at: str = "") -> Iterator[Finding]:
    """In whatever is a name, path or address; what people read may have lines."""
    match of:
        case str() | Path():
            text = str(of)
            if not text.isprintable() and not all(map(_is_told, text)):
                yield at, f"{text!r} has a control character in it", SINGLE_QUOTES
        case None | bool() | int() | float() | Title():
            return
        case Struct():
            for one in fields_of(type(of)):
                yield from control_characters(getattr(of, one.name), f"{at}.{one.name}".lstrip("."))
        case list() | tuple():
            for number, item in enumerate(of):
                yield from control_characters(item, f"{at}[{number}]")
        case Mapping():
            for name, item in of.items():
                yield from control_characters(item, f"{at}.{name}")


def _is_told(sign: str) -> bool:
    return sign.isprintable() or (sign.isspace() and sign > " ")
