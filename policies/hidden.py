"""Characters of a text that nobody sees, or that show it otherwise than it is read.

A mark that turns the direction of writing makes a rule look like a remark, and the other way round: whoever approves
reads something else than what decides.
"""

import unicodedata

from policies.fault import Fault
from policies.review_words import HIDDEN

LAYOUT = frozenset("\n\t")
END_OF_LINE = "\r\n"
"""A carriage return alone ends a remark for Cedar, and a line for few who show it."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""General categories of Unicode: controls, marks of direction and joining, line ends that only some know."""


def hidden(text: str) -> tuple[int, int, Fault] | None:
    """Line, column and what is told of the first of them; None: all that stands there can be seen."""
    text = text.replace(END_OF_LINE, "\n")
    if text.replace("\n", "").replace("\t", "").isprintable():  # of thousands of files nearly all
        return None
    for number, line in enumerate(text.split("\n"), 1):
        for column, character in enumerate(line, 1):
            if unicodedata.category(character) in UNSEEN and character not in LAYOUT:
                return number, column, HIDDEN.of(character=f"U+{ord(character):04X}")
    return None
