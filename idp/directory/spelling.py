"""When two texts name one thing: as strictly as somebody is let in, and more loosely than any directory looks. Pure."""

import unicodedata

STROKES = str.maketrans("đħıłøŧ", "dhilot")  # no combining marks, but accents to some ways of sorting
FOLDED = ((0xC0, 0x17F), (0x391, 0x3A9), (0x400, 0x42F), (0x1EA0, 0x1EF9))
"""Latin, Greek, Cyrillic: the letters of which OpenLDAP and Samba know upper and lower case as Unicode has them."""
NEVER_FOLDED = {0x130, 0x400, 0x40D}  # what their lower case is depends on whom one asks
LOWER = str.maketrans(
    {
        letter: chr(letter).lower()
        for first, last in ((ord("A"), ord("Z")), *FOLDED)
        for letter in range(first, last + 1)
        if letter not in NEVER_FOLDED
    }
)
IGNORED = {"\u1806", "\ufffc"}  # RFC 4518 §2.2 maps them to nothing, beside marks and invisible characters


def strictly(text: str) -> str:
    """One text for all spellings by which a person is let in: letter case is all that may differ, letter by letter.

    Full case folding would take `strauß` and `strauss` as one, which are two accounts to a directory.
    """
    return text.lower() if text.isascii() else text.translate(LOWER)


def loosely(text: str) -> str:
    """One text for whatever a directory may take as the same, and for more.

    RFC 4518 §2 folds case, forms and spaces; Active Directory takes letters with and without accents as the same.
    """
    for _ in range(2):  # what one folding makes, the other may have to fold
        text = unicodedata.normalize("NFKD", text).casefold()
    letters = unicodedata.normalize("NFKD", text).translate(STROKES)
    return "".join(letter for letter in letters if not (_invisible(letter) or letter in IGNORED))


def _invisible(letter: str) -> bool:
    """Accents, spaces, and what is not seen at all."""
    category = unicodedata.category(letter)
    return category[0] in {"M", "Z"} or category == "Cf" or letter.isspace()
