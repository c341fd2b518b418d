"""The directory's part: it asks whether it may try a password, counts wrong ones as Active Directory does, and errs."""

from dataclasses import dataclass
from typing import Any

from idp.directory.person import AccountState
from idp.login import conduct
from idp.login.charging import NotTried, Rules
from idp.login.effects import Tell
from idp.login.inputs import Rejected, Stale, Unanswered
from idp.login.outcome import EXHAUSTED
from idp.login.purses import UNDER_WAY, Kind
from idp.login.refusal import Refusal
from idp.login.throttle import Exhausted
from tests.fuzz.openings import Openings
from tests.fuzz.shown import BY_ID, LIMITS, LOCKOUT
from tests.rig.people import JANA_ID, PETR_ID, person

RULES = Rules(LIMITS, LOCKOUT)
NOT_PROVEN = Refusal | Unanswered | NotTried


@dataclass(kw_only=True)
class Asked:
    """One question; `tried`: the directory has made up its mind, and the answer is on its way."""

    what: str
    """password, passkey, new (one that had to be changed), own new."""
    flow: Any
    caller: Any
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
    """The purse of the guess."""
    at_home: bool = False
    """It was made in a browser that the person was known in."""
    sid: Any = None
    new: Any = None
    """What the key counts for that was shown."""

    @property
    def proven(self):
        return self.right and not isinstance(self.said, NOT_PROVEN)

    @property
    def is_yes(self):
        return self.proven and getattr(self.said, "state", AccountState.ACTIVE) is AccountState.ACTIVE

    @property
    def changed(self):
        """By what the directory did the old password may hold no more."""
        refused = isinstance(self.said, Refusal) and self.said is not Refusal.CHANGE_UNCERTAIN
        return "new" in self.what and not refused


class Directory(Openings):
    def __init__(self):
        super().__init__()
        self.counted = {}  # subject → number and last moment of wrong passwords

    def try_it(self, asked):
        asked.tried = True
        late = asked.what != "passkey" and self.now - asked.checking.asked_at > UNDER_WAY
        if asked.whim == "down" or late:
            asked.said = Refusal.DIRECTORY_UNREACHABLE if "new" in asked.what else Unanswered()
        elif asked.what == "password":
            asked.said = self.asked_password(asked)
        elif asked.what == "passkey":
            asked.said = self.person_of(asked.subject, asked.whim)
        elif not asked.right:
            asked.said = Refusal.OLD_PASSWORD_WRONG
            self.counts_wrong(asked.subject)
        elif asked.whim in {"refused", "uncertain"}:
            refused = asked.whim == "refused"
            asked.said = Refusal.NEW_PASSWORD_REFUSED if refused else Refusal.CHANGE_UNCERTAIN
        else:
            self.counted.pop(asked.subject, None)
            asked.said = None if "own" in asked.what else self.person_of(asked.subject, asked.whim)

    def asked_password(self, asked):
        """It says whom the login means before it tries the password, and may not be let."""
        (flow, _), caller, subject = asked.flow, asked.caller, asked.subject
        admitted = conduct.admit(self.book, flow, caller, RULES, asked.checking, subject, self.now)
        refused = Tell(EXHAUSTED[admitted.scope]) if isinstance(admitted, Exhausted) else None
        self.guesses(subject, caller, refused, counted=asked.at_home)
        if isinstance(admitted, Exhausted):
            return NotTried(admitted, subject)
        asked.checking = admitted
        if subject is not None:
            asked.paid = self.purse(subject, Kind.PASSWORD, caller)
        return self.tried(subject, asked.whim if asked.right else "no")

    def is_expired(self, flow):
        found = self.book.flow(flow[0])
        return found is not None and found.expires_at <= self.now

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
