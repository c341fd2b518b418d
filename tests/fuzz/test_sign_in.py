"""Fuzz target: any order of steps, by several browsers, for several people, with a directory that errs.

Invariant: no path leads to a session without the factors demanded. A session is there only for a person

- whose password the directory accepted in that very sign-in, or in the live session of that very browser which the
  sign-in raises, and for whom in the same sign-in a one-time code, a recovery code or an answer of a key of theirs
  came that was never used before, or a first factor was enrolled by an officer's unused code for that very person;
- or whose passkey answered that sign-in's challenge and verified its user, and whose account the directory called
  active after that;
- or for whom an exception runs, and then by password alone;

all of it in the browser the sign-in was begun in; its level is what was shown and no less than what was demanded;
whoever must change the password has changed it; no code, challenge or enrolment works twice; and no account has had
more wrong guesses than the limit in any window.

Quick in the suite; `make fuzz` runs it longer (`FUZZ_EXAMPLES`).
"""

import os
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import create_engine, select

from config.settings import SignIn
from config.vocabulary import AuthenticationLevel, Language
from gateway.storage.identity_book import IdentityBook
from gateway.storage.seal import Seal
from gateway.storage.tables import metadata
from gateway.storage.tables.identity import provider_session
from idp.directory.person import AccountState
from idp.events import NOWHERE, EndReason, Origin
from idp.login import conduct, conduct_enrolment, conduct_factor, conduct_new_password, desk, keys, totp
from idp.login.authenticator import Authenticator, Credential, Proof, new_authenticator_id
from idp.login.book import Flow
from idp.login.conduct import Visit
from idp.login.desk import Caller, Fresh
from idp.login.drawn import draw
from idp.login.exception import new_exception_id
from idp.login.handle import HandleHash, hashed, new_flow_id, new_handle, new_session_id
from idp.login.inputs import Rejected, Stale, Unanswered
from idp.login.level import reaches
from idp.login.officer import end_exceptions, grant_exception, issue_enrolment_code
from idp.login.refusal import Refusal
from idp.login.spoken_code import new_spoken_code, written
from idp.login.states import AwaitingEnrolment, AwaitingFactor, AwaitingPassword, Standing
from tests.rig.people import JANA, JANA_ID, NOON, PETR, PETR_ID, person
from tests.rig.sign_in_moves import SITE
from tests.rig.soft_key import UP, SoftKey

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
LIMITS = SignIn()
BROWSERS = [HandleHash(bytes([number]) * 32) for number in range(3)]
PEOPLE = {"novakova.jana": JANA, "jana": JANA, "svoboda.petr": PETR}
BY_ID = {JANA_ID: JANA, PETR_ID: PETR}
SECRET = totp.Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
PASSWORD, TWO, RESISTANT = AuthenticationLevel
SUFFICES = {
    frozenset({"password", "code"}): TWO, frozenset({"password", "recovery"}): TWO,
    frozenset({"password", "key"}): RESISTANT, frozenset({"password", "officer", "first code"}): TWO,
    frozenset({"password", "officer", "first key"}): RESISTANT, frozenset({"passkey", "account"}): RESISTANT,
    frozenset({"password", "exception"}): PASSWORD,
}  # fmt: skip

browsers = st.sampled_from(BROWSERS)
ways = st.sampled_from(["code", "recovery", "key"])
logins = st.sampled_from([*PEOPLE, *PEOPLE, "svoboda.petr", "NOVAKOVA.JANA ", "nikdo", "", "\x00"])
passwords = st.sampled_from(["right"] * 7 + ["wrong"] * 3 + ["", "right\x00"])
known = st.sampled_from([*PEOPLE])
whims = st.sampled_from(["honest"] * 7 + ["stale", "down", "disabled", "no"])
answers = st.sampled_from(["honest"] * 5 + ["down", "disabled", "gone", "another"])
demands = st.sampled_from([None, None, None, *AuthenticationLevel])
strange = st.sampled_from([False] * 9 + [True])
backs = st.sampled_from([0] * 7 + [1, 1, 2])
subjects = st.sampled_from([JANA_ID, PETR_ID])
codes = st.sampled_from(["right"] * 6 + ["zero", "zero", "jana", "text"])
drifts = st.sampled_from([0, 0, 0, -30, 30, -90])
spoken = st.sampled_from(["unused"] * 4 + ["used", "another's", "none"])
key_whims = st.sampled_from(["honest"] * 5 + ["unverified", "earlier", "elsewhere", "stranger", "another's"])


