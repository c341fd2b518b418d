"""Fuzz target: any order of steps, by several browsers, for several people, with a directory that errs.

What must hold whatever happens is in `invariant.py`. Here are the usual orders of steps with one thing wrong, so that
much of the search is near sessions that are really opened.

Quick in the suite; `make fuzz` runs it longer (`FUZZ_EXAMPLES`).
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.fuzz.asked import moments
from tests.fuzz.browsers import handles
from tests.fuzz.invariant import Always
from tests.fuzz.office import browsers, demands
from tests.fuzz.steps import answers, codes, key_whims, known, spoken, strange, whims
from tests.fuzz.upstreams import Upstreams
from tests.rig.people import JANA_ID, PETR_ID

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
ways = st.sampled_from(["code", "recovery", "key"])
asking = st.sampled_from(["password", "bare password", "passkey", "new password", "own new password"])
late = st.sampled_from(["later", "later, tried at once"])
waits = st.sampled_from([0, 31, 24 * 60 * 60 - 1, 24 * 60 * 60])
ENDS = ("end", "sign out", "idle", "another")
acts = st.sampled_from(["reset", "end", "close"])


class SignInMachine(Upstreams, Always):
    @rule(
        browser=browsers, demanded=demands, login=known, whim=whims, way=ways, kind=spoken, key=key_whims,
        whose=st.sampled_from([JANA_ID, JANA_ID, PETR_ID]), stranger=strange,
    )  # fmt: skip
    def by_password_and_factor(
        self, browser, demanded, login, whim, way, kind, key, *, whose=JANA_ID, stranger=False
    ):
        flow = self.begin(browser, demanded)
        self.password(flow, False, login, "right", whim)
        if way == "code":
            self.code(flow, stranger, 0, "right")
        elif way == "recovery":
            self.recovery_code(flow, stranger, kind)
        else:
            self.key(flow, stranger, whose, key, "honest")
        self.new_password(flow, False, "right", "honest")

    @rule(
        browser=browsers, demanded=demands, whims=st.lists(key_whims, min_size=1, max_size=3), answer=answers
    )
    def by_passkey(self, browser, demanded, whims, answer):
        flow = self.begin(browser, demanded)
        for whim in whims:
            self.key(flow, False, JANA_ID, whim, answer)

    @rule(
        browser=browsers, demanded=demands, kind=spoken, hours=st.sampled_from([0, 1, 1, 1]), by_key=st.booleans(),
        one_code=st.booleans(),
    )  # fmt: skip
    def by_enrolment(self, browser, demanded, kind, hours, by_key, one_code):
        """Petr, in two sign-ins at once, by two codes or the same: of two enrolments one holds, and none is Jana's."""
        two = [self.begin(browser, demanded), self.begin(browser, None)]
        for flow in two:
            self.password(flow, False, "svoboda.petr", "right", "honest")
            again = one_code and flow is two[1]
            if not again:
                self.an_officer_gives_a_code(PETR_ID, hours)
                self.an_officer_gives_a_code(JANA_ID, hours)
            self.officers_code(flow, False, "used" if again else kind)
        for flow in two:
            if by_key:
                self.new_key(flow, False, True)
            self.code(flow, False, 0, "right")
            self.saved(flow, False, False)
        self.by_password_and_factor(browser, None, "jana", "honest", "key", "unused", "honest", whose=PETR_ID)

    @rule(browser=browsers, seconds=waits, demanded=demands, alone=st.booleans(), again=st.booleans())
    def by_a_new_key(self, browser, seconds, demanded, alone, again):
        """Jana adds a key after a one-time code, and another after the new one; then she signs in with the latest."""
        self.by_password_and_factor(browser, None, "jana", "honest", "recovery", "unused", "honest")
        self.a_key_is_added(browser, True)
        if again:
            self.by_newest_key(browser, None, alone=alone)
            self.a_key_is_added(browser, True)
            self.a_key_is_removed(browser, 0)
        self.time_passes(seconds)
        self.by_newest_key(browser, demanded, alone=alone)

    def by_newest_key(self, browser, demanded, *, alone):
        flow = self.begin(browser, demanded)
        if not alone:
            self.password(flow, False, "jana", "right", "honest")
        self.key(flow, False, JANA_ID, "honest", "honest", which=-1)

    @rule(
        browser=browsers, login=known, number=st.integers(1, 7), codes_too=st.booleans(), sends=handles,
        other=browsers, seconds=st.sampled_from([0, 300, 901]),
    )  # fmt: skip
    def by_guesses(self, browser, login, number, codes_too, sends, other, seconds):
        """Many in a row, then by another handle; then the person comes, maybe elsewhere."""
        flow = self.begin(browser, None)
        for _ in range(number):
            self.password(flow, False, login, "wrong", "honest")
        self.another_handle_is_put_into(browser, sends)
        for _ in range(number):
            self.password(flow, False, login, "wrong", "honest")
        self.time_passes(seconds)
        flow = self.begin(other, None)
        self.password(flow, False, login, "right", "honest")
        for _ in range(number if codes_too else 0):
            self.code(flow, False, 0, "zero")
        self.code(flow, False, 0, "right")

    @rule(browser=browsers, meanwhile=st.sampled_from([*ENDS, "nothing", "nothing"]), whim=key_whims)
    def by_raising(self, browser, meanwhile, whim):
        """Jana's session is over before it is raised; nor does she come in by the code she has used."""
        self.by_password_and_factor(browser, None, "jana", "honest", "recovery", "unused", "honest")
        self.time_passes(400)
        flow = self.raise_the_session(browser)
        if meanwhile == "end":
            self.sessions_end(JANA_ID)
        elif meanwhile == "sign out":
            self.signs_out(browser)
        elif meanwhile == "idle":
            self.time_passes(550)
        elif meanwhile == "another":
            self.an_exception_is_granted(PETR_ID, 60)
            self.password(self.begin(browser, None), False, "svoboda.petr", "right", "honest")
        self.key(flow, False, JANA_ID, whim, "honest")
        flow = self.begin(browser, None)
        self.password(flow, False, "jana", "right", "honest")
        self.recovery_code(flow, False, "used")

    @rule(browser=browsers, act=acts, at=st.sampled_from(["password", "factor", "codes"]), key=st.booleans())
    def by_whoever_is_put_out_meanwhile(self, browser, act, at, key):
        """Petr is in the middle of a sign-in while an officer or the directory acts; then he goes on with it."""
        flow = self.begin(browser, None)
        if at != "password":
            self.password(flow, False, "svoboda.petr", "right", "honest")
        if at == "codes":
            self.an_officer_gives_a_code(PETR_ID, 1)
            self.officers_code(flow, False, "unused")
            if key:
                self.new_key(flow, False, True)
            self.code(flow, False, 0, "right")
        {"reset": lambda: self.factors_are_reset(PETR_ID, False), "end": lambda: self.sessions_end(PETR_ID),
         "close": lambda: self.the_account_is_closed(PETR_ID)}[act]()  # fmt: skip
        self.password(flow, False, "svoboda.petr", "right", "honest")
        self.code(flow, False, 0, "right")
        self.key(flow, False, PETR_ID, "honest", "honest")
        self.saved(flow, False, False)
        self.the_account_is_opened_again(PETR_ID)

    @rule(
        browser=browsers, lost=st.booleans(), must_change=st.booleans(), seconds=st.sampled_from([0, 20, 90])
    )
    def by_whoever_is_another_by_the_time_of_the_code(self, browser, lost, must_change, seconds):
        """Jana stands at the code; the directory changes, and a code or her key follows."""
        flow = self.begin(browser, None)
        self.password(flow, False, "jana", "right", "honest")
        self.the_directory_says_something_else(JANA_ID, lost, must_change)
        self.time_passes(seconds)
        self.code(flow, False, 0, "right")
        self.key(flow, False, JANA_ID, "honest", "honest")
        self.new_password(flow, False, "right", "honest")
        self.the_directory_says_something_else(JANA_ID, False, False)

    @rule(
        browser=browsers,
        logins=st.tuples(known, known),
        one_tab=st.booleans(),
        backwards=st.booleans(),
        when=moments,
        kind=codes,
    )
    def two_at_once(self, browser, logins, one_tab, backwards, when, kind):
        """Two right passwords under way together, in one sign-in or in two; then a code for each."""
        flow = self.begin(browser, None)
        other = flow if one_tab else self.begin(browser, None)
        for each, login in zip((flow, other), logins, strict=True):
            self.password(each, False, login, "right", "honest", when)
        self.all_answer(backwards=backwards)
        for each in (flow, other):
            self.code(each, False, 0, kind)

    @rule(
        browser=browsers, by=asking, act=st.sampled_from(["reset", "end", "close", "tab", "code"]), when=late
    )
    def by_whoever_is_put_out_while_the_directory_is_asked(self, browser, by, act, when):
        """Jana or Petr has asked the directory; an officer, the directory or another tab is faster."""
        subject, login = (PETR_ID, "svoboda.petr") if by == "bare password" else (JANA_ID, "jana")
        flow = self.begin(browser, None)
        if by == "passkey":
            self.key(flow, False, subject, "honest", "honest", when)
        elif by == "new password":
            self.password(flow, False, login, "right", "stale")
            self.recovery_code(flow, False, "unused")
            self.new_password(flow, False, "right", "honest", when)
        elif by == "own new password":
            self.by_passkey(browser, None, ["honest"], "honest")
            self.own_new_password(browser, "right", "honest", when)
        else:
            self.password(flow, False, login, "right", "honest", when)
        acts = {
            "reset": lambda: self.factors_are_reset(subject, False),
            "end": lambda: self.sessions_end(subject),
            "close": lambda: self.the_account_is_closed(subject),
            "tab": lambda: self.password(flow, False, login, "right", "honest"),
            "code": lambda: self.an_officer_gives_a_code(subject, 1),
        }
        self.time_passes(1)
        acts[act]()
        self.all_answer(backwards=False)
        self.code(flow, False, 0, "right")
        self.officers_code(flow, False, "unused")
        self.new_password(flow, False, "right", "honest")
        self.the_account_is_opened_again(subject)


TestSignIn = SignInMachine.TestCase
TestSignIn.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
