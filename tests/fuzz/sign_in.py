"""Fuzz target: any order of steps, by several browsers, for several people, with a directory that errs.

Invariant: no path leads to a session without the factors demanded. A session is there only for a person whose
password the directory accepted in that very sign-in, in that very browser, and for whom a right code that was
never used before came in the same sign-in; no account has had more wrong guesses than the limit in any window,
among strangers or in one browser; and the directory, which counts as Active Directory does, locks no account.

Run: `pytest tests/fuzz/sign_in.py`
"""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from sqlalchemy import create_engine, select

from config.settings import SignIn
from config.vocabulary import AuthenticationLevel, Language
from gateway.storage.identity_book import IdentityBook
from gateway.storage.seal import Seal
from gateway.storage.tables import metadata
from gateway.storage.tables.identity import provider_session
from idp.directory.lockout import Lockout
from idp.directory.person import AccountState
from idp.events import Origin
from idp.login import charging, conduct, totp
from idp.login.authenticator import Authenticator, Proof, new_authenticator_id
from idp.login.book import Flow
from idp.login.charging import NotTried, Rules
from idp.login.desk import Caller, Fresh
from idp.login.flow import AwaitingEnrolment, AwaitingPassword, Rejected, Unanswered
from idp.login.handle import HandleHash, hashed, new_flow_id, new_handle, new_session_id
from idp.login.throttle import Exhausted
from tests.rig.people import JANA, JANA_ID, NOON, PETR, PETR_ID, person

