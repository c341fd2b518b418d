"""What the directory was asked and has not answered yet; its answers come in any order, whatever happened meanwhile.

Invariant: an answer that comes after what it was asked for is gone (the sign-in went on in another tab, is over or
somebody else's; its person was put out; the session ended) opens nothing and leaves the sign-in as it is; and after
every answer each purse holds exactly the guesses it held before, but for that one guess.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select

from gateway.storage.tables.identity import sign_in_guesses
from idp import events
from idp.directory.person import AccountState
from idp.login import charging, conduct, conduct_factor, conduct_new_password, desk, own_password, purses
from idp.login.charging import NotTried, Rules
from idp.login.drawn import draw
from idp.login.handle import hashed, new_handle
from idp.login.inputs import Rejected, Stale, Unanswered
from idp.login.level import reaches
from idp.login.outcome import EXHAUSTED
from idp.login.purses import UNDER_WAY, Kind
from idp.login.refusal import Refusal
from idp.login.states import AwaitingNewPassword, AwaitingPassword, subject_of
from idp.login.throttle import Exhausted, Scope
from tests.fuzz.office import BY_ID, LIMITS, LOCKOUT, PASSWORD, Office, browsers
from tests.rig.people import JANA_ID, PETR_ID, person

RULES = Rules(LIMITS, LOCKOUT)
NEW = "Nove-dlouhe-heslo 2"
moments = st.sampled_from(["at once", "at once", "later, tried at once", "later"])
"""When the directory answers."""


@dataclass(kw_only=True)
class Asked:
    """One question; `tried`: the directory has made up its mind, and the answer is on its way."""

    what: str
    flow: Any
    checking: Any
    subject: Any = None
    whim: str = "honest"
    right: bool = True
    left: Any = None
    """How the sign-in stands, until something else happens to it."""
    said: Any = None
    tried: bool = False
    stopped: bool = False
    """The person was put out after the directory, or a key, had said who it is."""
    paid: Any = None
    sid: Any = None


class Answers(Office):
    def __init__(self):
        super().__init__()
        self.asked = []

    def stop_sign_ins(self, subject, but=None):
        super().stop_sign_ins(subject, but)
        for one in self.asked:
            known = one.tried or one.what == "passkey"
            one.stopped |= one.subject == subject and known and (but is None or one.flow[0] != but)

    def ask(self, asked, when):
        asked.left = self.question(asked.flow)
        if when != "later":
            self.try_it(asked)
        if when == "at once":
            self.answer(asked)
        else:
            self.asked.append(asked)

    @rule(which=st.integers(0, 5), stranger=st.sampled_from([False] * 6 + [True]), elsewhere=st.booleans())
    def the_directory_answers(self, which, stranger, elsewhere):
        if self.asked:
            self.answer(self.asked.pop(which % len(self.asked)), stranger=stranger, elsewhere=elsewhere)

    def all_answer(self, *, backwards):
        while self.asked:
            self.answer(self.asked.pop(-1 if backwards else 0))

    # --- the directory's part
    def try_it(self, asked):
        """It counts wrong passwords as Active Directory does, and asks first whether it may try one."""
        asked.tried = True
        late = asked.what != "passkey" and self.now - asked.checking.asked_at > UNDER_WAY
        if asked.whim == "down" or late:
            asked.said = Refusal.DIRECTORY_UNREACHABLE if "new" in asked.what else Unanswered()
        elif asked.what == "password":
            visit = self.visit(asked.flow, False)
            rules, login = (visit.caller, RULES, asked.checking), asked.subject
            admitted = conduct.admit(self.book, visit.flow, *rules, login, self.now)
            if isinstance(admitted, Exhausted):
                asked.said = NotTried(admitted, asked.subject)
            else:
                asked.checking = admitted
                asked.said = self.tried(asked.subject, asked.whim if asked.right else "no")
        elif asked.what == "passkey":
            asked.said = self.person_of(asked.subject, asked.whim)
        elif not asked.right:
            asked.said = Refusal.OLD_PASSWORD_WRONG
            self.counts_wrong(asked.subject)
        elif asked.whim == "refused":
            asked.said = Refusal.NEW_PASSWORD_REFUSED
        else:
            self.counted.pop(asked.subject, None)
            asked.said = None if "own" in asked.what else self.person_of(asked.subject, asked.whim)

    def tried(self, subject, whim):
        if subject is None:
            return Rejected()
        if whim == "no":
            self.counts_wrong(subject)
            return Rejected(subject=subject)
        self.counted.pop(subject, None)
        if whim == "stale" and subject not in self.closed:
            return Stale(BY_ID[subject], Refusal.PASSWORD_EXPIRED)
        return self.person_of(subject, whim)

    def person_of(self, subject, whim):
        if whim == "gone":
            return None
        if whim == "another":
            return BY_ID[PETR_ID if subject == JANA_ID else JANA_ID]
        if whim == "honest" and subject not in self.closed:
            return BY_ID[subject]
        return person(subject, BY_ID[subject].login, AccountState.DISABLED)

    def counts_wrong(self, subject):
        number, last = self.counted.get(subject, (0, self.now))
        number = number + 1 if self.now - last <= LOCKOUT.window else 1
        self.counted[subject] = number, self.now
        assert number < LOCKOUT.attempts, "the directory has locked the account"

    # --- its answers
    def answer(self, asked, *, stranger=False, elsewhere=False):
        if not asked.tried:
            self.try_it(asked)
        if asked.what == "own new":
            self.answer_own(asked)
            return
        flow = self.another(asked) if elsewhere else asked.flow
        visit, before, held = self.visit(flow, stranger), self.state(flow), self.purses()
        recorded, awaited_last = len(self.book.events), self.question(flow) == asked.left
        book, checking, said = self.book, asked.checking, asked.said
        over = before is not None and book.flow(flow[0]).expires_at <= self.now
        excepted = asked.subject and self.book.exception_of(asked.subject, self.now) is not None
        if asked.what == "password":
            after = conduct.answer_password(book, visit, checking, said)
        elif asked.what == "passkey":
            after = conduct_factor.answer_passkey(book, visit, checking, said)
        else:
            after = conduct_new_password.answer_new_password(book, visit, checking, said)
        awaited = AwaitingNewPassword if asked.what == "new" else AwaitingPassword
        proven = asked.right and not isinstance(said, Refusal | Unanswered | NotTried)
        put_out = asked.stopped or visit.flow in self.stopped
        lost = stranger or flow != asked.flow or not isinstance(before, awaited) or over or not awaited_last
        assert lost or not (put_out and proven), "an answer counted though its person was put out"
        if lost:
            reason = after.told.reason if after.told is not None else None
            told_no = (
                asked.what == "password" and not self.is_yes(asked) and isinstance(before, AwaitingPassword)
            )
            assert reason == Refusal.OUT_OF_TURN or told_no, "an answer counted that nobody waits for"
            assert (after.session, after.codes) == (None, ())
            changed = asked.what == "new" and not isinstance(said, Refusal)
            changed_own = changed and before is not None and subject_of(before) == asked.subject
            assert self.state(flow) == (None if changed_own and after.flow is None else before)
            self.recorded_late(asked, book.events[recorded:])
        moved = self.charged(asked, visit, held, after, lost)
        self.ended_by(asked, after, visit.flow)
        if not lost:
            {"password": self.password_said, "passkey": self.passkey_said, "new": self.new_password_said}[
                asked.what
            ](asked, visit, before, after, flow, excepted)
        self.wrong_guess(asked, visit, after, moved)

    def question(self, flow):
        """What an answer is awaited to in it."""
        state = self.state(flow)
        return (
            state.asking.name if isinstance(state, AwaitingPassword) and state.asking is not None else state
        )

    def is_yes(self, asked):
        right = asked.right and not isinstance(asked.said, Refusal | Unanswered | NotTried)
        return right and getattr(asked.said, "state", AccountState.ACTIVE) is AccountState.ACTIVE

    def recorded_late(self, asked, entries):
        """What came too late is in the log, with a reason."""
        if asked.what == "new":
            return
        (entry,) = entries
        refused = events.KeyRefused if asked.what == "passkey" else events.PasswordRefused | events.Throttled
        assert isinstance(entry, refused)
        if asked.what == "password" and self.is_yes(asked) and isinstance(entry, events.PasswordRefused):
            assert entry.reason == Refusal.ANSWERED_TOO_LATE
        assert entry.reason

    def another(self, asked):
        """A sign-in in which nobody waits for this answer."""
        awaited = [one for one in self.flows[-3:] if one != asked.flow]
        free = [
            one for one in awaited
            if (state := self.state(one)) is None or subject_of(state) != asked.subject or asked.subject is None
        ]  # fmt: skip
        proven = asked.right and not isinstance(asked.said, Refusal | Unanswered | NotTried | Rejected)
        return free[-1] if free and proven and asked.what != "new" else asked.flow

    def ended_by(self, asked, after, flow):
        """A changed password puts the person out everywhere else."""
        self.over |= {*after.ended}
        if "new" in asked.what and not isinstance(asked.said, Refusal):
            self.stop_sign_ins(asked.subject, flow)

    def password_said(self, asked, visit, before, after, flow, excepted):
        if not self.went_on(before, after, flow):
            return
        assert asked.right
        assert asked.whim in {"honest", "stale"}
        assert asked.subject not in self.closed
        self.shown.pop(visit.flow, None)
        self.must_change.discard(visit.flow)
        if asked.whim == "stale":
            self.must_change.add(visit.flow)
            assert after.session is None
        if excepted and reaches(PASSWORD, self.demanded[visit.flow]):
            self.shown[visit.flow] = (visit.caller.browser, asked.subject, {"exception"})
        self.noted(visit, after, asked.subject, "password")

    def passkey_said(self, asked, visit, _before, after, _flow, _excepted):
        self.shown.pop(visit.flow, None)
        if after.session is not None:
            assert asked.whim == "honest"
            self.must_change.discard(visit.flow)
            self.shown[visit.flow] = (visit.caller.browser, asked.subject, {"passkey"})
            self.noted(visit, after, asked.subject, "account")

    def new_password_said(self, asked, visit, _before, after, _flow, _excepted):
        if asked.right and asked.whim == "honest" and not isinstance(asked.said, Refusal):
            self.must_change.discard(visit.flow)
        self.checked(visit, after)
        if after.flow is not None and isinstance(after.flow.state, AwaitingPassword):
            self.shown.pop(visit.flow, None)

    # --- a new password of somebody signed in
    @rule(
        browser=browsers, old=st.sampled_from(["right", "right", "wrong"]),
        whim=st.sampled_from(["honest", "refused", "down"]), when=moments,
    )  # fmt: skip
    def own_new_password(self, browser, old, whim, when):
        session = self.live_in(browser)
        if session is None:
            return
        caller = self.visit((None, browser), False).caller
        visit = own_password.Visit(caller, RULES, draw(), self.now)
        progress = own_password.enter(self.book, session, visit, old, NEW, NEW, ())
        if progress.ask is not None:
            subject = session.person.subject
            asked = Asked(
                what="own new", flow=(None, browser), checking=progress.checking, subject=subject, whim=whim,
                right=old == "right", paid=self.paid_from[subject, Kind.PASSWORD], sid=session.sid,
            )  # fmt: skip
            self.ask(asked, when)

    def answer_own(self, asked):
        browser, held, given = asked.flow[1], self.purses(), hashed(new_handle())
        here = self.visit(asked.flow, False)
        visit = own_password.Visit(here.caller, RULES, draw(), self.now)
        mine, said = self.book.session(asked.sid), asked.said
        after = own_password.answer(self.book, asked.sid, visit, asked.checking, said, given)
        if after.session is not None:
            assert asked.right
            assert said is None
            assert asked.sid not in self.over, "a session that is over was revived"
            assert mine.ended_at is None
            if self.handles.get(browser) == mine.handle:
                self.handles[browser] = given
        elif self.book.session_of(given) is not None:
            raise AssertionError("a handle was given to a session that is over")
        assert asked.sid not in after.ended
        self.charged(asked, here, held, after, lost=False)
        self.ended_by(asked, after, None)
        self.wrong_guess(asked, here, after, moved=False)

    def live_in(self, browser):
        handle = self.handles.get(browser)
        return desk.live(self.book, handle, LIMITS, self.now) if handle is not None else None

    # --- charges
    def purses(self):
        """Guesses that count, of every purse but the directory's, which forgets by its own rules."""
        keys = [row.key for row in self.connection.execute(select(sign_in_guesses))]
        since = self.now - LIMITS.attempts_window
        found = {key: Counter(one for one in self.book.guesses(key) if one > since) for key in keys}
        return {key: times for key, times in found.items() if times and ":directory" not in key}

    def charged(self, asked, visit, held, after, lost):
        """Whether the guess was moved to other purses. Exactly it is given back, once, or stays."""
        now, said = self.purses(), asked.said
        if asked.what == "passkey":
            guess, right = (), False
        else:
            guess = [(one.key, asked.checking.taken.at) for one in _of_us(asked.checking.taken.purses)]
            right = asked.right and not isinstance(said, NotTried)
            right = right and getattr(said, "state", AccountState.ACTIVE) is AccountState.ACTIVE
        if "new" in asked.what:
            right = said != Refusal.OLD_PASSWORD_WRONG
        back = right or isinstance(said, Unanswered)
        back = back and (not lost or asked.what == "new")
        ways = [(_without(held, guess) if back else held, False)]
        subject = getattr(said, "subject", None) or (said.person.subject if isinstance(said, Stale) else None)
        if asked.what == "password" and subject is not None and not isinstance(said, NotTried):
            paid = [(one.key, self.now) for one in self.paid_now(asked, subject, visit.caller)]
            if {key for key, _ in paid} != {key for key, _ in guess}:
                there = _without(held, guess)
                ways = [(there if back else _with(there, paid), True)]
                if lost or (after.told is not None and after.told.reason in EXHAUSTED.values()):
                    ways.append((held, False))
        fresh = self.reset_by(after, visit)
        if asked.what == "password" and right:  # a right password makes its name good among strangers
            fresh |= {key for key in held.keys() | now.keys() if ":login:" in key}
        seen = {key: times for key, times in now.items() if key not in fresh}
        for expected, moved in ways:
            if {key: times for key, times in expected.items() if times and key not in fresh} == seen:
                return moved
        raise AssertionError(f"charges are not exact after {asked}: {held} became {now}")

    def paid_now(self, asked, subject, caller):
        """From which purses a guess of the login is paid; that these are the right ones is test_charging's affair."""
        return _of_us(charging._tried(self.book, asked.checking.login, subject, caller, RULES))

    def reset_by(self, after, visit):
        """Purses of who has all guesses again, now that everything was shown."""
        if after.opening is None:
            return set()
        subject = after.opening.person.subject
        browser = visit.caller.known if self.known_before[subject] else None
        return {one.key for kind in Kind for one in purses.of_account(subject, browser, kind, LIMITS)}

    def wrong_guess(self, asked, visit, after, moved):
        """One that the directory evaluated, if nobody has proven to be the person since it was counted."""
        wrong_new = "new" in asked.what and asked.said == Refusal.OLD_PASSWORD_WRONG
        if not wrong_new and not (asked.what == "password" and isinstance(asked.said, Rejected)):
            return
        if asked.subject is None or after.session is not None:
            return
        where = self.paid_from[asked.subject, Kind.PASSWORD] if moved else asked.paid
        at = self.now if moved else asked.checking.taken.at
        if at in self.book.guesses(self.key_of(where)):
            self.wrong[where].append(at)


def _of_us(paid):
    return [one for one in paid if one.scope is not Scope.DIRECTORY]


def _without(held, guess):
    left = {key: Counter(times) for key, times in held.items()}
    for key, at in guess:
        if left.get(key, {}).get(at):
            left[key] -= Counter([at])
    return left


def _with(held, guess):
    more = {key: Counter(times) for key, times in held.items()}
    for key, at in guess:
        more[key] = more.get(key, Counter()) + Counter([at])
    return more
