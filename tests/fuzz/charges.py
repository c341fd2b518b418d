"""Charges are exact: after every answer each purse holds the guesses it held before, but for that one guess.

It is given back, or stays, or was moved to whom the answer is about; a completed sign-in empties its person's own.
"""

from collections import Counter

from sqlalchemy import select

from gateway.storage.tables.identity import sign_in_guesses
from idp.directory.person import AccountState
from idp.login import purses
from idp.login.charging import NotTried
from idp.login.inputs import Rejected, Stale, Unanswered
from idp.login.outcome import EXHAUSTED
from idp.login.purses import Kind
from idp.login.refusal import Refusal
from idp.login.throttle import Scope
from tests.fuzz.browsers import ADDRESS
from tests.fuzz.directory import RULES, Directory
from tests.fuzz.shown import LIMITS


class Charges(Directory):
    def purses(self):
        """Guesses that count, of every purse but the directory's, which forgets by its own rules.

        Nor of a handle that was replaced: nobody can pay from it.
        """
        since = self.now - LIMITS.attempts_window
        keys = [row.key for row in self.connection.execute(select(sign_in_guesses.c.key))]
        found = {key: Counter(one for one in self.book.guesses(key) if one > since) for key in keys}
        left = {key: times for key, times in found.items() if times and ":directory" not in key}
        return {key: times for key, times in left.items() if key not in self.dead}

    def charged(self, asked, visit, held, after, lost):
        """Whether the guess was moved to other purses."""
        now, said = self.purses(), asked.said
        guess, back = self.guess_of(asked, lost)
        ways = [(_without(held, guess) if back else held, False)]
        subject = getattr(said, "subject", None) or (said.person.subject if isinstance(said, Stale) else None)
        if asked.what == "password" and subject is not None and not isinstance(said, NotTried):
            keys = self.paid_from(asked.checking.login, subject, asked.caller)
            if keys != {key for key, _ in guess}:
                there = _without(held, guess)
                ways = [(there if back else _with(there, [(key, self.now) for key in keys]), True)]
                if lost or (after.told is not None and after.told.reason in EXHAUSTED.values()):
                    ways.append((held, False))
        free = self.emptied_by(asked, visit, after, held.keys() | now.keys())
        seen = {key: times for key, times in now.items() if key not in free}
        for way, moved in ways:
            expected = self.renamed(way, visit, after).items()
            if {key: times for key, times in expected if times and key not in free} == seen:
                return moved
        raise AssertionError(f"charges are not exact after {asked}: {held} became {now}")

    def guess_of(self, asked, lost):
        """What was charged for the question, and whether it is given back."""
        said = asked.said
        if asked.what == "passkey":
            return [], False
        guess = [(one.key, asked.checking.taken.at) for one in asked.checking.taken.purses if _is_ours(one)]
        if "new" in asked.what:
            return guess, said != Refusal.OLD_PASSWORD_WRONG  # though the sign-in is over
        right = asked.right and not isinstance(said, NotTried)
        right = right and getattr(said, "state", AccountState.ACTIVE) is AccountState.ACTIVE
        return guess, (right or isinstance(said, Unanswered)) and not lost

    def paid_from(self, login, subject, caller):
        """Keys of the purses that a guess of that person's password is paid from."""
        known = caller.known if self.is_known(subject, caller) else None
        whose = [subject] if known is not None else [*RULES.names(login), subject]
        paid = [one for who in whose for one in purses.of_account(who, known, Kind.PASSWORD, LIMITS)]
        return {one.key for one in paid + ([] if known else [*purses.of_place(ADDRESS, LIMITS)])}

    def emptied_by(self, asked, visit, after, keys):
        """Purses of who has all guesses again: nothing is said of what they hold, but that they are there."""
        free = set()
        if after.opening is not None:
            subject = after.opening.person.subject
            sent = visit.caller.known if self.is_known(subject, visit.caller) else None
            for known in {sent, visit.fresh.known if sent is not None else None}:
                free |= {one.key for kind in Kind for one in purses.of_account(subject, known, kind, LIMITS)}
        if asked.what == "password" and asked.proven:  # a right password makes its name good
            keys |= self.paid_from(asked.checking.login, asked.subject, visit.caller)
            free |= {key for key in keys if ":login:" in key}
        return free

    def renamed(self, held, visit, after):
        """What is counted in a browser of others goes with it to its new handle."""
        sent = visit.caller.known
        if after.opening is None or sent is None:
            return held
        moved = dict(held)
        for who in self.known.get(sent, ()):
            for kind in Kind:
                before, to = (
                    purses.of_account(who, one, kind, LIMITS)[0].key for one in (sent, visit.fresh.known)
                )
                if before in moved:
                    moved[to] = moved.pop(before)
        return moved

    def wrong_guess(self, asked, after, moved):
        """One that the directory evaluated."""
        wrong_new = "new" in asked.what and asked.said == Refusal.OLD_PASSWORD_WRONG
        if not wrong_new and not (asked.what == "password" and isinstance(asked.said, Rejected)):
            return
        if asked.subject is None or after.session is not None:
            return
        where = self.purse(asked.subject, Kind.PASSWORD, asked.caller) if moved else asked.paid
        self.was_wrong(where, self.now if moved else asked.checking.taken.at)


def _is_ours(purse):
    return purse.scope is not Scope.DIRECTORY


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
