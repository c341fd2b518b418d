"""Tables of TOML → typed settings, with every fault of types at once.

What is wrong or missing is replaced by a stand-in and its path kept as doubtful, so that everything else can
be looked at too; nothing may be concluded from a stand-in.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import msgspec

from config.doubt import Finding
from config.duration import parse_duration
from config.expected import bare, expectation, is_table, near, table_in, words
from config.settings import Settings
from config.settings.setting import fields_of

EXAMPLE = "config/examples/embedded.toml explains every setting"
FileName = Annotated[str, msgspec.Meta(pattern=r"\A[^\0]+\Z")]
LONGEST_QUOTED = 60  # characters of a wrong value that are repeated


Kind = TypeVar("Kind", bound=msgspec.Struct)


@dataclass(slots=True)
class Typing:
    """`folder`: where relative paths start."""

    folder: Path
    findings: list[Finding] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    meant: dict[str, str] = field(default_factory=dict)
    """Path as written → path as it was meant, where a name is misspelt: its value counts nevertheless."""

    def settings(self, raw: dict[str, Any]) -> Settings:
        made = self._table(raw, Settings, "")
        assert isinstance(made, Settings)
        return made

    def _complain(self, at: str, what: str, remedy: str) -> None:
        self.findings.append((at, what, remedy))
        self.doubtful.add(at)

    def _value(self, raw: Any, kind: Any, at: str) -> Any:
        inner = bare(kind)
        if is_table(inner) and isinstance(raw, dict):
            return self._table(raw, inner, at)
        if get_origin(inner) is list and isinstance(raw, list) and (raw or _fits(raw, kind)):
            (item, *_) = get_args(inner)
            return [self._value(one, item, f"{at}[{index}]") for index, one in enumerate(raw)]
        try:
            return self._leaf(raw, kind)
        except msgspec.ValidationError:
            self._complain(at, f"must be {expectation(kind)}, not {_quoted(raw)}", _remedy(raw, kind))
        except ValueError as error:
            self._complain(at, str(error), EXAMPLE)
        return stand_in(kind)

    def _leaf(self, raw: Any, kind: Any) -> Any:
        """Raises ValidationError, or ValueError whose message says all."""
        inner = bare(kind)
        if inner is timedelta:
            return parse_duration(str(raw))
        if inner is Path:
            written = msgspec.convert(raw, FileName)
            return self.folder / written
        if is_table(inner) or get_origin(inner) is list:
            raise msgspec.ValidationError
        return msgspec.convert(raw, kind)

    def _table(self, raw: dict[str, Any], kind: type[msgspec.Struct], at: str) -> msgspec.Struct:
        fields = {one.encode_name: one for one in fields_of(kind)}
        values: dict[str, Any] = {}
        for key, one in raw.items():
            name = key if key in fields else near(key, [name for name in fields if name not in raw])
            place = f"{at}.{key}".lstrip(".")
            if key not in fields:
                what = "section" if isinstance(one, dict) or _is_tables(one) else "key"
                self.findings.append((place, *_unknown(what, name, fields)))
            if name is not None and name not in values:
                meant = f"{at}.{name}".lstrip(".")
                if meant != place:
                    self.meant[place] = meant
                values[name] = self._value(one, fields[name].type, meant)
        for name in _missing(fields, values):
            values[name] = stand_in(fields[name].type)
            self._complain(f"{at}.{name}".lstrip("."), *_absent(name, fields[name].type, at))
        return kind(**values)


def typed_table(raw: dict[str, Any], kind: type[Kind], folder: Path) -> Kind:
    """A table that comes with the product, in the form that settings have. Raises ValueError where it is not right."""
    typing = Typing(folder)
    made = typing._table(raw, kind, "")  # noqa: SLF001 - the same reading
    if typing.findings or not isinstance(made, kind):
        raise ValueError(str(typing.findings))
    return made


def _missing(fields: dict[str, msgspec.structs.FieldInfo], values: dict[str, Any]) -> list[str]:
    return [name for name, one in fields.items() if one.required and name not in values]


def _unknown(what: str, guess: str | None, fields: dict[str, Any]) -> tuple[str, str]:
    remedy = f"did you mean `{guess}`?" if guess else f"known here: {', '.join(fields)}"
    return f"unknown {what}", remedy


def _absent(name: str, kind: Any, at: str) -> tuple[str, str]:
    table = table_in(kind)
    if table is not None and not at:
        inside = ", ".join(one.encode_name for one in fields_of(table) if one.required)
        heading = f"[{name}]" if is_table(kind) else f"[[{name}]]"
        return f"the section {heading} is missing", f"add it, with at least {inside}; {EXAMPLE}"
    return "is missing", f"add it: {expectation(kind)}; {EXAMPLE}"


def _remedy(raw: Any, kind: Any) -> str:
    guess = near(str(raw), words(kind))
    return f"did you mean `{guess}`?" if guess else f"write {expectation(kind)}; {EXAMPLE}"


def _quoted(raw: Any) -> str:
    if isinstance(raw, dict) or _is_tables(raw):
        return "a table"
    said = ("true" if raw else "false") if isinstance(raw, bool) else repr(raw)
    return said if len(said) <= LONGEST_QUOTED else f"{said[:LONGEST_QUOTED]}…"


def _is_tables(raw: Any) -> bool:
    return isinstance(raw, list) and bool(raw) and isinstance(raw[0], dict)


def _fits(raw: Any, kind: Any) -> bool:
    try:
        msgspec.convert(raw, kind)
    except msgspec.ValidationError:
        return False
    return True


def stand_in(kind: Any) -> Any:
    """A value of the type, from which nothing follows."""
    inner = bare(kind)
    if is_table(inner):
        needed = {one.name: one for one in fields_of(inner) if one.required}
        return inner(**{name: stand_in(one.type) for name, one in needed.items()})
    if get_origin(inner) is list:
        return []
    if get_origin(inner) is Literal:
        return get_args(inner)[0]
    if isinstance(inner, type) and issubclass(inner, Enum):
        return next(iter(inner))
    if inner is date:
        return date.min
    return inner(1) if inner is int else inner()
