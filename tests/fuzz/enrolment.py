"""The steps by which somebody without a factor gets the first one; by an officer's code, which works once."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from idp.login import conduct_enrolment, key_site
from idp.login.spoken_code import new_spoken_code, written
from tests.fuzz.browsers import WRONG_ENROLMENT_CODE
from tests.fuzz.shown import Key
from tests.fuzz.steps import Back, Steps, backs, spoken, strange, subject_of
from tests.rig.people import JANA_ID, PETR_ID
from tests.rig.sign_in_moves import SITE
from tests.rig.soft_key import SoftKey


class Enrolments(Steps):
    @rule(flow=backs.map(Back), stranger=strange, kind=spoken)
    def officers_code(self, flow, stranger, kind):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        subject = subject_of(before) or PETR_ID
        other = PETR_ID if subject == JANA_ID else JANA_ID
        kept = self.officers[other]["unused"] if kind == "another's" else self.officers[subject].get(kind, [])
        code, until = kept[-1] if kept else (new_spoken_code(), self.now)
        progress = conduct_enrolment.enter_enrolment_code(self.book, visit, written(code))
        if self.is_refused(visit, subject_of(before), progress, WRONG_ENROLMENT_CODE):
            return
        assert (code, until) in self.officers[subject]["unused"], (
            "an enrolment code worked that is used or another's"
        )
        assert self.now < until, "an enrolment code worked after its end"
        self.officers[subject]["unused"].remove((code, until))
        self.officers[subject]["used"].append((code, until))
        self.noted(visit, progress, subject, "officer")

    @rule(flow=backs.map(Back), stranger=strange, honest=st.booleans())
    def new_key(self, flow, stranger, honest):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        visit, before = self.visit(flow, stranger), self.state(flow)
        challenge = getattr(before, "challenge", b"n" * 32) if honest else b"x" * 32
        subject = subject_of(before) or PETR_ID
        key = SoftKey(SITE.origin, SITE.rp_id, owner=key_site.user_handle(subject))
        progress = conduct_enrolment.make_key(self.book, visit, key.made(challenge), "Klíč", SITE)
        self.guesses(subject_of(before), visit.caller, progress.told)
        if progress.told is not None:
            return
        assert honest
        self.enrolled(subject, progress)
        self.keys[subject].append(Key(key))
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
