"""The world of the fuzz target: people, browsers, officers, time; what was proven, and the invariants over it."""

import contextlib
from collections import Counter, defaultdict
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import create_engine, select

from config.settings import SignIn
from config.vocabulary import AuthenticationLevel, Language
from gateway.storage.identity_book import IdentityBook
from gateway.storage.seal import Seal
from gateway.storage.tables import metadata
from gateway.storage.tables.identity import provider_session
from idp.directory.lockout import Lockout
from idp.events import NOWHERE, EndReason, Origin
from idp.login import conduct, desk, key_site, keys, totp
from idp.login.authenticator import Authenticator, Credential, Proof, new_authenticator_id
from idp.login.book import Flow
from idp.login.conduct import Visit
from idp.login.desk import Caller, Fresh
from idp.login.drawn import draw
from idp.login.exception import new_exception
from idp.login.handle import HandleHash, hashed, new_flow_id, new_handle, new_session_id
from idp.login.level import reaches
from idp.login.officer import ExceptionRuns, end_exceptions, grant_exception, issue_enrolment_code
from idp.login.purses import Kind, of_account
from idp.login.spoken_code import new_spoken_code
from idp.login.states import AwaitingFactor, AwaitingPassword, Standing
from tests.rig.people import JANA, JANA_ID, NOON, PETR, PETR_ID
from tests.rig.sign_in_moves import SITE
from tests.rig.soft_key import SoftKey

LIMITS = SignIn()
LOCKOUT = Lockout(7, timedelta(minutes=10))
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
demands = st.sampled_from([None, None, None, *AuthenticationLevel])
subjects = st.sampled_from([JANA_ID, PETR_ID])


