"""On which line of a TOML file a setting stands, so that an error can point at it.

A parser that keeps positions is more than is needed: files of settings have tables, arrays of tables and keys
at the start of lines. What cannot be found more exactly is pointed at by the table it stands in.
"""

import re

TABLE = re.compile(r"\s*\[(?P<array>\[)?(?P<name>[A-Za-z0-9_.\- \t]+)\]")
"""One way to read each line: with several, a line of blanks would take minutes."""
KEY = re.compile(r"\s*(?P<key>[A-Za-z0-9_\-]+(\.[A-Za-z0-9_\-]+)*)\s*=")
STEP = re.compile(r"\.?([A-Za-z0-9_\-]+)|\[([0-9]+|\.\.\.)\]")


def lines_of(text: str) -> dict[str, int]:
    """Path of each table and key, as `applications[1].host`, → line counted from 1."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix = ""
    # TOML knows no other line end; str.splitlines would also split inside texts, at U+2028 and others.
    for number, line in enumerate(text.split("\n"), start=1):
        if table := TABLE.match(line):
            prefix = _path_of_table(table["name"], bool(table["array"]), counts)
            found.setdefault(prefix, number)
        elif key := KEY.match(line):
            found.setdefault(f"{prefix}.{key['key']}".lstrip("."), number)
    return found


def line_of(path: str, lines: dict[str, int]) -> int:
    """Line of `path` (msgspec writes `$.a.b[0].c`) or of the nearest thing around it; 0 when unknown."""
    steps = [f".{name}" if name else f"[{index}]" for name, index in STEP.findall(path.removeprefix("$"))]
    while steps:
        if (line := lines.get("".join(steps).lstrip("."))) is not None:
            return line
        steps.pop()
    return 0


def _path_of_table(name: str, is_array: bool, counts: dict[str, int]) -> str:  # noqa: FBT001 - from the syntax
    """Table header → path with the index of the latest element of each array of tables on the way."""
    path, plain = "", ""
    parts = [part.strip() for part in name.split(".")]
    for position, part in enumerate(parts):
        plain = f"{plain}.{part}".lstrip(".")
        path = f"{path}.{part}".lstrip(".")
        if is_array and position == len(parts) - 1:
            counts[plain] = counts.get(plain, -1) + 1
            for below in [known for known in counts if known.startswith(plain + ".")]:
                del counts[below]
        if plain in counts:
            path = f"{path}[{counts[plain]}]"
    return path
