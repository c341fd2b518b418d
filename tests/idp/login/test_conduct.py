"""Two halves of a step, with something in between."""

import pytest

from config.settings import SignIn
from idp.events import EndReason, Origin
from idp.login import conduct, desk
from idp.login.conduct import Visit
from idp.login.desk import Caller, Fresh
from idp.login.drawn import draw
from idp.login.handle import HandleHash, hashed, new_handle, new_session_id
from idp.login.refusal import Refusal
from idp.login.states import AwaitingOfficersCode, AwaitingPassword
from tests.fuzz.office import BROWSERS, Office
from tests.rig.people import JANA, PETR, PETR_ID

CALLER = Caller(origin=Origin(address="192.0.2.1"), browser=BROWSERS[0], known=HandleHash(b"k" * 32))


class Tab:
    """A right password on its way in one sign-in; the directory has found whose it is."""

    def __init__(self, office, flow, person):
        self.office, self.flow, self.person = office, flow, person
        asked = conduct.enter_password(office.book, self.visit(), person.login, "x").checking
        rules = self.visit().rules
        self.checking = conduct.admit(office.book, flow, CALLER, rules, asked, person.subject, office.now)

    def visit(self):
        fresh = Fresh(sid=new_session_id(), handle=hashed(new_handle()), known=hashed(new_handle()))
        return Visit(
            flow=self.flow, caller=CALLER, limits=SignIn(), drawn=draw(), now=self.office.now, fresh=fresh
        )

    def answered(self):
        return conduct.answer_password(self.office.book, self.visit(), self.checking, self.person)


@pytest.fixture
def office():
    made = Office()
    yield made
    made.teardown()


def test_of_two_tabs_the_later_answer_changes_nothing(office):
    flow, _ = office.begin(BROWSERS[0], None)
    first, second = Tab(office, flow, PETR), Tab(office, flow, PETR)
    assert isinstance(first.answered().flow.state, AwaitingOfficersCode)
    kept = office.book.flow(flow)
    late = second.answered()
    assert (late.told.reason, late.session) == (Refusal.OUT_OF_TURN, None)
    assert office.book.flow(flow) == kept


def test_an_answer_about_somebody_who_was_put_out_meanwhile_opens_nothing(office):
    flow, _ = office.begin(BROWSERS[0], None)
    tab = Tab(office, flow, PETR)
    desk.end_all(office.book, PETR_ID, EndReason.BY_OFFICER, Origin(), office.now)
    late = tab.answered()
    assert (late.flow, late.told.reason) == (None, Refusal.OUT_OF_TURN)
    assert office.book.flow(flow) is None


def test_an_answer_counts_only_about_whom_the_sign_in_asked_last(office):
    flow, _ = office.begin(BROWSERS[0], None)
    jana, petr = Tab(office, flow, JANA), Tab(office, flow, PETR)
    assert jana.answered().told.reason == Refusal.OUT_OF_TURN
    assert isinstance(office.book.flow(flow).state, AwaitingPassword)
    assert isinstance(petr.answered().flow.state, AwaitingOfficersCode)
