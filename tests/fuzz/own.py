"""What somebody does who is signed in: signs out; a new password, a key added, one removed."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from idp.events import EndReason, Factor, Origin
from idp.login import desk, key_site, own_authenticators, own_password
from idp.login.authenticator import Authenticator
from idp.login.drawn import draw
from idp.login.handle import hashed, new_handle
from idp.login.pending import Pending
from idp.login.purses import Kind
from tests.fuzz.asked import moments
from tests.fuzz.directory import RULES, Asked
from tests.fuzz.enrolment import Enrolments
from tests.fuzz.office import browsers
from tests.fuzz.shown import LIMITS, RESISTANT, TWO, WEAKEST_FIRST, Key, New
from tests.fuzz.steps import NEW
from tests.rig.sign_in_moves import SITE
from tests.rig.soft_key import SoftKey

HERE = Origin(address="192.0.2.1")
PROOF_LASTS = timedelta(minutes=5)  # so long may factors that were shown change factors


class Own(Enrolments):
    def live_in(self, browser):
        handle = self.handles.get(browser)
        found = desk.live(self.book, handle, LIMITS, self.now) if handle is not None else None
        assert found is None or found.sid not in self.over
        return found

    @rule(browser=browsers)
    def signs_out(self, browser):
        session = self.live_in(browser)
        if session is not None:
            desk.end_one(self.book, session.sid, EndReason.SIGNED_OUT, HERE, self.now)
            self.over.add(session.sid)

    # --- a new password
    @rule(
        browser=browsers, old=st.sampled_from(["right", "right", "wrong"]),
        whim=st.sampled_from(["honest", "refused", "uncertain", "down"]), when=moments,
    )  # fmt: skip
    def own_new_password(self, browser, old, whim, when):
        session = self.live_in(browser)
        if session is None:
            return
        caller = self.visit((None, browser), False).caller
        visit = own_password.Visit(caller, RULES, draw(), self.now)
        progress = own_password.enter(self.book, session, visit, old, NEW, NEW, ())
        subject = session.person.subject
        self.guesses(subject, caller, progress.told)
        if progress.ask is not None:
            asked = Asked(
                what="own new", flow=(None, browser), caller=caller, checking=progress.checking, subject=subject,
                whim=whim, right=old == "right", paid=self.purse(subject, Kind.PASSWORD, caller), sid=session.sid,
            )  # fmt: skip
            self.ask(asked, when)

    def answer_own(self, asked):
        browser, held, given = asked.flow[1], self.purses(), hashed(new_handle())
        here = self.visit(asked.flow, False, sends=asked.caller)
        visit = own_password.Visit(here.caller, RULES, draw(), self.now)
        mine, said = self.book.session(asked.sid), asked.said
        after = own_password.answer(self.book, asked.sid, visit, asked.checking, said, given)
        if after.session is not None:
            assert asked.right
            assert asked.changed
            assert asked.sid not in self.over, "a session that is over was revived"
            assert mine.ended_at is None
            if self.handles.get(browser) == mine.handle:
                self.handles[browser] = given
        elif self.book.session_of(given) is not None:
            raise AssertionError("a handle was given to a session that is over")
        self.charged(asked, here, held, after, lost=False)
        self.ended_by(asked, None)
        self.wrong_guess(asked, after, moved=False)

    # --- keys
    @rule(browser=browsers, honest=st.sampled_from([True, True, False]))
    def a_key_is_added(self, browser, honest):
        """It counts for no more, at first, than what the session was opened by."""
        session = self.live_in(browser)
        if session is None:
            return
        opened, subject = self.sessions[session.sid], session.person.subject
        pending = own_authenticators.prepare(self.book, session, Factor.KEY, draw(), self.now)
        challenge = pending.challenge if isinstance(pending, Pending) and honest else b"x" * 32
        soft = SoftKey(SITE.origin, SITE.rp_id, owner=key_site.user_handle(subject))
        caller = self.visit((None, browser), False).caller
        added = own_authenticators.add_key(
            self.book, session, soft.made(challenge), "Klíč", SITE, draw(), caller, LIMITS, self.now
        )
        self.guesses(subject, caller, None if isinstance(added, Authenticator) else added)
        assert isinstance(pending, Pending) or not isinstance(added, Authenticator)
        if not isinstance(added, Authenticator):
            return
        assert honest
        assert self.is_fresh(session)
        full = opened.level is RESISTANT
        until = self.now + LIMITS.trust_new_keys_after
        self.keys[subject].append(Key(soft, None if full else New(opened.level, until)))

    @rule(browser=browsers, which=st.integers(0, 2))
    def a_key_is_removed(self, browser, which):
        """Never by a factor that is new itself; what was shown meanwhile counts no more."""
        session = self.live_in(browser)
        keys = self.keys[session.person.subject] if session is not None else []
        if not keys:
            return
        key, subject = keys[which % len(keys)], session.person.subject
        held = self.book.authenticator_of(key.soft.id)
        gone = own_authenticators.remove(self.book, session, held.id, HERE, self.now)
        if not isinstance(gone, Authenticator):
            return
        assert self.is_fresh(session)
        new = self.sessions[session.sid].new
        assert new is None or self.now >= new.until, "a new key removed another factor"
        keys.remove(key)
        in_full = subject in self.secrets or any(one.new_at(self.now) is None for one in keys)
        assert in_full or (key.new_at(self.now) is not None and keys), "the last factor went"
        self.stop_sign_ins(subject)

    def is_fresh(self, session):
        enough = WEAKEST_FIRST.index(self.sessions[session.sid].level) >= WEAKEST_FIRST.index(TWO)
        return enough and self.now < session.auth_time + PROOF_LASTS