class Office(RuleBasedStateMachine):
    """The office around the sign-ins, what was shown in each, and what must hold whatever happens."""

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
        self.stopped = set()  # flows whose person was put out after they had shown something in them
        self.closed = set()  # accounts the directory calls disabled
        self.steps = defaultdict(set)  # subject → accepted time steps
        self.recovery = defaultdict(lambda: {"unused": [], "used": []})
        self.officers = defaultdict(lambda: {"unused": [], "used": []})
        self.secrets, self.keys = {}, {}  # what is enrolled
        self.handles = {}  # browser → handle of its session
        self.sessions = {}  # sid → (subject, level)
        self.answered = defaultdict(list)  # flow → challenges that were answered
        # (subject, what is guessed, known browser) → moments of evaluated wrong guesses since the last success
        self.wrong = defaultdict(list)
        self.counted = {}  # subject → number and last moment of wrong passwords, as the directory counts
        self.known_before = {}  # subject → whether the browser of the last request was known
        self.paid_from = {}  # (subject, what is guessed) → purse, as it was when the last request came

    def teardown(self):
        self.connection.close()
        self.engine.dispose()

    @initialize()
    def enrol_jana(self):
        key = SoftKey(SITE.origin, SITE.rp_id, owner=key_site.user_handle(JANA_ID))
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
            person=session.person,
            read_at=session.facts_at,
            demanded=RESISTANT,
            lifting=session.sid,
            since=session.auth_time,
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
        assert conduct.begin(self.book, made, "gis", Origin(), self.now) is None
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
        with contextlib.suppress(ExceptionRuns):
            grant_exception(self.book, new_exception(subject, "x", "r", "cli:root", self.now, until))

    @rule(subject=subjects)
    def exceptions_end(self, subject):
        self.over |= {*end_exceptions(self.book, subject, "x", "cli:root", self.now).sessions}
        self.stop_sign_ins(subject)

    @rule(subject=subjects)
    def sessions_end(self, subject):
        self.put_out(subject, EndReason.BY_OFFICER)

    @rule(subject=subjects, sessions_end=st.booleans())
    def factors_are_reset(self, subject, sessions_end):
        """As `brana user reset-factor`; the sessions go with the factors there."""
        desk.remove_factors(self.book, subject, BY_ID[subject].login, "cli:root", self.now)
        self.stop_sign_ins(subject)
        self.secrets.pop(subject, None)
        self.steps.pop(subject, None)  # they were of that secret
        self.keys.pop(subject, None)
        self.renewed(subject, [])
        self.officers[subject]["unused"] = []
        if sessions_end:
            self.put_out(subject, EndReason.BY_OFFICER)

    @rule(subject=subjects)
    def the_account_is_closed(self, subject):
        """In the directory, and we have heard of it."""
        self.closed.add(subject)
        self.put_out(subject, EndReason.ACCOUNT_CLOSED)

    @rule(subject=subjects)
    def the_account_is_opened_again(self, subject):
        self.closed.discard(subject)

    def put_out(self, subject, reason):
        self.over |= {*desk.end_all(self.book, subject, reason, NOWHERE, self.now)}
        self.stop_sign_ins(subject)

    def stop_sign_ins(self, subject, but=None):
        self.stopped |= {
            name for name, (_, whose, _) in self.shown.items() if whose == subject and name != but
        }

    @rule(seconds=st.sampled_from([1, 5, 29, 31, 300, 901]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    def visit(self, flow, stranger):
        """A request for the sign-in, sometimes from another browser than the one it was begun in."""
        name, own = flow
        browser = BROWSERS[(BROWSERS.index(own) + 1) % len(BROWSERS)] if stranger else own
        fresh = Fresh(sid=new_session_id(), handle=hashed(new_handle()), known=hashed(new_handle()))
        caller = Caller(
            origin=Origin(address="192.0.2.1"), browser=browser, known=HandleHash(browser[:31] + b"k")
        )
        self.paid_from = {
            (subject, kind): self.purse(subject, kind, caller.known) for subject in BY_ID for kind in Kind
        }
        self.known_before = {subject: self.book.knows_browser(caller.known, subject) for subject in BY_ID}
        return Visit(
            flow=name, caller=caller, limits=LIMITS,
            drawn=draw(), now=self.now, fresh=fresh, lockout=LOCKOUT, previous=self.handles.get(browser),
        )  # fmt: skip

    def state(self, flow):
        found = self.book.flow(flow[0])
        return found.state if found is not None else None

    def purse(self, subject, kind, known):
        """Strangers share one, as long as nobody's sign-in has made this browser a known one."""
        return subject, kind, known if self.book.knows_browser(known, subject) else None

    def key_of(self, purse):
        subject, kind, known = purse
        return of_account(subject, known, kind, LIMITS)[0].key

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
        assert visit.flow not in self.stopped, "a sign-in went on after its person was put out"
        browser, subject, proofs = self.shown.pop(visit.flow)
        assert subject not in self.closed
        assert (browser, subject) == (visit.caller.browser, session.person.subject)
        reached = [level for enough, level in SUFFICES.items() if enough <= proofs]
        assert reached, proofs
        assert session.level is max(reached, key=list(AuthenticationLevel).index)
        assert reaches(session.level, self.demanded[visit.flow])
        assert visit.flow not in self.must_change
        assert self.book.flow(visit.flow) is None, "a finished sign-in goes on"
        self.sessions[session.sid] = (subject, session.level)
        self.handles[browser] = session.handle
        self.over |= {*progress.ended}
        for kind in Kind:
            self.wrong[self.paid_from[subject, kind]].clear()
        self.now += timedelta(microseconds=1)  # guesses of one moment are alike: these were forgotten

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
    def every_wrong_guess_is_charged(self):
        since = self.now - LIMITS.attempts_window
        for purse, moments in self.wrong.items():
            counting = Counter(moment for moment in moments if moment > since)
            assert counting <= Counter(self.book.guesses(self.key_of(purse)))

    @invariant()
    def only_what_was_enrolled_is_there(self):
        for subject in (JANA_ID, PETR_ID):
            held = self.book.authenticators(subject)
            secrets = {one.means.secret for one in held if isinstance(one.means, totp.Enrolled)}
            assert secrets == ({self.secrets[subject]} if subject in self.secrets else set())
            names = {one.means.id for one in held if isinstance(one.means, Credential)}
            assert names == ({self.keys[subject].id} if subject in self.keys else set())
            assert self.book.recovery_codes_left(subject) == len(self.recovery[subject]["unused"])
