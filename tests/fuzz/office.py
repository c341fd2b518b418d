"""The world around the sign-ins: people and what they hold, officers, the directory's news, time."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import create_engine

from config.vocabulary import Language
from gateway.storage.engine import driver_of
from gateway.storage.identity_book import IdentityBook
from gateway.storage.seal import Seal
from gateway.storage.tables import metadata
from idp.directory.person import AccountState
from idp.events import NOWHERE, EndReason, Origin
from idp.login import crowd, desk, key_site, keys, totp
from idp.login.authenticator import Authenticator, Credential, Proof, new_authenticator_id
from idp.login.book import Flow
from idp.login.conduct_standing import Reading
from idp.login.crowd import Asking
from idp.login.drawn import RECOVERY_CODES, draw
from idp.login.exception import new_exception
from idp.login.handle import new_flow_id
from idp.login.officer import ExceptionRuns, end_exceptions, grant_exception, issue_enrolment_code
from idp.login.spoken_code import new_spoken_code
from idp.login.states import AwaitingPassword, Standings
from tests.fuzz.shown import BROWSERS, BY_ID, LIMITS, PASSWORD, WEAKEST_FIRST, Key, Shown
from tests.rig.people import JANA_ID, NOON, OPERATOR, PETR_ID
from tests.rig.sign_in_moves import SITE
from tests.rig.soft_key import SoftKey

SECRET = totp.Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
browsers = st.sampled_from(BROWSERS)
demands = st.sampled_from([None, None, None, *WEAKEST_FIRST])
subjects = st.sampled_from([JANA_ID, PETR_ID])


def _empty():
    """A database with all tables, made once: copying its pages takes a hundredth of the time."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
    with engine.connect() as connection:
        return driver_of(connection.connection).serialize()


EMPTY = _empty()


