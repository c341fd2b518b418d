"""The steps of a sign-in, each with right and wrong input, and what each may come to."""

from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from idp.login import (
    conduct,
    conduct_enrolment,
    conduct_factor,
    conduct_new_password,
    key_site,
    totp,
)
from idp.login.purses import Kind
from idp.login.refusal import Refusal
from idp.login.spoken_code import new_spoken_code, written
from idp.login.states import AwaitingEnrolment
from tests.fuzz.asked import NEW, Answers, Asked, moments
from tests.fuzz.office import PEOPLE, SECRET
from tests.rig.code_generator import code_at
from tests.rig.people import JANA_ID, NOON, PETR_ID
from tests.rig.sign_in_moves import SITE
from tests.rig.soft_key import UP, SoftKey

logins = st.sampled_from([*PEOPLE, *PEOPLE, "svoboda.petr", "NOVAKOVA.JANA ", "nikdo", "", "\x00"])
passwords = st.sampled_from(["right"] * 7 + ["wrong"] * 3 + ["", "right\x00"])
known = st.sampled_from([*PEOPLE])
whims = st.sampled_from(["honest"] * 7 + ["stale", "down", "disabled", "no"])
answers = st.sampled_from(["honest"] * 5 + ["down", "disabled", "gone", "another"])
changes = st.sampled_from(["honest"] * 4 + ["refused", "down", "disabled", "gone", "another"])
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


class Steps(Answers):
    # --- steps of a sign-in
    @rule(
        flow=backs.map(Back), stranger=strange, login=logins, password=passwords, whim=whims, when=moments,
    )  # fmt: skip
    def password(self, flow, stranger, login, password, whim, when="at once"):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit = self.visit(flow, stranger)
        progress = conduct.enter_password(self.book, visit, login, password)
        if progress.ask is None:
            return
        assert "\x00" not in login + password
        assert password
        assert not stranger
        who = PEOPLE.get(login.strip().lower())
        asked = Asked(
            what="password", flow=flow, checking=progress.checking, whim=whim,
            subject=who.subject if who else None, right=who is not None and password == "right" and whim != "no",
            paid=self.paid_from[who.subject, Kind.PASSWORD] if who else None,
        )  # fmt: skip
        self.ask(asked, when)

    @rule(flow=backs.map(Back), stranger=strange, drift=drifts, kind=codes)
    def code(self, flow, stranger, drift, kind):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        subject = before.standing.person.subject if hasattr(before, "standing") else None
        pending = before.secret if isinstance(before, AwaitingEnrolment) else None
        secret, moment = pending or self.secrets.get(subject), self.now + timedelta(seconds=drift)
        typed = {
            "right": code_at(secret, moment) if secret else "123456",
            "jana": code_at(SECRET, moment),
            "zero": "000000",
            "text": "ne-kod",
        }[kind]
        progress = conduct_factor.enter_code(self.book, visit, typed)
        if progress.told is not None:
            if progress.told.reason in {Refusal.CODE_WRONG, Refusal.CODE_REPLAYED, Refusal.CODE_UNUSABLE}:
                self.wrong[self.paid_from[subject, Kind.CODE]].append(self.now)
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
                self.wrong[self.paid_from[subject, Kind.CODE]].append(self.now)
            return
        assert code in self.recovery[subject]["unused"]
        self.recovery[subject]["unused"].remove(code)
        self.recovery[subject]["used"].append(code)
        self.noted(visit, progress, subject, "recovery")

    @rule(
        flow=backs.map(Back), stranger=strange, subject=subjects, whim=key_whims, answer=answers, when=moments,
    )  # fmt: skip
    def key(self, flow, stranger, subject, whim, answer, when="at once"):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        key = self.keys.get(subject)
        if key is None or whim == "stranger":
            key = SoftKey(SITE.origin, SITE.rp_id, owner=key_site.user_handle(subject))
        if whim == "another's":
            key = replace(
                key, owner=key_site.user_handle(PETR_ID if subject == JANA_ID else JANA_ID), count=10**6
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
        asked = Asked(what="passkey", flow=flow, checking=progress.checking, subject=subject, whim=answer)
        self.ask(asked, when)

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
                self.wrong[self.paid_from[subject, Kind.CODE]].append(self.now)
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
        key = SoftKey(SITE.origin, SITE.rp_id, owner=key_site.user_handle(subject))
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

    @rule(flow=backs.map(Back), stranger=strange, old=passwords, answer=changes, when=moments)
    def new_password(self, flow, stranger, old, answer, when="at once"):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        progress = conduct_new_password.enter_new_password(self.book, visit, old, NEW, NEW, lambda _: ())
        if progress.ask is None:
            return
        subject = before.standing.person.subject
        asked = Asked(
            what="new", flow=flow, checking=progress.checking, subject=subject, whim=answer,
            right=old == "right", paid=self.paid_from[subject, Kind.PASSWORD],
        )  # fmt: skip
        self.ask(asked, when)


def _at(step):
    return NOON + timedelta(seconds=step * totp.STEP - int(NOON.timestamp()))
