"""Free text: the words of an entry, and whether what somebody typed stands in it.

Case and accents do not matter. What was typed is taken apart at its spaces; each part has to begin where a word of the
entry begins, and may end within one. Names made of many digits (requests, sessions, hashes) are no words: whoever has
one whole asks for it by its field.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from gateway.audit.fields import FACTS, Told
from gateway.audit.folding import folded

SHORTEST_BEGINNING = 3  # letters: a shorter word is looked for as a whole
LONGEST_WORD = 32  # characters of a word that are kept
MOST_WORDS = 8  # of what somebody typed
WORD = re.compile(r"[^\W_]+")
NAME_OF_DIGITS = re.compile(r"[0-9a-f]*[0-9][0-9a-f]*\Z")
LONG = 12  # digits from which on a word is no word
WITHOUT = frozenset(
    {"grant", "digest", "sha256", "root", "difference", "head", "authenticated_at", "expires", "flags"}
)
"""Details that are names for machines, or times."""
COLUMNS = (
    *("code", "person", "municipality", "own_municipality", "application", "action", "address", "reason"),
    "rule",
)


def plain(text: str) -> str:
    return text.lower() if text.isascii() else folded(text)


@lru_cache(maxsize=8192)
def words_of(text: str) -> frozenset[str]:
    return frozenset(
        word[:LONGEST_WORD]
        for word in WORD.findall(plain(text))
        if len(word) < LONG or not NAME_OF_DIGITS.match(word)
    )


def texts_of(told: Told) -> Iterator[str]:
    """Everything of an entry in which words are looked for."""
    for name in COLUMNS:
        if value := getattr(told, name):
            yield value
    for key, value in told.details.items():
        if key not in WITHOUT:
            yield from _texts(value) if key != FACTS else _of_facts(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from value


def _of_facts(value: Any) -> Iterator[str]:
    """Their values alone: names of facts stand in every decision."""
    if isinstance(value, str):
        yield from values_of_facts(value)


@lru_cache(maxsize=512)
def values_of_facts(text: str) -> tuple[str, ...]:
    """Every text among the facts of a decision, and no name of a fact."""
    try:
        known = json.loads(text)
    except (ValueError, RecursionError):
        return (text,)
    found, rest = [], [known]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            rest.extend(one.values())
        elif isinstance(one, list):
            rest.extend(one)
        elif isinstance(one, str):
            found.append(one)
    return tuple(found)


class Wanted:
    """What somebody typed."""

    def __init__(self, typed: str) -> None:
        parts = plain(typed).split()[:MOST_WORDS]
        self.whole: set[str] = set()
        """Words that an entry has to have."""
        self.begun: set[str] = set()
        """Beginnings of words that it has to have."""
        for part in parts:
            words = WORD.findall(part)
            for last, word in enumerate(words, 1 - len(words)):
                if len(word) >= LONG and NAME_OF_DIGITS.match(word):
                    continue
                short = last < 0 or len(word) < SHORTEST_BEGINNING or part[-1] != word[-1]
                (self.whole if short else self.begun).add(word[:LONGEST_WORD])
        self._parts = [re.compile(rf"(?<![^\W_]){re.escape(part)}{self._end(part)}") for part in parts]

    def _end(self, part: str) -> str:
        """Where the last word has to be whole, it may not go on."""
        last = WORD.findall(part)[-1:]
        return r"(?![^\W_])" if last and part.endswith(last[0]) and last[0] in self.whole else ""

    def __bool__(self) -> bool:
        """Whether there is any word to look for."""
        return bool(self.whole or self.begun)

    def stands_in(self, told: Told) -> bool:
        text = "\n".join(map(plain, texts_of(told)))
        return all(one.search(text) for one in self._parts)
