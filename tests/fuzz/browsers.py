"""Browsers and the handles they are known by: each sends the one it was given last, an old one, or a stolen one.

What holds: strangers use up nothing of a known browser, and what was guessed in it stays counted under its next handle.
"""

from collections import defaultdict

from hypothesis import strategies as st
from hypothesis.stateful import rule

from idp.events import Origin
from idp.login.conduct import Visit
from idp.login.desk import Caller, Fresh
from idp.login.drawn import draw
from idp.login.handle import hashed, new_handle, new_session_id
from idp.login.purses import Kind, of_account
from idp.login.refusal import Refusal
from tests.fuzz.office import Office, browsers
from tests.fuzz.shown import BROWSERS, BY_ID, LIMITS, LOCKOUT, STRANGERS, TOGETHER, Purse

ADDRESS = "192.0.2.1"
LEFT_BY_STRANGERS = 2
"""Of the 6 passwords that may reach a directory which locks at 7: see docs/directory.md, "Lock-out"."""
AT_LEAST = {Refusal.TOO_MANY_FOR_ACCOUNT: LIMITS.attempts, Refusal.TOO_MANY_FOR_DIRECTORY: LEFT_BY_STRANGERS}
"""Guesses that known browsers themselves have made when one of them is told so."""

handles = st.sampled_from(["old", "stolen", "stolen", "none", "latest"])
WRONG_CODE = {Refusal.CODE_WRONG, Refusal.CODE_REPLAYED, Refusal.CODE_UNUSABLE}
WRONG_ENROLMENT_CODE = {one for one in Refusal if one.startswith("enrolment_code")}
NO_GUESS = {one for one in Refusal if one.startswith(("too_many", "password_", "login_"))}
NO_GUESS |= {Refusal.OUT_OF_TURN, Refusal.FLOW_UNKNOWN}
"""Told without any guess being paid; where a factor is missing or too weak one is, though nothing is evaluated."""


class Browsers(Office):
    def __init__(self):
        super().__init__()
        self.given = {browser: [] for browser in BROWSERS}  # handles of a known browser, the latest last
        self.jar = dict.fromkeys(BROWSERS)  # what each sends; one sends something that we never gave
        self.jar[BROWSERS[-1]] = hashed(new_handle())
        self.replaced = {}  # handle → the one that took its place
        self.known = defaultdict(set)  # handle → who is known by it
        self.dead = set()  # purses of handles that were replaced
        self.handles = {}  # browser → handle of its session
        self.wrong = defaultdict(list)  # purse → moments of evaluated wrong guesses since the last success
        self.settled_at = {}  # purse → the last success
        self.guessed_where_known = defaultdict(int)  # subject → guesses, right and wrong

    @rule(browser=browsers, sends=handles)
    def another_handle_is_put_into(self, browser, sends):
        other = BROWSERS[(BROWSERS.index(browser) + 1) % len(BROWSERS)]
        found = {
            "old": self.given[browser][-2:-1], "stolen": [self.jar[other]], "none": [None],
            "latest": self.given[browser][-1:],
        }[sends]  # fmt: skip
        self.jar[browser] = found[0] if found else self.jar[browser]

    def visit(self, flow, stranger, sends=None):
        """A request for the sign-in, sometimes from another browser than the one it was begun in.

        `sends`: what was in the jar when this request came, as it may have changed while the directory was asked.
        """
        name, own = flow
        browser = BROWSERS[(BROWSERS.index(own) + 1) % len(BROWSERS)] if stranger else own
        known = self.jar[browser] if sends is None else sends.known
        fresh = Fresh(sid=new_session_id(), handle=hashed(new_handle()), known=hashed(new_handle()))
        caller = Caller(origin=Origin(address=ADDRESS), browser=browser, known=known)
        return Visit(
            flow=name, caller=caller, limits=LIMITS,
            drawn=draw(), now=self.now, fresh=fresh, lockout=LOCKOUT, previous=self.handles.get(browser),
            reading=self.reading(name),
        )  # fmt: skip

    # --- purses
    def is_known(self, subject, caller):
        return caller.known is not None and subject in self.known.get(caller.known, ())

    def purse(self, subject, kind, caller):
        """Strangers share one, as long as nobody's sign-in has made this browser a known one."""
        return Purse(subject, kind, caller.known if self.is_known(subject, caller) else STRANGERS)

    def guesses(self, subject, caller, told, *, counted=False):
        """A guess of that person's was made there, or refused: never because of what strangers did.

        Answers whether it was one of a known browser. `counted`: before, as that very guess was.
        """
        if subject is None or not self.is_known(subject, caller):
            return counted
        reason = told.reason if told is not None else None
        assert reason not in {Refusal.TOO_MANY_FROM_ADDRESS, Refusal.TOO_MANY_FROM_NETWORK}
        if reason in AT_LEAST:
            assert self.guessed_where_known[subject] >= AT_LEAST[reason], "strangers used up a known browser"
        taken = reason not in NO_GUESS
        self.guessed_where_known[subject] += taken and not counted
        return taken

    def was_wrong(self, purse, at):
        """Unless somebody has proven to be the person since it was counted."""
        while purse.of in self.replaced:
            purse = purse._replace(of=self.replaced[purse.of])
        for one in (purse,) if purse.of is STRANGERS else (purse, purse._replace(of=TOGETHER)):
            if one not in self.settled_at or self.settled_at[one] < at:
                self.wrong[one].append(at)

    # --- a completed sign-in
    def is_met(self, subject, visit):
        """All guesses are there again, and the browser has another handle, which keeps what is counted of others."""
        sent, fresh = visit.caller.known, visit.fresh.known
        for kind in Kind:
            purse = self.purse(subject, kind, visit.caller)
            for one in (purse,) if purse.of is STRANGERS else (purse, purse._replace(of=TOGETHER)):
                self.wrong[one].clear()
                self.settled_at[one] = self.now
        if sent is not None:
            self.replaced[sent] = fresh
            for before in [Purse(who, kind, sent) for who in BY_ID for kind in Kind]:
                after = before._replace(of=fresh)
                self.dead.add(of_account(before.subject, sent, before.kind, LIMITS)[0].key)
                self.wrong[after] = self.wrong.pop(before, [])
                if before in self.settled_at:
                    self.settled_at[after] = self.settled_at.pop(before)
        self.known[fresh] = self.known.pop(sent, set()) | {subject}
        self.jar[visit.caller.browser] = fresh
        self.given[visit.caller.browser].append(fresh)
