"""What the directory was asked and has not answered yet; its answers come in any order, whatever happened meanwhile.

An answer that comes after what it was asked for is gone (the sign-in went on in another tab, is over or somebody
else's; its person was put out; the session ended) opens nothing and leaves the sign-in as it is.
"""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from idp import events
from idp.login import conduct, conduct_factor, conduct_new_password
from idp.login.inputs import Rejected
from idp.login.level import reaches
from idp.login.refusal import Refusal
from idp.login.states import AwaitingNewPassword, AwaitingPassword, subject_of
from tests.fuzz.charges import Charges
from tests.fuzz.directory import NOT_PROVEN
from tests.fuzz.shown import PASSWORD

moments = st.sampled_from(["at once", "at once", "later, tried at once", "later"])
"""When the directory answers."""
NOTHING = (None, ())


class Answers(Charges):
    def __init__(self):
        super().__init__()
        self.asked = []

    def stop_sign_ins(self, subject, but=None):
        super().stop_sign_ins(subject, but)
        for one in self.asked:
            known = one.tried or one.what == "passkey"
            one.stopped |= one.subject == subject and known and (but is None or one.flow[0] != but)

    def ask(self, asked, when):
        asked.left = self.question(asked.flow)
        if when != "later":
            self.try_it(asked)
        if when == "at once":
            self.answer(asked)
        else:
            self.asked.append(asked)

    @rule(which=st.integers(0, 5), stranger=st.sampled_from([False] * 6 + [True]), elsewhere=st.booleans())
    def the_directory_answers(self, which, stranger, elsewhere):
        if self.asked:
            self.answer(self.asked.pop(which % len(self.asked)), stranger=stranger, elsewhere=elsewhere)

    def all_answer(self, *, backwards):
        while self.asked:
            self.answer(self.asked.pop(-1 if backwards else 0))

    def answer(self, asked, *, stranger=False, elsewhere=False):
        if not asked.tried:
            self.try_it(asked)
        if asked.what == "own new":
            self.answer_own(asked)
            return
        flow = self.another(asked) if elsewhere else asked.flow
        visit = self.visit(flow, stranger, sends=asked.caller)
        before, held = self.state(flow), self.purses()
        gone = stranger or flow != asked.flow or not isinstance(before, self.awaited_by(asked))
        lost = gone or self.is_expired(flow) or self.question(flow) != asked.left
        recorded, after = len(self.book.events), self.answered(asked, visit)
        put_out = asked.proven and (asked.stopped or self.shown[visit.flow].put_out)
        assert lost or not put_out, "an answer counted though its person was put out"
        if lost:
            reason = after.told.reason if after.told is not None else None
            told_no = asked.what == "password" and not asked.is_yes and isinstance(before, AwaitingPassword)
            assert reason == Refusal.OUT_OF_TURN or told_no, "an answer counted that nobody waits for"
            assert (after.session, after.codes) == NOTHING
            changed_own = asked.changed and before is not None and subject_of(before) == asked.subject
            assert self.state(flow) == (None if changed_own and after.flow is None else before)
            self.recorded_late(asked, self.book.events[recorded:])
        moved = self.charged(asked, visit, held, after, lost)
        self.ended_by(asked, visit.flow)
        if not lost:
            said = {
                "password": self.password_said,
                "passkey": self.passkey_said,
                "new": self.new_password_said,
            }
            said[asked.what](asked, visit, before, after)
        self.wrong_guess(asked, after, moved)

    def answered(self, asked, visit):
        if asked.what == "password":
            return conduct.answer_password(self.book, visit, asked.checking, asked.said)
        if asked.what == "passkey":
            return conduct_factor.answer_passkey(self.book, visit, asked.checking, asked.said)
        return conduct_new_password.answer_new_password(self.book, visit, asked.checking, asked.said)

    def question(self, flow):
        """What an answer is awaited to in it."""
        state = self.state(flow)
        asking = isinstance(state, AwaitingPassword) and state.asking is not None
        return state.asking.name if asking else state

    def recorded_late(self, asked, entries):
        """What came too late is in the log, with a reason."""
        if asked.what == "new":
            return
        (entry,) = entries
        refused = events.KeyRefused if asked.what == "passkey" else events.PasswordRefused | events.Throttled
        assert isinstance(entry, refused)
        if asked.what == "password" and asked.is_yes and isinstance(entry, events.PasswordRefused):
            assert entry.reason == Refusal.ANSWERED_TOO_LATE
        assert entry.reason

    def awaited_by(self, asked):
        return AwaitingNewPassword if asked.what == "new" else AwaitingPassword

    def another(self, asked):
        """A sign-in in which nobody waits for this answer."""
        free = [
            one for one in self.flows[-3:]
            if one != asked.flow
            and ((state := self.state(one)) is None or asked.subject is None or subject_of(state) != asked.subject)
        ]  # fmt: skip
        proven = asked.proven and not isinstance(asked.said, Rejected)
        return free[-1] if free and proven and asked.what != "new" else asked.flow

    def ended_by(self, asked, flow):
        """A changed password puts the person out everywhere else."""
        if asked.changed:
            self.over |= self.sessions_of(asked.subject) - {asked.sid}
            self.stop_sign_ins(asked.subject, flow)

    # --- what an answer may come to that somebody waits for
    def password_said(self, asked, visit, before, after):
        if not self.went_on(before, after):
            return
        assert asked.right
        assert asked.whim in {"honest", "stale"}
        assert asked.subject not in self.closed
        shown, until = self.shown[visit.flow], self.exception_of(asked.subject)
        shown.begins_anew()
        shown.must_change = asked.whim == "stale"
        excepted = until is not None and reaches(PASSWORD, shown.demanded)
        also = ("exception",) if excepted else ()
        self.noted(visit, after, asked.subject, "password", *also, until=until if excepted else None)

    def passkey_said(self, asked, visit, _before, after):
        self.shown[visit.flow].begins_anew()
        if after.session is not None:
            assert asked.whim == "honest"
            self.noted(visit, after, asked.subject, "passkey", "account", new=asked.new)

    def new_password_said(self, asked, visit, _before, after):
        shown = self.shown[visit.flow]
        if asked.right and asked.whim == "honest" and not isinstance(asked.said, NOT_PROVEN):
            shown.must_change = False
        self.checked(visit, after)
        if after.flow is not None and isinstance(after.flow.state, AwaitingPassword):
            shown.begins_anew()
