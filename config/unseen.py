"""Characters that leave no mark on a page, though they pass for letters or signs: a text of them alone says nothing.

Of Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt) those that `str.isprintable` lets pass, and the
blank pattern of Braille. What chooses the look of the sign before it (U+FE0F, of an emoji) is one where there is none.
"""

import re

ALONE = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0\U000e0100-\U000e01ef"
LOOKS = "\ufe00-\ufe0f"
UNSEEN = re.compile(rf"[{ALONE}]|(?<![^\s{LOOKS}])[{LOOKS}]")


def is_seen(text: str) -> bool:
    """Whether all of a line can be seen."""
    return text.isprintable() and UNSEEN.search(text) is None
