"""Who has no guess left, told and lifted by an officer. Inside transactions of the caller.

Told is what is counted of the person, by the identifier and by the login in all its spellings; what is counted of
addresses is nobody's in particular. Never lifted is what keeps the directory from locking the account: the directory
counts on, and would lock it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.vocabulary import SubjectId
from idp import events
from idp.events import NOWHERE, Actor, Origin
from idp.login import purses, throttle
from idp.login.book import Book
from idp.login.charging import Rules
from idp.login.purses import Kind
from idp.login.throttle import Purse


class Whose(StrEnum):
    """For whom no guess is left."""

    STRANGERS = "strangers"
    """In browsers the person has not signed in with: anybody can bring that about."""
    OWN = "own"
    """In a browser the person has signed in with."""
    DIRECTORY_STRANGERS = "directory_strangers"
    """As the first, lest the directory lock the account."""
    DIRECTORY = "directory"
    """Anywhere, lest the directory lock the account."""


LASTING = frozenset({Whose.DIRECTORY_STRANGERS, Whose.DIRECTORY})
"""They end by themselves alone."""


@dataclass(frozen=True, slots=True)
class Block:
    whose: Whose
    until: datetime
    """When the next guess is let through, in all of what is counted for these."""

    @property
    def may_be_lifted(self) -> bool:
        return self.whose not in LASTING


def blocks(book: Book, subject: SubjectId, login: str, rules: Rules, now: datetime) -> tuple[Block, ...]:
    """What keeps a person out now, at most one of each kind."""
    found: dict[Whose, datetime] = {}
    for whose, purse in _purses(book, subject, login, rules):
        spent = throttle.left(book, (purse,), now)
        if spent is not None:
            found[whose] = max(spent.until, found.get(whose, spent.until))
    return tuple(Block(whose, found[whose]) for whose in Whose if whose in found)


def lift(
    book: Book,
    subject: SubjectId,
    login: str,
    why: str,
    by: Actor,
    rules: Rules,
    now: datetime,
    origin: Origin = NOWHERE,
) -> bool:
    """Give all guesses back but those that the directory counts too; False where none of them was used up."""
    if not any(one.may_be_lifted for one in blocks(book, subject, login, rules, now)):
        return False
    ours = [purse for whose, purse in _purses(book, subject, login, rules) if whose not in LASTING]
    throttle.reset(book, ours, now)
    book.record(events.BlockLifted(at=now, origin=origin, person=login, subject=subject, by=by, why=why))
    return True


def _purses(book: Book, subject: SubjectId, login: str, rules: Rules) -> Iterator[tuple[Whose, Purse]]:
    names = (subject, *rules.names(login))
    for who in names:
        for purse in purses.of_account(who, None, Kind.PASSWORD, rules.limits):
            yield Whose.STRANGERS, purse
        for purse in purses.of_directory(who, rules.lockout, known=False):
            yield Whose.DIRECTORY_STRANGERS if purse.part_of else Whose.DIRECTORY, purse
    for purse in purses.of_account(subject, None, Kind.CODE, rules.limits):
        yield Whose.STRANGERS, purse
    for browser in book.browsers_of(subject):
        for kind in Kind:
            for purse in purses.of_account(subject, browser, kind, rules.limits):
                yield Whose.OWN, purse