LIMITS = SignIn()
LOCKOUT = Lockout(7, timedelta(minutes=10))
BROWSERS = [HandleHash(bytes([number]) * 32) for number in range(3)]
PEOPLE = {"novakova.jana": JANA, "jana": JANA, "svoboda.petr": PETR}
SECRETS = {JANA_ID: totp.Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")}

browsers = st.sampled_from(BROWSERS)
logins = st.sampled_from([*PEOPLE, *PEOPLE, "svoboda.petr", "NOVAKOVA.JANA ", "nikdo", "", "\x00"])
passwords = st.sampled_from(["right"] * 7 + ["wrong"] * 3 + ["", "right\x00"])
known = st.sampled_from([*PEOPLE])
codes = st.sampled_from(["right"] * 6 + ["zero"] * 3 + ["jana", "text"])
drifts = st.sampled_from([0, 0, 0, -30, 30, -90])
strange = st.sampled_from([False] * 7 + [True])
whims = st.sampled_from(["honest"] * 6 + ["down", "disabled", "no"])


class SignInMachine(RuleBasedStateMachine):
    flows = Bundle("flows")
    asked = Bundle("asked")

    def __init__(self):
        super().__init__()
        self.now = NOON
        self.engine = create_engine("sqlite://")
        metadata.create_all(self.engine)
        self.connection = self.engine.connect()
        self.book = IdentityBook(self.connection, Seal(bytes(32)))
        self.passwords_proven = {}  # flow → (browser, subject), by the directory's yes
        self.used = defaultdict(set)  # subject → accepted time steps
        self.sessions = {}  # sid → subject, of proven sign-ins
        # (subject, what is guessed, known browser) → moments of evaluated wrong guesses since the last success
        self.wrong = defaultdict(list)
        self.counted = {}  # subject → number and last moment of wrong passwords, as the directory counts
        self.enrolled = dict(SECRETS)

    def teardown(self):
        self.connection.close()
        self.engine.dispose()

    @initialize()
    def enrol_jana(self):
        prepared = Authenticator(
            id=new_authenticator_id(), subject=JANA_ID, name="Telefon", proven_by=Proof.PREPARED,
            means=totp.Enrolled(SECRETS[JANA_ID], -1), enrolled_at=self.now,
        )  # fmt: skip
        self.book.keep_authenticator(prepared)

    def caller(self, browser):
        return Caller(
            origin=Origin(address="192.0.2.1"), browser=browser, known=HandleHash(browser[:31] + b"k")
        )

    def purse(self, subject, kind, browser):
        """Strangers share one, as long as nobody's sign-in has made this browser a known one."""
        known = self.caller(browser).known
        return subject, kind, known if self.book.knows_browser(known, subject) else None

    @rule(target=flows, browser=browsers)
    def begin(self, browser):
        made = Flow(
            id=new_flow_id(), browser=browser, state=AwaitingPassword(), asked="", address="192.0.2.1",
            locale=Language.CZECH, began_at=self.now, expires_at=self.now + LIMITS.flow_lifetime,
        )  # fmt: skip
        assert conduct.begin(self.book, made, "gis", Origin(), self.now)
        return made.id, browser

    def taken_to(self, flow, stranger):
        """The sign-in's name, and the browser the step comes from: sometimes not the one it was begun in."""
        name, own = flow
        return name, BROWSERS[(BROWSERS.index(own) + 1) % len(BROWSERS)] if stranger else own

    @rule(target=asked, flow=flows, stranger=strange, login=logins, password=passwords)
    def enter_password(self, flow, stranger, login, password):
        name, browser = self.taken_to(flow, stranger)
        caller = self.caller(browser)
        progress = conduct.enter_password(self.book, name, login, password, caller, LIMITS, self.now, LOCKOUT)
        if progress.ask is not None:
            assert progress.checking is not None
            assert "\x00" not in login + password
            assert password
        return name, browser, progress

    @rule(question=consumes(asked), whim=whims)
    def directory_answers(self, question, whim):
        """Answers may come late, in any order, after other steps of the same sign-in."""
        self.answer(*question, whim)

    @rule(flow=flows, stranger=strange, login=logins, password=passwords, whim=whims)
    def enter_password_and_be_answered(self, flow, stranger, login, password, whim):
        self.answer(*self.enter_password(flow, stranger, login, password), whim)

    def answer(self, flow, browser, progress, whim):
        if progress.ask is None:
            return
        who = PEOPLE.get(progress.ask.login.strip().lower())
        checking, answer = self.tried(browser, progress, who, whim)
        before = self.book.flow(flow)
        after = conduct.answer_password(
            self.book,
            flow,
            checking,
            answer,
            self.caller(browser),
            LIMITS,
            totp.new_secret(),
            self.now,
            LOCKOUT,
        )
        waited = before is not None and isinstance(before.state, AwaitingPassword)
        if after.flow is not None and after.flow.state != before.state:
            assert waited, "an answer counted that came after another one"
            assert answer is who
            self.passwords_proven[flow] = (browser, who.subject)
        elif who is not None and isinstance(answer, Rejected) and waited:
            assert after.told.reason == "wrong_credentials"
            self.wrong[self.purse(who.subject, "password", browser)].append(self.now)

    def tried(self, browser, progress, who, whim):
        """The directory's part: whose password it is, whether it may be tried, and what comes of it."""
        if whim == "down":
            return progress.checking, Unanswered()
        subject, login = who.subject if who else None, progress.ask.login
        rules, taken = Rules(LIMITS, LOCKOUT), progress.checking.taken
        said = charging.admit(self.book, login, taken, subject, self.caller(browser), rules, self.now)
        if isinstance(said, Exhausted):
            return progress.checking, NotTried(said, subject)
        checking = replace(progress.checking, taken=said)
        if who is None:
            return checking, Rejected()
        if whim != "no" and progress.ask.password == "right":
            self.counted.pop(subject, None)
            return checking, person(subject, who.login, AccountState.DISABLED) if whim == "disabled" else who
        number, last = self.counted.get(subject, (0, self.now))
        number = number + 1 if self.now - last <= LOCKOUT.window else 1
        self.counted[subject] = number, self.now
        assert number < LOCKOUT.attempts, "the directory has locked the account"
        return checking, Rejected(subject=subject)

    @rule(flow=flows, stranger=strange, drift=drifts, kind=codes)
    def enter_code(self, flow, stranger, drift, kind):
        flow, browser = self.taken_to(flow, stranger)
        before = self.book.flow(flow)
        pending = before.state.secret if before and isinstance(before.state, AwaitingEnrolment) else None
        subject = self.passwords_proven.get(flow, (None, None))[1]
        secret = pending or self.enrolled.get(subject)
        moment = self.now + timedelta(seconds=drift)
        code = {
            "right": totp.code_at(secret, moment) if secret else "123456",
            "jana": totp.code_at(SECRETS[JANA_ID], moment),
            "zero": "000000",
            "text": "ne-kod",
        }[kind]
        fresh = Fresh(sid=new_session_id(), handle=hashed(new_handle()), known=hashed(new_handle()))
        paid_from = [self.purse(subject, what, browser) for what in ("password", "code")]
        progress = conduct.enter_code(self.book, flow, code, self.caller(browser), LIMITS, fresh, self.now)
        if progress.session is None:
            if progress.told is not None and progress.told.reason in {
                "code_wrong",
                "code_replayed",
                "code_unusable",
            }:
                self.wrong[paid_from[1]].append(self.now)
            return
        proven_in, proven = self.passwords_proven.pop(flow)
        assert (proven_in, proven) == (browser, progress.session.person.subject)
        assert self.now < before.expires_at
        secret = pending or self.enrolled[proven]
        present = int(self.now.timestamp()) // totp.STEP
        unused = [
            step
            for step in range(present - totp.DRIFT, present + totp.DRIFT + 1)
            if totp.code_at(secret, datetime.fromtimestamp(step * totp.STEP, UTC)) == code
            and step not in self.used[proven]
        ]
        assert unused, "a code was accepted twice"
        step = unused[0]
        assert step > max(self.used[proven], default=-1)
        if pending is not None:
            assert proven not in self.enrolled, "a factor was replaced"
            self.enrolled[proven] = pending
        self.used[proven].add(step)
        self.sessions[progress.session.sid] = proven
        for purse in paid_from:
            self.wrong[purse].clear()

    @rule(browser=browsers, login=known, password=passwords, whim=whims, drift=drifts, kind=codes)
    def go_all_the_way(self, browser, login, password, whim, drift, kind):
        """The usual order, so that much of the search is near sessions that are really opened."""
        flow = self.begin(browser)
        self.answer(*self.enter_password(flow, False, login, password), whim)
        self.enter_code(flow, False, drift, kind)

    @rule(browser=browsers, first=known, second=known | st.none(), one_tab=st.booleans())
    def two_at_once(self, browser, first, second, one_tab):
        """Two right passwords under way together, in one sign-in or in two; then a code for each."""
        flow = self.begin(browser)
        other = flow if one_tab else self.begin(browser)
        questions = [
            self.enter_password(flow, False, first, "right"),
            self.enter_password(other, False, second or first, "right"),
        ]
        for question in questions:
            self.answer(*question, "honest")
        for each in (flow, other):
            self.enter_code(each, False, 0, "right")

    @rule(seconds=st.sampled_from([1, 5, 29, 31, 300, 901]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @invariant()
    def every_session_was_proven(self):
        for row in self.connection.execute(select(provider_session)):
            assert self.sessions[row.sid] == row.subject
            assert row.level == AuthenticationLevel.TWO_FACTORS

    @invariant()
    def no_account_had_more_wrong_guesses_than_the_limit(self):
        for moments in self.wrong.values():
            for start in moments:
                inside = sum(start <= moment < start + LIMITS.attempts_window for moment in moments)
                assert inside <= LIMITS.attempts

    @invariant()
    def only_the_enrolled_have_a_factor(self):
        for subject in (JANA_ID, PETR_ID):
            kept = [one.means.secret for one in self.book.authenticators(subject)]
            assert kept == ([self.enrolled[subject]] if subject in self.enrolled else [])


TestSignIn = SignInMachine.TestCase
TestSignIn.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
