"""Guesses in any order, under any name, from any browser: what the directory sees of them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import SignIn
from idp.directory.lockout import NO_LOCKOUT, Lockout
from idp.events import Origin
from idp.login import charging, purses, throttle
from idp.login.charging import Rules
from idp.login.desk import Caller
from idp.login.handle import HandleHash
from idp.login.inputs import Rejected, Unanswered
from idp.login.purses import UNDER_WAY
from idp.login.throttle import Exhausted, Scope, Taken
from tests.rig.people import JANA, JANA_ID, NOON

LIMITS = SignIn(attempts=5)
LOCKOUT = Lockout(5, timedelta(minutes=10))
RULES = Rules(LIMITS, LOCKOUT)
NAMES = ["jana", "novakova.jana", "jana@obec.test", "OBEC\\jana", "ja.na", "jnovakova"]
KNOWN = [HandleHash(bytes([number]) * 32) for number in range(6)]
STRANGER = HandleHash(b"s" * 32)
INSIDER = HandleHash(b"i" * 32)
"""In which somebody else of the office is known."""
SPELLINGS = ["jana", "JANA", "ja na", "j\u00e1na", "ja\u034fna"]


class Counted:
    """What charging needs of the book, in dictionaries."""

    def __init__(self):
        self.kept, self.logins = {}, {}

    def guesses(self, key):
        return self.kept.get(key, ())

    def keep_guesses(self, key, times, _forget_at):
        self.kept[key] = times

    def subject_of(self, login):
        return self.logins.get(login)

    def keep_subject_of(self, login, subject, _now):
        self.logins[login] = subject

    def knows_browser(self, browser, subject):
        return subject == JANA_ID and browser in KNOWN

    def has_known(self, browser):
        return browser in KNOWN or browser == INSIDER


class Guess:
    """One guess on its way: entered, then at the directory, then answered."""

    def __init__(self, book, login, browser, address="192.0.2.1"):
        self.book, self.login = book, login
        self.caller = Caller(origin=Origin(address=address), browser=None, known=browser)
        self.said = None

    def enter(self, now, rules=RULES):
        self.said = charging.entered(self.book, self.login, self.caller, rules, now)
        return isinstance(self.said, Taken)

    def admit(self, now, subject=JANA_ID, rules=RULES):
        self.said = charging.admit(self.book, self.login, self.said, subject, self.caller, rules, now)
        return isinstance(self.said, Taken)

    def answer(self, now, answer, rules=RULES):
        self.said = charging.answered(self.book, self.login, self.said, answer, self.caller, rules, now)


class ActiveDirectory:
    """[MS-SAMR] 3.1.1.8.10: wrong passwords count until none came for a window; a right one clears them."""

    def __init__(self):
        self.number, self.last = 0, NOON

    def wrong(self, now):
        self.number = self.number + 1 if now - self.last <= LOCKOUT.window else 1
        self.last = now
        assert self.number < LOCKOUT.attempts, "locked"


people = st.tuples(st.sampled_from(NAMES), st.sampled_from([STRANGER, STRANGER, *KNOWN]))
steps = st.lists(
    st.tuples(st.sampled_from(["enter"] * 3 + ["admit"] * 2 + ["answer"]), people, st.integers(0, 400)),
    max_size=60,
)


@given(steps)
def test_no_order_of_wrong_guesses_under_any_name_from_any_browser_locks_the_account(script):
    book, directory, now = Counted(), ActiveDirectory(), NOON
    entered, tried = [], []
    for step, (login, browser), seconds in script:
        if step == "enter":
            now += timedelta(seconds=seconds if seconds > 200 else 0)  # most at once, some after a while
            guess = Guess(book, login, browser)
            if guess.enter(now):
                entered.append(guess)
        elif step == "admit" and entered:
            guess = entered.pop(seconds % len(entered))
            if guess.admit(now):
                directory.wrong(now)
                tried.append(guess)
        elif tried:
            tried.pop(seconds % len(tried)).answer(now, Rejected(subject=JANA_ID))


def test_guesses_under_six_names_at_once_reach_the_directory_no_more_often_than_under_one():
    book = Counted()
    guesses = [Guess(book, login, STRANGER) for login in NAMES for _ in range(3)]
    assert all(guess.enter(NOON) for guess in guesses)  # nobody knows yet that all mean one account
    assert sum(guess.admit(NOON) for guess in guesses) == 3


def test_copies_of_cookies_and_more_browsers_bring_no_more_than_the_directory_s_budget():
    book = Counted()
    guesses = [Guess(book, "jana", browser) for browser in (STRANGER, *KNOWN) for _ in range(9)]
    assert sum(guess.enter(NOON) and guess.admit(NOON) for guess in guesses) == LOCKOUT.attempts - 1


def test_without_a_lock_out_the_browsers_of_a_person_still_have_a_bound_together():
    book, rules = Counted(), Rules(LIMITS, NO_LOCKOUT)
    book.keep_subject_of("jana", JANA_ID, NOON)
    guesses = [Guess(book, "jana", browser) for browser in KNOWN for _ in range(9)]
    assert sum(guess.enter(NOON, rules) for guess in guesses) == 2 * LIMITS.attempts


def test_strangers_leave_a_known_browser_its_guess_however_many_come():
    book = Counted()
    book.keep_subject_of("jana", JANA_ID, NOON)
    for number in range(300):
        guess = Guess(book, "jana", STRANGER, address=f"192.0.{number % 256}.1")
        _ = guess.enter(NOON) and guess.admit(NOON)
    own = Guess(book, "jana", KNOWN[0], address="192.0.2.1")
    assert own.enter(NOON)
    assert own.admit(NOON)


def test_neighbours_who_use_up_address_and_network_keep_no_known_browser_out():
    book = Counted()
    book.keep_subject_of("jana", JANA_ID, NOON)
    for number in range(400):
        Guess(book, f"nikdo{number}", STRANGER).enter(NOON)
    stranger = Guess(book, "jana", STRANGER)
    assert not stranger.enter(NOON)
    assert stranger.said.scope is Scope.ADDRESS
    assert Guess(book, "jana", KNOWN[0]).enter(NOON)


def test_an_unknown_name_has_as_many_guesses_and_waits_as_long_as_a_known_one():
    answers = []
    for subject in (JANA_ID, None):
        book, said = Counted(), []
        for second in range(7):
            now = NOON + timedelta(seconds=second)
            guess = Guess(book, "jana", STRANGER)
            if guess.enter(now) and guess.admit(now, subject):
                guess.answer(now, Rejected(subject=subject))
                said.append("wrong")
            else:
                said.append((guess.said.scope, guess.said.until))
        answers.append(said)
    assert answers[0] == answers[1]
    assert answers[0].count("wrong") == 3


@given(
    st.sampled_from([LOCKOUT, NO_LOCKOUT]),
    st.lists(
        st.tuples(
            st.booleans(),
            st.sampled_from(SPELLINGS),
            st.booleans(),
            st.sampled_from([STRANGER, STRANGER, INSIDER]),
            st.integers(0, 300),
        ),
        max_size=50,
    ),
)
def test_no_guesses_of_strangers_in_any_order_tell_whether_a_name_is_somebodys(lockout, script):
    """Neither by what is refused, when, at which step, nor until when; also where the directory takes the spelling."""

    def told(somebody):
        book, said, under_way, now = Counted(), [], [], NOON
        rules = Rules(LIMITS, lockout)
        for entering, login, taken_for_it, browser, seconds in script:
            now += timedelta(seconds=seconds)
            if entering or not under_way:
                guess = Guess(book, login, browser)
                if guess.enter(now, rules):
                    under_way.append((guess, taken_for_it or login.casefold() == "jana"))
                said.append(guess.said if isinstance(guess.said, Exhausted) else "asked")
            else:
                guess, meant = under_way.pop(seconds % len(under_way))
                whose = JANA_ID if somebody and meant else None
                if guess.admit(now, whose, rules):
                    guess.answer(now, Rejected(subject=whose), rules)
                said.append(guess.said if isinstance(guess.said, Exhausted) else "wrong")
        return said

    assert told(somebody=True) == told(somebody=False)


def test_what_strangers_guess_under_any_spelling_takes_nothing_of_a_known_browser_under_a_name_not_used_yet():
    book = Counted()
    for number in range(40):
        guess = Guess(book, SPELLINGS[number % len(SPELLINGS)], STRANGER, f"198.51.{number}.1")
        _ = guess.enter(NOON) and guess.admit(NOON, None)
    own = [Guess(book, "jana", KNOWN[0]) for _ in range(9)]
    assert all(guess.enter(NOON) for guess in own)
    assert sum(guess.admit(NOON) for guess in own) == LOCKOUT.attempts - 1


def test_a_known_browser_asks_about_names_of_others_no_more_often_than_an_address():
    book = Counted()
    guesses = [Guess(book, f"nikdo{number}", INSIDER) for number in range(60)]
    assert sum(guess.enter(NOON) for guess in guesses) == LIMITS.attempts_per_address


def test_what_the_directory_never_heard_of_is_not_counted_and_what_it_may_have_heard_of_is():
    book = Counted()
    before, after = Guess(book, "jana", STRANGER), Guess(book, "jana", STRANGER)
    assert before.enter(NOON)
    before.answer(NOON, Unanswered())
    throttle.give_back(book, before.said, NOON)
    assert not any(book.kept.values())
    assert after.enter(NOON)
    assert after.admit(NOON)
    after.answer(NOON, Unanswered())
    throttle.give_back(book, after.said, NOON)
    left = [key for key, times in book.kept.items() if times]
    assert left
    assert all("directory" in key for key in left)


def test_a_right_password_forgives_what_the_directory_forgives_but_not_what_may_be_under_way():
    book = Counted()
    for seconds in (0, 290):
        guess = Guess(book, "jana", STRANGER)
        assert guess.enter(NOON + timedelta(seconds=seconds))
        assert guess.admit(NOON + timedelta(seconds=seconds))
    now = NOON + timedelta(seconds=300)
    right = Guess(book, "jana", STRANGER)
    assert right.enter(now)
    assert right.admit(now)
    right.answer(now, JANA)
    throttle.give_back(book, right.said, now)
    reached = [times for key, times in book.kept.items() if "directory" in key]
    assert set(reached) == {(NOON + timedelta(seconds=290),)}


def test_a_name_that_means_somebody_else_by_now_is_charged_to_whom_it_means():
    book = Counted()
    book.keep_subject_of("novak", "somebody-who-was-renamed", NOON)
    guess = Guess(book, "novak", STRANGER)
    assert guess.enter(NOON)
    assert guess.admit(NOON)
    charged = [key for key, times in book.kept.items() if times]
    assert not any("somebody-who-was-renamed" in key for key in charged)
    assert book.subject_of("novak") == JANA_ID


@pytest.mark.parametrize("known", [True, False])
def test_a_guess_that_is_not_admitted_stays_counted_for_its_place(known):
    book = Counted()
    browser = KNOWN[0] if known else STRANGER
    for _ in range(4):
        guess = Guess(book, "jana", browser)
        _ = guess.enter(NOON) and guess.admit(NOON)
    odd = Guess(book, "ja.na", browser, address="198.51.100.1")
    book.logins.clear()
    if odd.enter(NOON) and isinstance(odd.said, Taken):
        before = dict(book.kept)
        assert not odd.admit(NOON)
        assert book.kept == before
    assert isinstance(odd.said, Exhausted)


class Quiet:
    """What the directory's counter holds, by who guessed: until a window has passed without a guess."""

    def __init__(self):
        self.strangers, self.known, self.last = 0, 0, NOON - timedelta(days=1)

    def wait(self, now):
        if now - self.last >= LOCKOUT.window + UNDER_WAY:
            self.strangers = self.known = 0

    def wrong(self, now, *, known):
        self.last = now
        self.known += known
        self.strangers += not known


