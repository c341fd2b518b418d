"""The identifier of a policy, made of what somebody calls it in words."""

import re
import unicodedata

from policies.review import IDENTIFIER

LONGEST = 60  # characters of one that is made of words; the field of the forms takes as many
OTHERS = re.compile(r"[^a-z0-9]+")
STROKES = str.maketrans(
    {"đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "ŧ": "t", "æ": "ae", "œ": "oe"}
)
"""Letters of Latin alphabets that no decomposition takes apart."""


def identifier_of(words: str) -> str:
    """`Účetní: hodiny` → `ucetni-hodiny`; an identifier stays as it is, of whatever length and with whatever hyphens.

    Empty where no letter or digit is left, or one would be lost (`Účеtní` with a Cyrillic е), as two names would then
    be one.
    """
    if IDENTIFIER.fullmatch(written := words.strip()):
        return written
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", written).casefold()).translate(
        STROKES
    )
    plain = "".join(
        one for one in letters if unicodedata.category(one)[0] != "M" and unicodedata.category(one) != "Cf"
    )
    if any(one.isalnum() and not one.isascii() for one in plain):
        return ""
    return OTHERS.sub("-", plain).strip("-")[:LONGEST].rstrip("-")