class Office(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.now = NOON
        self.engine = create_engine("sqlite://")
        self.connection = self.engine.connect()
        driver = driver_of(self.connection.connection)
        driver.deserialize(EMPTY)
        driver.execute("PRAGMA foreign_keys=ON")
        self.book = IdentityBook(self.connection, Seal(bytes(32)))
        self.flows = []  # name and browser of every sign-in begun, the latest last
        self.shown = {}  # name of a sign-in → Shown
        self.sessions, self.over = {}, set()  # name → Session; names of those that ended
        self.closed = set()  # accounts the directory calls disabled
        self.without_roles, self.to_change = set(), set()  # people; of whom we have not heard so yet
        self.excepted = {}  # subject → when the exception ends
        self.secrets, self.keys = {}, defaultdict(list)  # what is enrolled
        self.steps = defaultdict(set)  # subject → accepted time steps
        self.recovery = defaultdict(lambda: {"unused": [], "used": []})
        self.officers = defaultdict(lambda: {"unused": [], "used": []})
        self.links = {}  # identity at another provider → whose it is here
        self.linked_at = {}  # the same → when both sides were shown

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
        self.secrets[JANA_ID], self.keys[JANA_ID] = SECRET, [Key(key)]
        self.renewed(JANA_ID, [new_spoken_code() for _ in range(RECOVERY_CODES)])
        self.book.renew_recovery_codes(JANA_ID, self.recovery[JANA_ID]["unused"], self.now)

    def renewed(self, subject, codes):
        self.recovery[subject] = {"unused": list(codes), "used": []}

    # --- sign-ins
    @rule(browser=browsers, demanded=demands)
    def a_sign_in_begins(self, browser, demanded):
        self.begin(browser, demanded)

    def begin(self, browser, demanded):
        return self.begun(AwaitingPassword(draw().challenge, demanded), Shown(browser, demanded))

    def begun(self, state, shown):
        made = Flow(
            id=new_flow_id(), browser=shown.browser, state=state, asked="", address="192.0.2.1",
            locale=Language.CZECH, began_at=self.now, expires_at=self.now + LIMITS.flow_lifetime,
        )  # fmt: skip
        asking = Asking(client="gis", origin=Origin(), now=self.now, limits=LIMITS)
        assert crowd.begin(self.book, made, asking) is None
        self.shown[made.id] = shown
        self.flows.append((made.id, shown.browser))
        return self.flows[-1]

    def latest(self, back):
        """A sign-in begun lately, as steps are near each other in life too."""
        return self.flows[-1 - back] if back < len(self.flows) else self.begin(BROWSERS[0], None)

    def state(self, flow):
        found = self.book.flow(flow[0])
        return found.state if found is not None else None

    # --- officers
    @rule(subject=subjects, hours=st.sampled_from([0, 1, 24]))
    def an_officer_gives_a_code(self, subject, hours):
        code, until = new_spoken_code(), self.now + timedelta(hours=hours)
        issue_enrolment_code(self.book, subject, "x", code, OPERATOR, self.now, until)
        self.officers[subject]["unused"] = [(code, until)]  # earlier ones are withdrawn

    @rule(subject=subjects, minutes=st.sampled_from([1, 60]))
    def an_exception_is_granted(self, subject, minutes):
        until, runs = self.now + timedelta(minutes=minutes), self.exception_of(subject) is not None
        try:
            grant_exception(self.book, new_exception(subject, "x", "r", OPERATOR, self.now, until))
        except ExceptionRuns:
            assert runs
        else:
            assert not runs
            self.excepted[subject] = until

    def exception_of(self, subject):
        """When the one ends that runs now."""
        until = self.excepted.get(subject)
        return until if until is not None and self.now < until else None

    @rule(subject=subjects)
    def exceptions_end(self, subject):
        """Where none runs nothing is changed."""
        end_exceptions(self.book, subject, "x", OPERATOR, self.now)
        if self.exception_of(subject) is None:
            return
        self.excepted.pop(subject)
        self.over |= {sid for sid in self.sessions_of(subject) if self.sessions[sid].level is PASSWORD}
        self.stop_sign_ins(subject)

    @rule(subject=subjects)
    def sessions_end(self, subject):
        self.put_out(subject, EndReason.BY_OFFICER)

    @rule(subject=subjects, sessions_end=st.booleans())
    def factors_are_reset(self, subject, sessions_end):
        """As `brana user reset-factor`; the sessions go with the factors there."""
        desk.remove_factors(self.book, subject, BY_ID[subject].login, OPERATOR, self.now)
        self.stop_sign_ins(subject)
        self.secrets.pop(subject, None)
        self.steps.pop(subject, None)  # they were of that secret
        self.keys.pop(subject, None)
        self.renewed(subject, [])
        self.officers[subject]["unused"] = []
        self.links = {identity: whose for identity, whose in self.links.items() if whose != subject}
        if sessions_end:
            self.put_out(subject, EndReason.BY_OFFICER)

    # --- the directory's news
    @rule(subject=subjects)
    def the_account_is_closed(self, subject):
        """In the directory, and we have heard of it."""
        self.closed.add(subject)
        self.put_out(subject, EndReason.ACCOUNT_CLOSED)

    @rule(subject=subjects)
    def the_account_is_opened_again(self, subject):
        self.closed.discard(subject)

    @rule(subject=subjects, lost=st.booleans(), must_change=st.booleans())
    def the_directory_says_something_else(self, subject, lost, must_change):
        """And we have not heard of it: only whoever asks is told."""
        (self.without_roles.add if lost else self.without_roles.discard)(subject)
        (self.to_change.add if must_change else self.to_change.discard)(subject)

    def read_now(self, subject):
        """As the directory knows somebody between two steps of a sign-in."""
        known = BY_ID[subject]
        if subject in self.closed:
            return replace(known, state=AccountState.DISABLED)
        state = AccountState.MUST_CHANGE_PASSWORD if subject in self.to_change else known.state
        return replace(known, state=state, roles=() if subject in self.without_roles else known.roles)

    def reading(self, name):
        """What a request has read before its step; None where nobody stands there."""
        found = self.book.flow(name) if name is not None else None
        if found is None or not isinstance(found.state, Standings):
            return None
        subject = found.state.standing.person.subject
        return Reading(subject=subject, answer=self.read_now(subject), read_at=self.now)

    def put_out(self, subject, reason):
        desk.end_all(self.book, subject, reason, NOWHERE, self.now)
        self.over |= self.sessions_of(subject)
        self.stop_sign_ins(subject)

    def sessions_of(self, subject):
        return {sid for sid, session in self.sessions.items() if session.subject == subject}

    def stop_sign_ins(self, subject, but=None):
        """Those of the person in which something was shown."""
        for name, shown in self.shown.items():
            shown.put_out |= shown.subject == subject and name != but

    # --- time
    @rule(seconds=st.sampled_from([1, 5, 29, 31, 300, 901, 24 * 60 * 60]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)
