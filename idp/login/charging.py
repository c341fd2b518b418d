"""Charges a guess to whom it is about, as far as that is known at each moment. Inside transactions of the caller.

Life of a guess of a password: `entered` charges the name, and the person it meant last time. The directory finds
whom it means now; `admit` charges that person instead, and for a password that is about to reach the directory; only
then is it tried. `answered` charges nothing more and forgets what a right password makes good. So guesses under many
spellings at once have no more than those under one, and none is tried that is not counted. A browser in which the
person is known pays for the person alone; one in which anybody is known pays for itself until it is known whose the
name is, which strangers may have used up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import SubjectId
from idp.directory.lockout import Lockout
from idp.directory.person import AccountState, Person
from idp.directory.realms import ONE_DIRECTORY, Realms
from idp.directory.spelling import strictly
from idp.login import purses, throttle
from idp.login.book import Book, Limits
from idp.login.desk import Caller
from idp.login.handle import HandleHash
from idp.login.inputs import Rejected, Unanswered
from idp.login.purses import Kind
from idp.login.throttle import BucketKey, Exhausted, Purse, Scope, Taken


@dataclass(frozen=True, slots=True)
class Rules:
    limits: Limits
    lockout: Lockout
    """Of the directory; the same for everybody, or it would tell accounts apart."""
    realms: Realms = ONE_DIRECTORY

    def names(self, login: str) -> tuple[BucketKey, ...]:
        return purses.login_keys(login, self.realms)


@dataclass(frozen=True, slots=True)
class NotTried:
    """The directory was not let try the password of that person, or of nobody."""

    exhausted: Exhausted
    subject: SubjectId | None


def entered(book: Book, login: str, caller: Caller, rules: Rules, now: datetime) -> Taken | Exhausted:
    """A password was typed; nothing has been asked yet."""
    subject = book.subject_of(strictly(login))
    own = subject is not None and _known(book, subject, caller) is not None
    if caller.known is not None and not own and book.has_known(caller.known):
        return throttle.take(book, purses.of_browser(caller.known, rules.limits), now)
    paid, reaching = _of_password(book, rules.names(login), subject, caller, rules)
    return throttle.left(book, reaching, now) or throttle.take(book, paid, now)


def admit(
    book: Book,
    login: str,
    taken: Taken,
    subject: SubjectId | None,
    caller: Caller,
    rules: Rules,
    now: datetime,
) -> Taken | Exhausted:
    """The directory knows whom the login means (None: nobody) and is about to try the password."""
    if subject is not None:
        book.keep_subject_of(strictly(login), subject, now)
    throttle.give_back(book, taken, now)
    # dated anew, whoever it means: the directory dates it no earlier
    again = throttle.take(book, _tried(book, login, subject, caller, rules), now)
    if isinstance(again, Exhausted):
        throttle.put_back(book, taken, now)
    return again


def answered(
    book: Book,
    login: str,
    taken: Taken,
    answer: Person | Rejected | Unanswered,
    caller: Caller,
    rules: Rules,
    now: datetime,
) -> Taken | Exhausted:
    """The guess as it may be given back, charged to whom the answer is about."""
    if isinstance(answer, Unanswered):  # what may have reached the directory all the same stays counted
        return replace(taken, purses=tuple(one for one in taken.purses if one.scope is not Scope.DIRECTORY))
    if answer.subject is None:
        return taken
    attempt: Taken | Exhausted = taken
    if taken.purses != _tried(book, login, answer.subject, caller, rules):
        attempt = admit(book, login, taken, answer.subject, caller, rules, now)
    if isinstance(answer, Person) and answer.state is AccountState.ACTIVE and isinstance(attempt, Taken):
        _made_good(book, rules.names(login), answer.subject, attempt, caller, rules, now)
    return attempt


def _made_good(
    book: Book,
    names: Sequence[BucketKey],
    subject: SubjectId,
    attempt: Taken,
    caller: Caller,
    rules: Rules,
    now: datetime,
) -> None:
    """A right password makes the directory forget the wrong ones before it; so do we, for the name as typed too."""
    for who in (subject, *names):
        reached = purses.of_directory(who, rules.lockout, known=False)
        throttle.forgive(book, reached, attempt.at - purses.UNDER_WAY, now)
    if _known(book, subject, caller) is None:  # the person's own stay counted until all factors were shown
        for name in names:
            throttle.reset(book, purses.of_account(name, None, Kind.PASSWORD, rules.limits), now)


def of_old_password(
    book: Book, subject: SubjectId, caller: Caller, rules: Rules, now: datetime
) -> Taken | Exhausted:
    """A guess of the old password by somebody who changes it: it reaches the directory like any other."""
    paid, reaching = _of_password(book, (), subject, caller, rules)
    return throttle.take(book, (*paid, *reaching), now)


def of_code(
    book: Book, subject: SubjectId, caller: Caller, limits: Limits, now: datetime
) -> Taken | Exhausted:
    """A guess of a code; an account that is locked out for passwords is locked out here too."""
    browser = _known(book, subject, caller)
    passwords, codes = (
        purses.of_account(subject, browser, kind, limits) for kind in (Kind.PASSWORD, Kind.CODE)
    )
    around = _around(browser, caller, limits)
    return throttle.left(book, passwords, now) or throttle.take(book, (*codes, *around), now)


def of_key(
    book: Book, subject: SubjectId | None, caller: Caller, limits: Limits, now: datetime
) -> Taken | Exhausted:
    """An answer of a key, whose `subject` is if anybody knows: nobody guesses one, but each costs a write.

    So strangers cannot use up a person's guesses of codes with it; in a known browser it is paid from its own.
    """
    browser = _known(book, subject, caller) if subject is not None else None
    if subject is None or browser is None:
        return throttle.take(book, purses.of_place(caller.origin.address, limits), now)
    return throttle.take(book, purses.of_account(subject, browser, Kind.CODE, limits), now)


def settled(book: Book, subject: SubjectId, caller: Caller, limits: Limits, now: datetime) -> None:
    """All factors were shown: the person has all guesses again, in this browser or among strangers."""
    browser = _known(book, subject, caller)
    for kind in Kind:
        throttle.reset(book, purses.of_account(subject, browser, kind, limits), now)


def renamed(book: Book, before: HandleHash, after: HandleHash, limits: Limits, now: datetime) -> None:
    """A known browser got a new handle: what was guessed there of anybody, and begun, stays counted."""
    for subject in book.people_of_browser(before):
        for kind in Kind:
            old, new = (purses.of_account(subject, one, kind, limits)[0] for one in (before, after))
            throttle.move(book, old, new, now)
    book.rename_browser(before, after)
    book.move_flows(purses.browser_key(before), purses.browser_key(after))


def _tried(
    book: Book, login: str, subject: SubjectId | None, caller: Caller, rules: Rules
) -> tuple[Purse, ...]:
    paid, reaching = _of_password(book, rules.names(login), subject, caller, rules)
    return (*paid, *reaching)


def _of_password(
    book: Book, names: Sequence[BucketKey], subject: SubjectId | None, caller: Caller, rules: Rules
) -> tuple[tuple[Purse, ...], tuple[Purse, ...]]:
    """What a guess is paid from at once, and what it is paid from as well when it reaches the directory."""
    browser = _known(book, subject, caller) if subject is not None else None
    person = () if subject is None else (subject,)
    paid: list[Purse] = []
    reaching: list[Purse] = []
    # the names first: what a stranger is told, and until when, is theirs whether or not there is such a person
    for who in person if browser is not None else (*names, *person):
        paid += purses.of_account(who, browser, Kind.PASSWORD, rules.limits)
        reaching += purses.of_directory(who, rules.lockout, known=browser is not None)
    return (*paid, *_around(browser, caller, rules.limits)), tuple(reaching)


def _around(browser: HandleHash | None, caller: Caller, limits: Limits) -> tuple[Purse, ...]:
    """Nothing for a browser that the person is known in: those around it could use it up."""
    return purses.of_place(caller.origin.address, limits) if browser is None else ()


def _known(book: Book, subject: SubjectId, caller: Caller) -> HandleHash | None:
    """The browser the request came from, if this person completed a sign-in in it."""
    if caller.known is None or not book.knows_browser(caller.known, subject):
        return None
    return caller.known
