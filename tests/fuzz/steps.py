"""The steps of a sign-in, each with right and wrong input, and what each may come to."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from idp.login import conduct, conduct_factor, conduct_new_password, desk, key_site, totp
from idp.login.drawn import draw
from idp.login.purses import Kind
from idp.login.refusal import Refusal
from idp.login.spoken_code import new_spoken_code, written
from idp.login.states import AwaitingEnrolment, AwaitingFactor, Standing
from tests.fuzz.asked import Answers, moments
from tests.fuzz.browsers import WRONG_CODE
from tests.fuzz.directory import Asked
from tests.fuzz.office import SECRET, browsers, subjects
from tests.fuzz.shown import LIMITS, PEOPLE, RESISTANT, Shown
from tests.rig.code_generator import code_at
from tests.rig.people import JANA_ID, NOON, PETR_ID
from tests.rig.sign_in_moves import SITE
from tests.rig.soft_key import UP, SoftKey

NEW = "Nove-dlouhe-heslo 2"
logins = st.sampled_from([*PEOPLE, *PEOPLE, "svoboda.petr", "NOVAKOVA.JANA ", "nikdo", "", "\x00"])
passwords = st.sampled_from(["right"] * 7 + ["wrong"] * 3 + ["", "right\x00"])
known = st.sampled_from([*PEOPLE])
whims = st.sampled_from(["honest"] * 7 + ["stale", "down", "disabled", "no"])
answers = st.sampled_from(["honest"] * 5 + ["down", "disabled", "gone", "another"])
changes = st.sampled_from(["honest"] * 4 + ["refused", "uncertain", "down", "disabled", "gone", "another"])
strange = st.sampled_from([False] * 9 + [True])
backs = st.sampled_from([0] * 7 + [1, 1, 2])
codes = st.sampled_from(["right"] * 6 + ["zero", "zero", "jana", "text"])
drifts = st.sampled_from([0, 0, 0, -30, 30, -90])
spoken = st.sampled_from(["unused"] * 4 + ["used", "another's", "none"])
key_whims = st.sampled_from(["honest"] * 5 + ["unverified", "earlier", "elsewhere", "stranger", "another's"])


@dataclass(frozen=True)
class Back:
    """The sign-in that was begun so many before the latest one."""

    back: int


class Steps(Answers):
    def __init__(self):
        super().__init__()
        self.answered_already = defaultdict(list)  # name of a sign-in → challenges that a key has answered

    @rule(browser=browsers)
    def a_session_is_to_be_raised(self, browser):
        self.raise_the_session(browser)

    def raise_the_session(self, browser):
        """As `/authorize` begins where the session's level is too low."""
        handle = self.handles.get(browser)
        session = desk.live(self.book, handle, LIMITS, self.now) if handle is not None else None
        if session is None:
            return self.begin(browser, RESISTANT)
        person, since = session.person, session.auth_time
        standing = Standing(
            person=person, read_at=session.facts_at, demanded=RESISTANT, lifting=session.sid, since=since
        )
        shown = Shown(browser, RESISTANT, session.sid, person.subject, {"password"}, since)
        return self.begun(AwaitingFactor(standing, draw().challenge), shown)

    # --- steps of a sign-in
    @rule(
        flow=backs.map(Back), stranger=strange, login=logins, password=passwords, whim=whims, when=moments,
    )  # fmt: skip
    def password(self, flow, stranger, login, password, whim, when="at once"):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit = self.visit(flow, stranger)
        who = PEOPLE.get(login.strip().lower())
        subject = who.subject if who is not None else None
        progress = conduct.enter_password(self.book, visit, login, password)
        at_home = self.guesses(subject, visit.caller, progress.told)
        if progress.ask is None:
            return
        assert "\x00" not in login + password
        assert password
        assert not stranger
        asked = Asked(
            what="password", flow=flow, caller=visit.caller, checking=progress.checking, whim=whim,
            subject=subject, right=who is not None and password == "right" and whim != "no",
            paid=self.purse(subject, Kind.PASSWORD, visit.caller) if who else None, at_home=at_home,
        )  # fmt: skip
        self.ask(asked, when)

    @rule(flow=backs.map(Back), stranger=strange, drift=drifts, kind=codes)
    def code(self, flow, stranger, drift, kind):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        subject = subject_of(before)
        pending = before.secret if isinstance(before, AwaitingEnrolment) else None
        secret, moment = pending or self.secrets.get(subject), self.now + timedelta(seconds=drift)
        typed = {
            "right": code_at(secret, moment) if secret else "123456",
            "jana": code_at(SECRET, moment),
            "zero": "000000",
            "text": "ne-kod",
        }[kind]
        progress = conduct_factor.enter_code(self.book, visit, typed)
        if self.is_refused(visit, subject, progress, WRONG_CODE):
            return
        used = max(self.steps[subject], default=-1)
        present = int(self.now.timestamp()) // totp.STEP
        near = range(present - totp.DRIFT_MAX, present + totp.DRIFT_MAX + 1)
        fits = [step for step in near if step > used and code_at(secret, _at(step)) == typed]
        assert fits, "a wrong code was taken, or one a second time"
        self.steps[subject].add(fits[0])
        if pending is not None:
            self.enrolled(subject, progress)
            self.secrets[subject] = pending
        self.noted(visit, progress, subject, "first code" if pending is not None else "code")

    def is_refused(self, visit, subject, progress, wrong):
        """A code of somebody was guessed; `wrong`: reasons that say so."""
        self.guesses(subject, visit.caller, progress.told)
        if progress.told is not None and progress.told.reason in wrong:
            self.was_wrong(self.purse(subject, Kind.CODE, visit.caller), self.now)
        return progress.told is not None

    def enrolled(self, subject, progress):
        assert subject not in self.secrets, "a factor was added to another"
        assert not self.keys[subject]
        self.renewed(subject, progress.codes)

    @rule(flow=backs.map(Back), stranger=strange, kind=spoken)
    def recovery_code(self, flow, stranger, kind):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        subject = subject_of(before) or JANA_ID
        other = PETR_ID if subject == JANA_ID else JANA_ID
        kept = self.recovery[other]["unused"] if kind == "another's" else self.recovery[subject].get(kind, [])
        code = kept[0] if kept else new_spoken_code()
        progress = conduct_factor.enter_recovery_code(self.book, visit, written(code))
        if self.is_refused(visit, subject_of(before), progress, {Refusal.RECOVERY_CODE_WRONG}):
            return
        assert code in self.recovery[subject]["unused"], "a recovery code worked twice"
        self.recovery[subject]["unused"].remove(code)
        self.recovery[subject]["used"].append(code)
        self.noted(visit, progress, subject, "recovery")

    @rule(
        flow=backs.map(Back), stranger=strange, subject=subjects, whim=key_whims, which=st.sampled_from([0, 0, -1]),
        answer=answers, when=moments,
    )  # fmt: skip
    def key(self, flow, stranger, subject, whim, answer, when="at once", which=0):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        held = self.keys[subject][which] if self.keys[subject] else None
        challenge = getattr(before, "challenge", b"n" * 32)
        if whim == "earlier" and self.answered_already[flow[0]]:
            challenge = self.answered_already[flow[0]][0]
        shown = _shown_by(held, subject, whim, challenge)
        progress = conduct_factor.show_key(self.book, visit, shown, SITE)
        reason = progress.told.reason if progress.told is not None else ""
        of_held = subject if held is not None and whim != "stranger" else None
        self.guesses(subject_of(before) or of_held, visit.caller, progress.told)
        new = held.new_at(self.now) if held is not None else None
        if reason == Refusal.FACTOR_TOO_NEW:
            assert new is not None
            assert self.shown[flow[0]].demanded is RESISTANT
        if progress.flow is not None and (not reason or reason.startswith("key_")):
            self.answered_already[flow[0]].append(challenge)
        if reason:
            return
        assert whim in {"honest", "unverified", "earlier"}
        assert self.answered_already[flow[0]].count(challenge) <= 1, "an answer of a key counted twice"
        assert held is not None
        if progress.checking is None:
            assert subject_of(before) == subject
            self.noted(visit, progress, subject, "key", new=new)
            return
        assert whim != "unverified"
        asked = Asked(
            what="passkey", flow=flow, caller=visit.caller, checking=progress.checking, subject=subject, whim=answer,
            new=new,
        )  # fmt: skip
        self.ask(asked, when)

    @rule(flow=backs.map(Back), stranger=strange, old=passwords, answer=changes, when=moments)
    def new_password(self, flow, stranger, old, answer, when="at once"):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        progress = conduct_new_password.enter_new_password(self.book, visit, old, NEW, NEW, lambda _: ())
        subject = subject_of(before)
        self.guesses(subject, visit.caller, progress.told)
        if progress.ask is None:
            return
        asked = Asked(
            what="new", flow=flow, caller=visit.caller, checking=progress.checking, subject=subject, whim=answer,
            right=old == "right", paid=self.purse(subject, Kind.PASSWORD, visit.caller),
        )  # fmt: skip
        self.ask(asked, when)


def subject_of(state):
    """Whose sign-in it is by what was shown in it."""
    return state.standing.person.subject if hasattr(state, "standing") else None


def _shown_by(held, subject, whim, challenge):
    """The answer of that person's key, or of another, as `whim` wants it."""
    soft = held.soft if held is not None else None
    if soft is None or whim == "stranger":
        soft = SoftKey(SITE.origin, SITE.rp_id, owner=key_site.user_handle(subject))
    if whim == "another's":
        other = PETR_ID if subject == JANA_ID else JANA_ID
        soft = replace(soft, owner=key_site.user_handle(other), count=10**6)
    changes = {"unverified": {"flags": UP}, "elsewhere": {"origin": "https://login.example"}}.get(whim, {})
    return soft.shown(challenge, **changes)


def _at(step):
    return NOON + timedelta(seconds=step * totp.STEP - int(NOON.timestamp()))