@dataclass(frozen=True)
class Back:
    """The sign-in that was begun so many before the latest one."""

    back: int


class SignInMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.now = NOON
        self.engine = create_engine("sqlite://")
        metadata.create_all(self.engine)
        self.connection = self.engine.connect()
        self.book = IdentityBook(self.connection, Seal(bytes(32)))
        self.flows = []  # name and browser of every sign-in begun, the latest last
        self.shown = {}  # flow → (browser, subject, what was shown)
        self.must_change = set()  # flows
        self.demanded = {}  # flow → level
        self.lifted, self.over = {}, set()  # flow → the session it raises; sessions that ended
        self.steps = defaultdict(set)  # subject → accepted time steps
        self.recovery = defaultdict(lambda: {"unused": [], "used": []})
        self.officers = defaultdict(lambda: {"unused": [], "used": []})
        self.secrets, self.keys = {}, {}  # what is enrolled
        self.handles = {}  # browser → handle of its session
        self.sessions = {}  # sid → (subject, level)
        self.answered = defaultdict(list)  # flow → challenges that were answered
        self.wrong = defaultdict(list)  # subject → moments of evaluated wrong guesses since the last success

    def teardown(self):
        self.connection.close()
        self.engine.dispose()

    @initialize()
    def enrol_jana(self):
        key = SoftKey(SITE.origin, SITE.rp_id, owner=keys.user_handle(JANA_ID))
        made = keys.made(key.made(b"c" * 32), b"c" * 32, SITE)
        assert isinstance(made, Credential)
        for means in (totp.Enrolled(SECRET, -1), made):
            held = Authenticator(
                id=new_authenticator_id(), subject=JANA_ID, name="Telefon", means=means, enrolled_at=self.now,
                proven_by=Proof.PREPARED,
            )  # fmt: skip
            self.book.keep_authenticator(held)
        self.secrets[JANA_ID], self.keys[JANA_ID] = SECRET, key
        self.renewed(JANA_ID, [new_spoken_code() for _ in range(3)])
        self.book.renew_recovery_codes(JANA_ID, self.recovery[JANA_ID]["unused"], self.now)

    def renewed(self, subject, codes):
        self.recovery[subject] = {"unused": list(codes), "used": []}

    # --- the surroundings
    @rule(browser=browsers, demanded=demands)
    def a_sign_in_begins(self, browser, demanded):
        self.begin(browser, demanded)

    def begin(self, browser, demanded):
        return self.begun(browser, AwaitingPassword(draw().challenge, demanded), demanded)

    @rule(browser=browsers)
    def a_session_is_to_be_raised(self, browser):
        self.raise_the_session(browser)

    def raise_the_session(self, browser):
        """As `/authorize` begins where the session's level is too low."""
        session = (
            desk.live(self.book, self.handles[browser], LIMITS, self.now) if browser in self.handles else None
        )
        if session is None:
            return self.begin(browser, RESISTANT)
        standing = Standing(
            person=session.person, demanded=RESISTANT, lifting=session.sid, since=session.auth_time
        )
        made = self.begun(browser, AwaitingFactor(standing, draw().challenge), RESISTANT)
        self.lifted[made[0]] = session.sid
        self.shown[made[0]] = (browser, session.person.subject, {"password"})
        return made

    def begun(self, browser, state, demanded):
        made = Flow(
            id=new_flow_id(), browser=browser, state=state, asked="", address="192.0.2.1",
            locale=Language.CZECH, began_at=self.now, expires_at=self.now + LIMITS.flow_lifetime,
        )  # fmt: skip
        assert conduct.begin(self.book, made, "gis", Origin(), self.now)
        self.demanded[made.id] = demanded
        self.flows.append((made.id, browser))
        return self.flows[-1]

    def latest(self, back):
        """A sign-in begun lately, as steps are near each other in life too."""
        return self.flows[-1 - back] if back < len(self.flows) else self.begin(BROWSERS[0], None)

    @rule(subject=subjects, hours=st.sampled_from([0, 1, 24]))
    def an_officer_gives_a_code(self, subject, hours):
        code, until = new_spoken_code(), self.now + timedelta(hours=hours)
        issue_enrolment_code(self.book, subject, "x", code, "cli:root", self.now, until)
        self.officers[subject]["unused"] = [(code, until)]  # earlier ones are withdrawn

    @rule(subject=subjects, minutes=st.sampled_from([1, 60]))
    def an_exception_is_granted(self, subject, minutes):
        until = self.now + timedelta(minutes=minutes)
        grant_exception(self.book, new_exception_id(), subject, "x", "r", "cli:root", self.now, until)

    @rule(subject=subjects)
    def exceptions_end(self, subject):
        end_exceptions(self.book, subject, "x", "cli:root", self.now)

    @rule(subject=subjects)
    def sessions_end(self, subject):
        self.over |= {*desk.end_all(self.book, subject, EndReason.BY_OFFICER, NOWHERE, self.now)}

    @rule(seconds=st.sampled_from([1, 5, 29, 31, 300, 901]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    # --- steps of a sign-in
    def visit(self, flow, stranger):
        """A request for the sign-in, sometimes from another browser than the one it was begun in."""
        name, own = flow
        browser = BROWSERS[(BROWSERS.index(own) + 1) % len(BROWSERS)] if stranger else own
        fresh = Fresh(sid=new_session_id(), handle=hashed(new_handle()), known=hashed(new_handle()))
        return Visit(
            flow=name, caller=Caller(origin=Origin(address="192.0.2.1"), browser=browser), limits=LIMITS,
            drawn=draw(), now=self.now, fresh=fresh, previous=self.handles.get(browser),
        )  # fmt: skip

    def state(self, flow):
        found = self.book.flow(flow[0])
        return found.state if found is not None else None

    def went_on(self, before, progress, flow):
        after = progress.flow.state if progress.flow is not None else None
        return (
            progress.session is not None or progress.checking is not None or type(after) is not type(before)
        )

    def noted(self, visit, progress, subject, proof):
        """Something was shown and the sign-in went on by it."""
        _, _, before = self.shown.get(visit.flow, (None, None, set()))
        self.shown[visit.flow] = (visit.caller.browser, subject, before | {proof})
        self.checked(visit, progress)

    def checked(self, visit, progress):
        session = progress.session
        if session is None:
            return
        if self.lifted.get(visit.flow) is not None:
            assert session.sid == self.lifted[visit.flow], "a session that is over was raised"
            assert session.sid not in self.over
        browser, subject, proofs = self.shown.pop(visit.flow)
        assert (browser, subject) == (visit.caller.browser, session.person.subject)
        reached = [level for enough, level in SUFFICES.items() if enough <= proofs]
        assert reached, proofs
        assert session.level is max(reached, key=list(AuthenticationLevel).index)
        assert reaches(session.level, self.demanded[visit.flow])
        assert visit.flow not in self.must_change
        assert self.book.flow(visit.flow) is None, "a finished sign-in goes on"
        self.sessions[session.sid] = (subject, session.level)
        self.handles[browser] = session.handle
        self.wrong[subject].clear()

    @rule(flow=backs.map(Back), stranger=strange, login=logins, password=passwords, whim=whims)
    def password(self, flow, stranger, login, password, whim):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        progress = conduct.enter_password(self.book, visit, login, password)
        if progress.ask is None:
            return
        assert "\x00" not in login + password
        assert password
        assert not stranger
        who = PEOPLE.get(login.strip().lower())
        right = who is not None and password == "right"
        said = Rejected(subject=who.subject if who else None)
        if whim == "down":
            said = Unanswered()
        elif right and whim == "disabled":
            said = person(who.subject, who.login, AccountState.DISABLED)
        elif right and whim == "stale":
            said = Stale(who, Refusal.PASSWORD_EXPIRED)
        elif right and whim == "honest":
            said = who
        excepted = right and self.book.exception_of(who.subject, self.now) is not None
        after = conduct.answer_password(self.book, visit, progress.checking, said)
        if self.went_on(before, after, flow):
            assert right
            assert whim in {"honest", "stale"}
            self.shown.pop(visit.flow, None)
            self.must_change.discard(visit.flow)
            if whim == "stale":
                self.must_change.add(visit.flow)
                assert after.session is None
            if excepted and reaches(PASSWORD, self.demanded[visit.flow]):
                self.shown[visit.flow] = (visit.caller.browser, who.subject, {"exception"})
            self.noted(visit, after, who.subject, "password")
        elif who is not None and whim != "down" and after.told.reason == Refusal.WRONG_CREDENTIALS:
            self.wrong[who.subject].append(progress.checking.taken.at)

    @rule(flow=backs.map(Back), stranger=strange, drift=drifts, kind=codes)
    def code(self, flow, stranger, drift, kind):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        subject = before.standing.person.subject if hasattr(before, "standing") else None
        pending = before.secret if isinstance(before, AwaitingEnrolment) else None
        secret, moment = pending or self.secrets.get(subject), self.now + timedelta(seconds=drift)
        typed = {
            "right": totp.code_at(secret, moment) if secret else "123456",
            "jana": totp.code_at(SECRET, moment),
            "zero": "000000",
            "text": "ne-kod",
        }[kind]
        progress = conduct_factor.enter_code(self.book, visit, typed)
        if progress.told is not None:
            if progress.told.reason in {Refusal.CODE_WRONG, Refusal.CODE_REPLAYED, Refusal.CODE_UNUSABLE}:
                self.wrong[subject].append(self.now)
            return
        used = max(self.steps[subject], default=-1)
        present = int(self.now.timestamp()) // totp.STEP
        near = range(present - totp.DRIFT_MAX, present + totp.DRIFT_MAX + 1)
        fits = [step for step in near if step > used and totp.code_at(secret, _at(step)) == typed]
        assert fits, "a wrong code was taken, or one a second time"
        self.steps[subject].add(fits[0])
        if pending is not None:
            self.enrolled(subject, progress)
            self.secrets[subject] = pending
        self.noted(visit, progress, subject, "first code" if pending is not None else "code")

    def enrolled(self, subject, progress):
        assert subject not in self.secrets, "a factor was added to another"
        assert subject not in self.keys
        self.renewed(subject, progress.codes)

    @rule(flow=backs.map(Back), stranger=strange, kind=spoken)
    def recovery_code(self, flow, stranger, kind):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        subject = before.standing.person.subject if hasattr(before, "standing") else JANA_ID
        other = PETR_ID if subject == JANA_ID else JANA_ID
        kept = self.recovery[other]["unused"] if kind == "another's" else self.recovery[subject].get(kind, [])
        code = kept[0] if kept else new_spoken_code()
        progress = conduct_factor.enter_recovery_code(self.book, visit, written(code))
        if progress.told is not None:
            if progress.told.reason is Refusal.RECOVERY_CODE_WRONG:
                self.wrong[subject].append(self.now)
            return
        assert code in self.recovery[subject]["unused"]
        self.recovery[subject]["unused"].remove(code)
        self.recovery[subject]["used"].append(code)
        self.noted(visit, progress, subject, "recovery")

    @rule(flow=backs.map(Back), stranger=strange, subject=subjects, whim=key_whims, answer=answers)
    def key(self, flow, stranger, subject, whim, answer):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        key = self.keys.get(subject)
        if key is None or whim == "stranger":
            key = SoftKey(SITE.origin, SITE.rp_id, owner=keys.user_handle(subject))
        if whim == "another's":
            key = replace(
                key, owner=keys.user_handle(PETR_ID if subject == JANA_ID else JANA_ID), count=10**6
            )
        challenge = getattr(before, "challenge", b"n" * 32)
        if whim == "earlier" and self.answered[flow[0]]:
            challenge = self.answered[flow[0]][0]
        changes = {"unverified": {"flags": UP}, "elsewhere": {"origin": "https://login.example"}}.get(
            whim, {}
        )
        progress = conduct_factor.show_key(self.book, visit, key.shown(challenge, **changes), SITE)
        if (
            progress.flow is not None
            and progress.told is not None
            and progress.told.reason.startswith("key_")
        ):
            self.answered[flow[0]].append(challenge)
        if progress.told is not None:
            return
        assert whim in {"honest", "unverified", "earlier"}
        assert challenge not in self.answered[flow[0]]
        assert subject in self.keys
        self.answered[flow[0]].append(challenge)
        if progress.checking is None:
            assert before.standing.person.subject == subject
            self.noted(visit, progress, subject, "key")
            return
        assert whim != "unverified"
        self.shown.pop(visit.flow, None)
        self.noted(visit, progress, subject, "passkey")
        said = {"honest": BY_ID[subject], "down": Unanswered(), "gone": None, "another": None}.get(
            answer, person(subject, state=AccountState.DISABLED)
        )
        if answer == "another":
            said = BY_ID[PETR_ID if subject == JANA_ID else JANA_ID]
        after = conduct_factor.answer_passkey(self.book, visit, progress.checking, said)
        if after.session is not None:
            assert answer == "honest"
            self.must_change.discard(visit.flow)
            self.noted(visit, after, subject, "account")
        else:
            self.shown.pop(visit.flow, None)

    @rule(flow=backs.map(Back), stranger=strange, kind=spoken)
    def officers_code(self, flow, stranger, kind):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        subject = before.standing.person.subject if hasattr(before, "standing") else PETR_ID
        other = PETR_ID if subject == JANA_ID else JANA_ID
        kept = self.officers[other]["unused"] if kind == "another's" else self.officers[subject].get(kind, [])
        code, until = kept[0] if kept else (new_spoken_code(), self.now)
        progress = conduct_enrolment.enter_enrolment_code(self.book, visit, written(code))
        if progress.told is not None:
            if progress.told.reason.startswith("enrolment_code"):
                self.wrong[subject].append(self.now)
            return
        assert (code, until) in self.officers[subject]["unused"]
        assert self.now < until
        self.officers[subject]["unused"].remove((code, until))
        self.officers[subject]["used"].append((code, until))
        self.noted(visit, progress, subject, "officer")

    @rule(flow=backs.map(Back), stranger=strange, honest=st.booleans())
    def new_key(self, flow, stranger, honest):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        challenge = getattr(before, "challenge", b"n" * 32) if honest else b"x" * 32
        subject = before.standing.person.subject if hasattr(before, "standing") else PETR_ID
        key = SoftKey(SITE.origin, SITE.rp_id, owner=keys.user_handle(subject))
        progress = conduct_enrolment.make_key(self.book, visit, key.made(challenge), "Klíč", SITE)
        if progress.told is not None:
            return
        assert honest
        self.enrolled(subject, progress)
        self.keys[subject] = key
        self.noted(visit, progress, subject, "first key")

    @rule(flow=backs.map(Back), stranger=strange, again=st.booleans())
    def saved(self, flow, stranger, again):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        if again:
            progress = conduct_enrolment.renew_recovery_codes(self.book, visit)
            if progress.codes:
                self.renewed(before.standing.person.subject, progress.codes)
            return
        self.checked(visit, conduct_enrolment.confirm_saved(self.book, visit))

    @rule(flow=backs.map(Back), stranger=strange, old=passwords, answer=answers, taken=st.booleans())
    def new_password(self, flow, stranger, old, answer, taken):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        progress = conduct_new_password.enter_new_password(self.book, visit, old, "new", "new")
        if progress.ask is None:
            return
        subject = before.standing.person.subject
        said = {"honest": BY_ID[subject], "down": Unanswered(), "gone": None}.get(
            answer, person(subject, state=AccountState.PASSWORD_EXPIRED)
        )
        if old != "right":
            said = Refusal.OLD_PASSWORD_WRONG
            self.wrong[subject].append(self.now)
        elif not taken:
            said = Refusal.NEW_PASSWORD_REFUSED
        after = conduct_new_password.answer_new_password(self.book, visit, progress.checking, said)
        if old == "right" and taken and answer == "honest":
            self.must_change.discard(visit.flow)
        self.checked(visit, after)

    # --- usual orders with one thing wrong, so that much of the search is near sessions that are really opened
    @rule(browser=browsers, demanded=demands, login=known, whim=whims, way=ways, kind=spoken, key=key_whims)
    def by_password_and_factor(self, browser, demanded, login, whim, way, kind, key):
        flow = self.begin(browser, demanded)
        self.password(flow, False, login, "right", whim)
        if way == "code":
            self.code(flow, False, 0, "right")
        elif way == "recovery":
            self.recovery_code(flow, False, kind)
        else:
            self.key(flow, False, JANA_ID, key, "honest")
        self.new_password(flow, False, "right", "honest", whim != "no")

    @rule(
        browser=browsers, demanded=demands, whims=st.lists(key_whims, min_size=1, max_size=3), answer=answers
    )
    def by_passkey(self, browser, demanded, whims, answer):
        flow = self.begin(browser, demanded)
        for whim in whims:
            self.key(flow, False, JANA_ID, whim, answer)

    @rule(
        browser=browsers,
        demanded=demands,
        kind=spoken,
        hours=st.sampled_from([0, 1, 1, 1]),
        by_key=st.booleans(),
    )
    def by_enrolment(self, browser, demanded, kind, hours, by_key):
        """Petr, in two sign-ins at once: of two enrolments one holds."""
        two = [self.begin(browser, demanded), self.begin(browser, None)]
        for flow in two:
            self.password(flow, False, "svoboda.petr", "right", "honest")
            self.an_officer_gives_a_code(PETR_ID, hours)
            self.an_officer_gives_a_code(JANA_ID, hours)
            self.officers_code(flow, False, kind)
        for flow in two:
            if by_key:
                self.new_key(flow, False, True)
            self.code(flow, False, 0, "right")
            self.saved(flow, False, False)

    @rule(browser=browsers, ends=st.booleans(), whim=key_whims)
    def by_raising(self, browser, ends, whim):
        self.by_password_and_factor(browser, None, "jana", "honest", "recovery", "unused", "honest")
        flow = self.raise_the_session(browser)
        if ends:
            self.sessions_end(JANA_ID)
        self.key(flow, False, JANA_ID, whim, "honest")

    @rule(browser=browsers, login=known, one_tab=st.booleans(), kind=codes)
    def two_at_once(self, browser, login, one_tab, kind):
        """Two right passwords under way together, in one sign-in or in two; then a code for each."""
        flow = self.begin(browser, None)
        other = flow if one_tab else self.begin(browser, None)
        for each in (flow, other):
            self.password(each, False, login, "right", "honest")
        for each in (flow, other):
            self.code(each, False, 0, kind)

    # --- what always holds
    @invariant()
    def every_session_was_proven(self):
        for row in self.connection.execute(select(provider_session)):
            assert self.sessions[row.sid] == (row.subject, AuthenticationLevel(row.level))

    @invariant()
    def no_account_had_more_wrong_guesses_than_the_limit(self):
        for moments in self.wrong.values():
            for start in moments:
                inside = sum(start <= moment < start + LIMITS.attempts_window for moment in moments)
                assert inside <= LIMITS.attempts

    @invariant()
    def only_what_was_enrolled_is_there(self):
        for subject in (JANA_ID, PETR_ID):
            held = self.book.authenticators(subject)
            secrets = {one.means.secret for one in held if isinstance(one.means, totp.Enrolled)}
            assert secrets == ({self.secrets[subject]} if subject in self.secrets else set())
            names = {one.means.id for one in held if isinstance(one.means, Credential)}
            assert names == ({self.keys[subject].id} if subject in self.keys else set())
            assert self.book.recovery_codes_left(subject) == len(self.recovery[subject]["unused"])


def _at(step):
    return NOON + timedelta(seconds=step * totp.STEP - int(NOON.timestamp()))


TestSignIn = SignInMachine.TestCase
TestSignIn.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
