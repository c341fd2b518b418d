"""Reading the configuration: TOML text → `Settings`, or every fault in it with file, line and remedy."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from config.consistency import inconsistencies
from config.district import District, read_district
from config.duration import parse_duration
from config.problem import ConfigurationRefused, Problem
from config.settings import Settings
from config.toml_lines import line_of, lines_of

REMEDY = "config/examples/embedded.toml explains every setting"
AT_PATH = re.compile(r"(?P<what>.*?) - at `(?P<path>[^`]*)`\Z", re.DOTALL)
AT_LINE = re.compile(r"at line (\d+)")


def load(path: Path) -> tuple[Settings, District]:
    """Read and check everything that can be checked without starting. Raises ConfigurationRefused."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        remedy = "name the configuration with --config, and let this user read it"
        raise ConfigurationRefused([Problem(path, 0, f"cannot be read: {error.strerror}", remedy)]) from error
    except UnicodeDecodeError as error:
        raise ConfigurationRefused(
            [Problem(path, 0, "cannot be read: it is not text in UTF-8", "save it as UTF-8")]
        ) from error
    settings = parse(text, path)
    district = read_district(settings.office.district)
    problems = inconsistencies(settings, district, path, lines_of(text))
    if problems:
        raise ConfigurationRefused(problems)
    return settings, district


def parse(text: str, path: Path) -> Settings:
    """Types, units, unknown and missing keys; relative paths start at `path`. Raises ConfigurationRefused."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = AT_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1  # "at end of document"
        raise ConfigurationRefused([Problem(path, line, f"not valid TOML: {error}", REMEDY)]) from error
    lines = lines_of(text)
    problems: list[Problem] = []
    plain = _durations(raw, Settings, "$", problems, path, lines)
    if problems:
        raise ConfigurationRefused(problems)
    folder = path.resolve().parent
    try:
        return msgspec.convert(plain, Settings, dec_hook=lambda kind, value: _path(kind, value, folder))
    except msgspec.ValidationError as error:
        found = AT_PATH.match(str(error))
        what, place = (found["what"], found["path"]) if found else (str(error), "$")
        problem = Problem(path, line_of(place, lines), f"{place.removeprefix('$.')}: {what}", REMEDY)
        raise ConfigurationRefused([problem]) from error


def _path(kind: type, value: object, folder: Path) -> Path:
    if kind is Path and isinstance(value, str) and value:
        return folder / value
    raise ValueError(f"expected a path, got {value!r}")


def _bare(kind: Any) -> Any:
    """The type inside `Annotated[…]` and `… | None`."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        (kind, *others) = [one for one in get_args(kind) if one is not NoneType]
        return None if others else _bare(kind)
    return kind


def _durations(
    value: Any, kind: Any, at: str, problems: list[Problem], path: Path, lines: dict[str, int]
) -> Any:
    """A copy in which every duration written as text is a timedelta, which msgspec takes as it is."""
    kind = _bare(kind)
    if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        types = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
        return {
            key: _durations(one, types.get(key), f"{at}.{key}", problems, path, lines)
            for key, one in value.items()
        }
    if isinstance(value, list):
        (item, *_) = get_args(kind) or (None,)
        return [
            _durations(one, item, f"{at}[{index}]", problems, path, lines) for index, one in enumerate(value)
        ]
    if kind is timedelta:
        try:
            return parse_duration(str(value))
        except ValueError as error:
            problems.append(Problem(path, line_of(at, lines), f"{at.removeprefix('$.')}: {error}", REMEDY))
    return value
