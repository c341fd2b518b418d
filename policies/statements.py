"""Cut policy text into statements and remember where each stood.

Cedar reports no positions, so every statement is parsed and validated by itself. Only what comes out of
here is ever compiled: should this reading and Cedar's disagree, Cedar refuses the statement; nothing is
evaluated that was not reviewed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policies.kept_by_text import kept_by_text

ROOM = 1 << 21  # characters of texts whose statements are kept: those that people look at
# A comment, a string with escapes, the end of a statement, or a run of anything else (Cedar grammar,
# "Lexical": `//` comments run to the end of the line; strings know backslash escapes). A string that nobody ends runs
# to the end of the text: were it given up, each further quote in it would be looked for an end once more.
TOKEN = re.compile(r"""//[^\n\r]*|"(?:[^"\\]|\\.)*+"?|;|[^";/\s]+|\s+|.""", re.DOTALL)

WORD = re.compile(r"""//[^\n\r]*|"(?:[^"\\]|\\.)*+"?|&&|\|\||[=!]=|\w+|.""", re.DOTALL)
"""As TOKEN, with code cut into its words and signs."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One policy's text, from its first annotation to its semicolon; position counts from 1."""

    text: str
    line: int
    column: int

    def place_of(self, offset: int) -> tuple[int, int]:
        """Line and column in the file of the character at `offset` of the text."""
        before = self.text[:offset]
        lines = before.count("\n")
        if lines:
            return self.line + lines, offset - before.rindex("\n")
        return self.line, self.column + offset


@kept_by_text(ROOM)
def split(text: str) -> tuple[Statement, ...]:
    """The statements in order. The last may lack its semicolon: Cedar then says so."""
    return tuple(_statements(text))


def _statements(text: str) -> Iterator[Statement]:
    """The text is gone through once, whatever stands in it: nobody has looked at it yet."""
    start: int | None = None
    end = line_begins = counted = 0
    line = 1
    for token in TOKEN.finditer(text):
        word = token.group()
        if word.isspace() or word.startswith("//"):
            continue
        if start is None:
            start = token.start()
            if lines := text.count("\n", counted, start):
                line, line_begins = line + lines, text.rindex("\n", counted, start) + 1
            counted = start
        end = token.end()
        if word == ";":
            yield Statement(text[start:end], line, start - line_begins + 1)
            start = None
    if start is not None:
        yield Statement(text[start:end], line, start - line_begins + 1)


def words(text: str) -> Iterator[str]:
    """Words and signs of the code; comments and what stands in quotes are none."""
    return (word for _, word in placed_words(text) if not word.startswith('"'))


def placed_words(text: str) -> Iterator[tuple[int, str]]:
    """Each with its offset, and with what stands in quotes; the text is gone through once."""
    for token in WORD.finditer(text):
        word = token.group()
        if not word.isspace() and not word.startswith("//"):
            yield token.start(), word


def annotated(text: str, name: str) -> Iterator[tuple[int, str]]:
    """What stands in `@name("…")`, with the offset of the annotation."""
    words = list(placed_words(text))
    for at in range(len(words) - 3):
        if [word for _, word in words[at : at + 3]] == ["@", name, "("]:
            yield words[at][0], words[at + 3][1].strip('"')
