"""Characters of a text that nobody sees, or that show it otherwise than it is read.

A mark that turns the direction of writing makes a rule look like a remark, and the other way round: whoever approves
reads something else than what decides.
"""

import unicodedata

from config.unseen import UNSEEN
from policies.fault import Fault
from policies.review_words import HIDDEN

LAYOUT = frozenset("\n\t")
END_OF_LINE = "\r\n"
"""A carriage return alone ends a remark for Cedar, and a line for few who show it."""
CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""General categories of Unicode: controls, marks of direction and joining, line ends that only some know."""


def hidden(text: str) -> tuple[int, int, Fault] | None:
    """Line, column and what is told of the first of them; None: all that stands there can be seen."""
    text = text.replace(END_OF_LINE, "\n")
    printable = text.replace("\n", "").replace("\t", "").isprintable()
    if printable and UNSEEN.search(text) is None:  # of thousands of files nearly all
        return None
    for number, line in enumerate(text.split("\n"), 1):
        blank = {found.start() for found in UNSEEN.finditer(line)}
        for column, character in enumerate(line):
            unseen = unicodedata.category(character) in CATEGORIES and character not in LAYOUT
            if unseen or column in blank:
                return number, column + 1, HIDDEN.of(character=f"U+{ord(character):04X}")
    return None