@given(
    st.sampled_from([3, 4, 5, 7, 10]),
    st.lists(st.tuples(st.booleans(), st.integers(0, 700)), max_size=40),
)
def test_strangers_never_have_the_guesses_that_are_kept_for_known_browsers(attempts, script):
    """However long they go on, and whenever the person mistypes in between."""
    lockout, book, now = Lockout(attempts, LOCKOUT.window), Counted(), NOON
    part, whole = purses.of_directory(JANA_ID, lockout, known=False)
    rules, counter = Rules(SignIn(attempts=100), lockout), Quiet()
    kept = whole.limit.guesses - part.limit.guesses
    assert kept >= 1
    for known, seconds in script:
        now += timedelta(seconds=seconds)
        counter.wait(now)
        guess = Guess(book, "jana", KNOWN[0] if known else STRANGER)
        tried = guess.enter(now, rules) and guess.admit(now, rules=rules)
        if known and counter.known < kept:
            assert tried
        if tried:
            counter.wrong(now, known=known)
        assert counter.strangers <= part.limit.guesses
        assert counter.strangers + counter.known < attempts


def test_a_mistyped_password_does_not_give_strangers_their_guesses_again():
    """The person's own mistake keeps the directory from forgetting theirs."""
    lockout, book = Lockout(10, LOCKOUT.window), Counted()
    rules, window = Rules(SignIn(attempts=100), lockout), LOCKOUT.window + UNDER_WAY
    guesses = [Guess(book, "jana", STRANGER) for _ in range(20)]
    assert sum(guess.enter(NOON, rules) and guess.admit(NOON, rules=rules) for guess in guesses) == 6
    own = Guess(book, "jana", KNOWN[0])
    half = NOON + window / 2
    assert own.enter(half, rules)
    assert own.admit(half, rules=rules)
    later = Guess(book, "jana", STRANGER)
    assert not later.enter(NOON + window, rules)
    assert later.said.until == half + window
    assert Guess(book, "jana", KNOWN[0]).enter(NOON + window, rules)
