"""The order of names for people: by the Czech alphabet (ČSN 97 6030), whatever the machine's locale."""

import unicodedata

from config.vocabulary import Language

CZECH = (*"abc", "č", *"defgh", "ch", *"ijklmnopqr", "ř", "s", "š", *"tuvwxyz", "ž")
"""Letters of their own; any other accent decides only between words that are otherwise alike."""
WITHOUT_A_DOT = frozenset({"mba", "mpa", "msc", "bba", "mha", "phd", "csc", "drsc", "dis", "llm", "ml", "st"})
"""Degrees and distinctions that follow a name, as people write them without a dot at the end too."""
_PLACES = {letter: place for place, letter in enumerate(CZECH)}
_BEHIND = len(CZECH)

Order = tuple[tuple[tuple[int, str], ...], str]


def alphabetical(text: str, language: Language = Language.CZECH) -> Order:
    """Key for sorting. English has no letter of its own for `ch`, nor for one with an accent."""
    folded = unicodedata.normalize("NFC", text).casefold()
    letters: list[tuple[int, str]] = []
    at = 0
    while at < len(folded):
        length = 2 if language is Language.CZECH and folded.startswith("ch", at) else 1
        letters.append(_place(folded[at : at + length], language))
        at += length
    return tuple(letters), folded


def by_surname(name: str) -> tuple[Order, Order]:
    """Key for sorting people as offices list them: `Ing. Jana Nováková, Ph.D.` under N, with or without the comma."""
    words = name.partition(",")[0].split()
    while len(words) > 1 and _is_title(words[-1]):
        words.pop()
    return alphabetical(words[-1] if words else ""), alphabetical(name)


def _is_title(word: str) -> bool:
    """A degree, or who of two with one name it is: `Ph.D.`, `ml.`, `MBA`. A surname abbreviated to a letter is none."""
    bare = word.strip("()").replace(".", "").casefold()
    return bare in WITHOUT_A_DOT or (word.endswith((".", ".)")) and len(bare) > 1)


def _place(letter: str, language: Language) -> tuple[int, str]:
    """Spaces, marks and digits come before letters, foreign letters behind them."""
    if language is not Language.CZECH or letter not in _PLACES:
        letter = unicodedata.normalize("NFD", letter)[0]
    if letter in _PLACES:
        return _PLACES[letter], ""
    return (_BEHIND if letter.isalpha() else -1), letter
