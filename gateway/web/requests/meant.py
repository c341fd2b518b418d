"""Whom somebody means who writes a name in the place of a login. Pure."""

import re
from collections.abc import Sequence

from gateway.asks.ask import Party
from idp.directory.spelling import loosely

BETWEEN = re.compile(r"[\s.,]+")


class SeveralMeant(Exception):
    """`people`: whom a name that was written in `field` fits, to choose from."""

    def __init__(self, field: str, people: Sequence[Party]) -> None:
        super().__init__(field)
        self.field = field
        self.people = tuple(people)


def meant(typed: str, people: Sequence[Party]) -> Sequence[Party]:
    """Of these people, whose names hold every word that was typed, in any order, with accents or without."""
    words = _words(typed)
    return [one for one in people if words and words <= _words(one.name)]


def _words(text: str) -> frozenset[str]:
    return frozenset(loosely(word) for word in BETWEEN.split(text)) - {""}
