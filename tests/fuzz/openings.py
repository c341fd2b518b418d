"""What was shown in a sign-in is noted, and a session that comes of it is held against that."""

from datetime import timedelta

from tests.fuzz.browsers import Browsers
from tests.fuzz.invariant import Opened, must_hold
from tests.fuzz.shown import New, Session


class Openings(Browsers):
    def went_on(self, before, progress):
        after = progress.flow.state if progress.flow is not None else None
        return (
            progress.session is not None or progress.checking is not None or type(after) is not type(before)
        )

    def noted(self, visit, progress, subject, *proofs, new=None, until=None):
        """Something was shown and the sign-in went on by it."""
        shown = self.shown[visit.flow]
        shown.subject, shown.new, shown.until = subject, new, until
        shown.proofs |= {*proofs}
        self.checked(visit, progress)

    def checked(self, visit, progress):
        session = progress.session
        if session is None:
            return
        subject, browser, shown = session.person.subject, visit.caller.browser, self.shown[visit.flow]
        opened = Opened(
            session=session, browser=browser, now=self.now, by=shown, closed=subject in self.closed,
            over=session.sid in self.over, goes_on=self.book.flow(visit.flow) is not None,
            read=visit.reading.answer if visit.reading is not None else None,
        )  # fmt: skip
        must_hold(opened)
        assert session.handle == visit.fresh.handle, (
            "the session goes by a handle that somebody may have seen"
        )
        self.replaces(visit, subject)
        if (
            shown.identity is not None
            and "password" in shown.proofs
            and len(shown.proofs - {"exception"}) > 1
            and shown.identity not in self.links
        ):
            self.links[shown.identity], self.linked_at[shown.identity] = subject, self.now
        new = New(session.level, shown.new.until) if shown.new is not None else None
        self.sessions[session.sid] = Session(subject, session.level, new)
        self.handles[browser] = session.handle
        self.is_met(subject, visit)
        self.now += timedelta(microseconds=1)  # guesses of one moment are alike: these were forgotten

    def replaces(self, visit, subject):
        """Another person's session in that browser ends; whoever has its handle has nothing."""
        before = self.book.session_of(visit.previous) if visit.previous is not None else None
        if before is not None and before.person.subject != subject:
            self.over.add(before.sid)
        assert before is None or before.person.subject != subject or before.ended_at is not None
