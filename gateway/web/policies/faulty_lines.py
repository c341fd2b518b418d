"""The lines of a text at which a problem stands, to be shown beneath it: editors of a browser show no numbers. Pure."""

import re
from dataclasses import dataclass

from config.vocabulary import Language
from policies.kept_by_text import kept_by_text
from policies.model import Text
from policies.texts import Texts

PLACE = re.compile(r"(?P<file>[^\s:]+):(?P<line>[1-9][0-9]*)(?::(?P<column>[1-9][0-9]*))?: ")
"""As `config.problem` tells where something stands."""
WORD = re.compile(r"[@\w-]+|\S|\s+|$")
AROUND = 1  # lines shown before it and after it
LONGEST, CUT = 400, "…"
"""Characters of a line that are shown, on either side of the problem."""
ROOM = 1 << 20  # characters of texts whose lines are kept: those of a page or two


@dataclass(frozen=True, slots=True)
class Line:
    """`marked` is what the problem begins with; empty in the lines around it."""

    number: int
    before: str
    marked: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Faulty:
    file: str
    lines: tuple[Line, ...]


def faulty_lines(problem: Text, texts: Texts) -> Faulty | None:
    """None: it stands in no line of these texts."""
    place = PLACE.match(problem[Language.ENGLISH])
    if place is None or place["file"] not in texts:
        return None
    lines = _lines(texts[place["file"]])
    number = int(place["line"])
    if number > len(lines):
        return None
    shown = range(max(1, number - AROUND), min(len(lines), number + AROUND) + 1)
    column = int(place["column"] or 0)
    return Faulty(
        place["file"],
        tuple(
            _marked(one, lines[one - 1], column) if one == number else Line(one, _begin(lines[one - 1]))
            for one in shown
            if one == number or lines[one - 1].strip()
        ),
    )


def _marked(number: int, line: str, column: int) -> Line:
    """The word at the column; the whole line where there is none."""
    begin = min(column - 1, len(line)) if column else len(line) - len(line.lstrip())
    end = len(line.rstrip())
    if column:
        word = WORD.match(line, begin)
        end = word.end() if word is not None else end
    before, after = line[:begin], line[end:]
    shown = before if len(before) <= LONGEST else CUT + before[-LONGEST:]
    return Line(number, shown, _begin(line[begin:end]), _begin(after))


def _begin(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + CUT


@kept_by_text(ROOM)
def _lines(text: str) -> tuple[str, ...]:
    """Many problems stand in one text."""
    return tuple(text.split("\n"))
