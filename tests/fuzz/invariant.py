"""The invariant of the sign-in: no path leads to a session without the factors demanded. In words and in code.

Proofs. A session is there only for a person whose password the directory accepted in that very sign-in (or in the live
session of that very browser which the sign-in raises), and of whom in the same sign-in a one-time code, a recovery
code or an answer of a key came that was never used before, or a first factor was enrolled by an officer's unused code
for that very person; or whose passkey answered that sign-in's challenge and verified its user, and whose account the
directory called active after that; or, by password alone, for whom an exception runs. In the password's place stands
another provider's answer to this very sign-in's question, about an identity that is linked with the person; in the
place of both where its proof is trusted and young. An identity is linked only where one sign-in showed it, and here the
password and a factor. No code, challenge or enrolment
works twice (asserted at each step, `steps.py`).

Levels. It has the level of what was shown, and no less than was demanded. Trust delay: a link with another provider
counts for two factors at most until its time has passed, whatever that provider says; a key that was added by less
counts for no more than that until its time has passed, removes nothing and shortens no other's delay.

Ends. Whoever was put out (factors reset or removed, sessions or an exception ended, account closed, password changed)
gets nothing from what was shown or asked before. Whatever ended stays ended. Nothing outlasts its limit or exception.

News. A sign-in that stands while a role is lost, or the password must be changed by then, opens nothing by what was
known before: the session has the roles of now, and there is none before the new password.

Lock-out. In any window no account has more wrong guesses than the limit, among strangers or in one known browser, and
twice that in all known ones; each is charged, and stays so when a browser gets another handle. The directory, which
counts as Active Directory does, locks nobody; strangers use up nothing of a known browser (`browsers.py`). Answers that
come too late move no charge (`asked.py`, `charges.py`).

Known browsers. A handle is good for exactly those who completed a sign-in by it or by the one it replaced: each
completed sign-in gives another, and from then on the old one, and every copy of it, is a stranger's. A stolen one opens
nothing: it guesses as that browser does, with what that browser has left, until either of the two signs in.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from hypothesis.stateful import invariant

from config.vocabulary import AuthenticationLevel
from gateway.storage.engine import driver_of
from idp.directory.person import AccountState, Person
from idp.login import purses, totp
from idp.login.authenticator import Credential
from idp.login.handle import HandleHash
from idp.login.level import reaches
from idp.login.session import Session
from tests.fuzz.shown import (
    BROWSERS,
    BY_ID,
    LIMITS,
    PASSWORD,
    RESISTANT,
    STRANGERS,
    TOGETHER,
    TWO,
    WEAKEST_FIRST,
    Shown,
)

ACTIVE = AccountState.ACTIVE
SUFFICES = {
    frozenset({"password", "code"}): TWO, frozenset({"password", "recovery"}): TWO,
    frozenset({"password", "key"}): RESISTANT, frozenset({"password", "officer", "first code"}): TWO,
    frozenset({"password", "officer", "first key"}): RESISTANT, frozenset({"passkey", "account"}): RESISTANT,
    frozenset({"password", "exception"}): PASSWORD,
    frozenset({"upstream", "code"}): TWO, frozenset({"upstream", "recovery"}): TWO,
    frozenset({"upstream", "key"}): RESISTANT, frozenset({"upstream", "trusted"}): TWO,
    frozenset({"upstream", "trusted in full"}): RESISTANT,
}  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """A session that the machine opened, beside what the fuzz has seen of its sign-in."""

    session: Session
    browser: HandleHash
    """Where the last request came from."""
    now: datetime
    by: Shown
    closed: bool
    """The directory has closed the account."""
    over: bool
    """A session of that name was over already."""
    goes_on: bool
    """The sign-in is still there."""
    read: Person | None = None
    """As the directory knew its person before the last step of a sign-in that stood at somebody."""

    @property
    def level(self) -> AuthenticationLevel | None:
        """What was shown comes to; None: no session at all."""
        enough = [level for proofs, level in SUFFICES.items() if proofs <= self.by.proofs]
        strongest = max(enough, key=WEAKEST_FIRST.index, default=None)
        if strongest is None or self.by.new is None:
            return strongest
        return min(strongest, self.by.new.level, key=WEAKEST_FIRST.index)


WHEN_IT_OPENS = {
    "in the browser the sign-in was begun in": lambda o: o.browser == o.by.browser,
    "for the person who has shown everything": lambda o: o.session.person.subject == o.by.subject,
    "by what suffices for a session": lambda o: o.level is not None,
    "at the level of what was shown, of a new key no more": lambda o: o.session.level is o.level,
    "at the level demanded": lambda o: reaches(o.session.level, o.by.demanded),
    "after the password was changed that had to be": lambda o: not o.by.must_change,
    "of nobody who was put out meanwhile": lambda o: not o.by.put_out,
    "of an account that is open": lambda o: not o.closed,
    "with the roles of now, where it stood": lambda o: o.read is None or o.session.person.roles == o.read.roles,
    "of nobody who must change the password by now": lambda o: o.read is None or o.read.state is ACTIVE,
    "where a session is raised, as that session": lambda o: o.by.raises in {None, o.session.sid},
    "reviving none that is over": lambda o: not o.over,
    "dated when the password was shown": lambda o: o.session.auth_time == (o.by.since or o.now),
    "for no longer than the limit": lambda o: o.session.expires_at <= o.session.auth_time + LIMITS.absolute,
    "for no longer than the exception": lambda o: o.by.until is None or o.session.expires_at <= o.by.until,
    "remembering that the key was new": lambda o: o.session.proof_counts_from == (o.by.new and o.by.new.until),
    "as the end of the sign-in": lambda o: not o.goes_on,
}  # fmt: skip


def must_hold(opened):
    broken = [law for law, holds in WHEN_IT_OPENS.items() if not holds(opened)]
    assert not broken, f"a session was opened, but not {', nor '.join(broken)}: {opened}"


class Always:
    """What holds after every step, whatever it was. The other half of each comparison is what the fuzz has seen."""

    @invariant()
    def every_session_was_proven_and_what_is_over_stays_over(self):
        for sid, subject, level, ended in self.rows("sid, subject, level, ended_at FROM provider_session"):
            opened = self.sessions[sid]
            assert (opened.subject, opened.level) == (subject, AuthenticationLevel(level))
            assert ended is not None or sid not in self.over, "a session lives that was ended"

    @invariant()
    def every_link_was_shown_from_both_sides(self):
        rows = self.rows("upstream_subject, subject FROM upstream_link")
        assert dict(rows) == self.links

    @invariant()
    def only_what_was_enrolled_is_there_and_it_counts_as_it_was_enrolled(self):
        for subject in BY_ID:
            held = self.book.authenticators(subject)
            secrets = {one.means.secret for one in held if isinstance(one.means, totp.Enrolled)}
            assert secrets == ({self.secrets[subject]} if subject in self.secrets else set())
            keys = {one.means.id: one.newly for one in held if isinstance(one.means, Credential)}
            assert keys.keys() == {key.soft.id for key in self.keys[subject]}
            for key in self.keys[subject]:
                new = keys[key.soft.id]
                assert (new and (new.level, new.until)) == (key.new and (key.new.level, key.new.until))
            assert self.book.recovery_codes_left(subject) == len(self.recovery[subject]["unused"])

    @invariant()
    def a_browser_is_known_to_exactly_those_who_signed_in_with_its_handle(self):
        rows = {
            (bytes(handle), subject) for handle, subject in self.rows("browser, subject FROM known_browser")
        }
        assert rows == {(handle, subject) for handle, people in self.known.items() for subject in people}

    @invariant()
    def no_purse_let_through_more_wrong_guesses_than_the_limit(self):
        for purse, moments in self.wrong.items():
            most = LIMITS.attempts * (purses.BROWSERS_TOGETHER if purse.of is TOGETHER else 1)
            for start in moments:
                assert sum(start <= one < start + LIMITS.attempts_window for one in moments) <= most, purse

    @invariant()
    def every_wrong_guess_is_charged(self):
        since = self.now - LIMITS.attempts_window
        for purse, moments in self.wrong.items():
            counting = Counter(moment for moment in moments if moment > since)
            assert not counting or counting <= Counter(self.book.guesses(_key(purse))), purse

    def rows(self, what):
        return driver_of(self.connection.connection).execute(f"SELECT {what}")


def _key(purse):
    known = None if purse.of is STRANGERS else BROWSERS[0] if purse.of is TOGETHER else purse.of
    paid = purses.of_account(purse.subject, known, purse.kind, LIMITS)
    return paid[1 if purse.of is TOGETHER else 0].key
