"""Whom somebody means who writes a name in the place of a login. Pure."""

import re
from collections.abc import Sequence

from gateway.asks.ask import Party
from idp.directory.person import Person
from idp.directory.spelling import loosely

BETWEEN = re.compile(r"[\s.,]+")


class SeveralMeant(Exception):
    """`people`: whom a name that was written in `field` fits, to choose from; `login`: of whom it is the login, if of
    anybody.
    """

    def __init__(self, field: str, people: Sequence[Party], login: str = "") -> None:
        super().__init__(field)
        self.login = login
        self.field = field
        self.people = tuple(people)


def meant(typed: str, people: Sequence[Party]) -> Sequence[Party]:
    """Of these people, whose names hold every word that was typed, in any order, with accents or without."""
    words = _words(typed)
    return [one for one in people if words and words <= _words(one.name)]


def by_surname_alone(typed: str) -> bool:
    """Of such a person it is asked whether it is meant, also where nobody else is called so."""
    return len(_words(typed)) == 1


def beside(typed: str, person: Person, people: Sequence[Party]) -> Sequence[Party]:
    """Whom somebody may mean by the login of `person`, which is one word and a name of others of these people: that
    person first; none, where it is nobody else's. Whom the form does not suggest is told by nothing but the login.
    """
    if len(_words(typed)) > 1:
        return []
    others = [one for one in meant(typed, people) if one.subject != person.subject]
    suggested = [one for one in people if one.subject == person.subject]
    themselves = suggested[:1] or [Party(person.subject, person.login, person.login)]
    return [*themselves, *others] if others else []


def _words(text: str) -> frozenset[str]:
    return frozenset(loosely(word) for word in BETWEEN.split(text)) - {""}
