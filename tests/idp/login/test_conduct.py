"""Two halves of a step, with something in between: what comes too late opens nothing, and is recorded."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.settings import SignIn
from idp import events
from idp.directory.person import AccountState
from idp.events import EndReason, Origin
from idp.login import conduct, conduct_factor, conduct_new_password, desk
from idp.login.conduct import Visit
from idp.login.desk import Caller, Fresh
from idp.login.drawn import draw
from idp.login.handle import HandleHash, hashed, new_handle, new_session_id
from idp.login.inputs import Rejected, Stale, Unanswered
from idp.login.refusal import Refusal
from idp.login.states import AwaitingNewPassword, AwaitingOfficersCode, AwaitingPassword
from tests.fuzz.office import BROWSERS, Office
from tests.rig.people import JANA, JANA_ID, OPERATOR, PETR, PETR_ID
from tests.rig.sign_in_moves import SITE

CALLER = Caller(origin=Origin(address="192.0.2.1"), browser=BROWSERS[0], known=HandleHash(b"k" * 32))
MINUTE = timedelta(minutes=1)


class Tab:
    """One tab in which a sign-in stands."""

    def __init__(self, office, flow):
        self.office, self.flow, self.checking = office, flow, None

    def ask(self, person):
        """A password is on its way; the directory has found whose login it is (None: nobody's)."""
        book, login = self.office.book, person.login if person is not None else "nikdo"
        asked = conduct.enter_password(book, self.visit(), login, "x").checking
        subject = person.subject if person is not None else None
        now = self.office.now
        self.checking = conduct.admit(book, self.flow, CALLER, self.visit().rules, asked, subject, now)

    def visit(self):
        fresh = Fresh(sid=new_session_id(), handle=hashed(new_handle()), known=hashed(new_handle()))
        return Visit(
            flow=self.flow, caller=CALLER, limits=SignIn(), drawn=draw(), now=self.office.now, fresh=fresh
        )

    def answered(self, said):
        return conduct.answer_password(self.office.book, self.visit(), self.checking, said)

    def opens_nothing(self, said):
        """And leaves everything as it is; the events that are recorded."""
        book = self.office.book
        before, recorded = book.flow(self.flow), len(book.events)
        late = self.answered(said)
        assert (late.told.reason, late.session) == (Refusal.OUT_OF_TURN, None)
        assert book.flow(self.flow) == before
        return book.events[recorded:]


def asking(office, flow, person):
    tab = Tab(office, flow)
    tab.ask(person)
    return tab


@pytest.fixture
def office():
    made = Office()
    yield made
    made.teardown()


@pytest.fixture
def flow(office):
    return office.begin(BROWSERS[0], None)[0]


def ended(office, subject, at=timedelta(0)):
    desk.end_all(office.book, subject, EndReason.BY_OFFICER, Origin(), office.now + at)


def test_of_two_tabs_the_one_that_asked_last_goes_on_and_the_other_changes_nothing(office, flow):
    first, second = asking(office, flow, PETR), asking(office, flow, PETR)
    first.opens_nothing(PETR)
    assert isinstance(second.answered(PETR).flow.state, AwaitingOfficersCode)
    first.opens_nothing(PETR)


@pytest.mark.parametrize("clock", [timedelta(0), -MINUTE, MINUTE], ids=["same", "behind", "ahead"])
def test_an_answer_about_somebody_who_was_put_out_meanwhile_opens_nothing_whatever_the_clocks_say(
    office, flow, clock
):
    """The officer's command is another process; its moment may be earlier than that of a question it comes after."""
    tab = asking(office, flow, PETR)
    ended(office, PETR_ID, clock)
    tab.opens_nothing(PETR)
    assert office.book.flow(flow).state.asking is None  # and the page of a password is there again


def test_an_officers_reset_and_a_closed_account_stop_an_answer_under_way(office):
    acts = (
        lambda: desk.remove_factors(office.book, PETR_ID, "x", OPERATOR, office.now),
        lambda: desk.end_all(office.book, PETR_ID, EndReason.ACCOUNT_CLOSED, Origin(), office.now),
    )
    for act in acts:
        tab = asking(office, office.begin(BROWSERS[0], None)[0], PETR)
        act()
        tab.opens_nothing(PETR)


def test_somebody_who_was_put_out_is_not_brought_back_by_whom_the_sign_in_asked_about_in_between(
    office, flow
):
    """Petr's right password is under way; the sign-in is Jana's while he is put out, then his again."""
    late = asking(office, flow, PETR)
    asking(office, flow, JANA)
    ended(office, PETR_ID)
    asking(office, flow, PETR)
    late.opens_nothing(PETR)


def test_a_wrong_password_of_another_tab_does_not_bring_back_who_was_put_out(office, flow):
    right, wrong = asking(office, flow, PETR), asking(office, flow, PETR)
    asking(office, flow, JANA)
    ended(office, PETR_ID)
    wrong.answered(Rejected(subject=PETR_ID))
    right.opens_nothing(PETR)


def test_somebody_nobody_had_heard_of_is_put_out_while_asked_for_the_first_time(office, flow):
    assert office.book.subject_of(PETR.login) is None
    tab = asking(office, flow, PETR)
    ended(office, PETR_ID)
    tab.opens_nothing(PETR)


def test_a_login_that_nobody_had_when_it_was_asked_about_ends_no_sign_in_and_opens_none(office, flow):
    tab = asking(office, flow, None)
    ended(office, PETR_ID)
    assert isinstance(tab.answered(Rejected()).flow.state, AwaitingPassword)


def test_two_sign_ins_of_two_browsers_end_with_their_person_and_not_with_another(office):
    flows = [office.begin(BROWSERS[0], None)[0] for _ in range(3)]
    two, other = [asking(office, one, PETR) for one in flows[:2]], asking(office, flows[2], JANA)
    ended(office, PETR_ID)
    for one in two:
        one.opens_nothing(PETR)
    assert isinstance(other.answered(JANA).flow.state, AwaitingOfficersCode)


def test_after_it_was_refused_nobody_is_asked_about_any_more(office, flow):
    """So a sign-in that goes on tells nobody what becomes of whom it was tried for."""
    asking(office, flow, PETR).answered(Rejected(subject=PETR_ID))
    ended(office, PETR_ID)
    assert office.book.flow(flow) is not None


def test_an_answer_counts_only_about_whom_the_sign_in_asked_last(office, flow):
    jana, petr = asking(office, flow, JANA), asking(office, flow, PETR)
    jana.opens_nothing(JANA)
    assert isinstance(office.book.flow(flow).state, AwaitingPassword)
    assert isinstance(petr.answered(PETR).flow.state, AwaitingOfficersCode)


def test_a_yes_about_somebody_whom_the_sign_in_would_not_have_ended_with_opens_nothing(office, flow):
    (entry,) = asking(office, flow, PETR).opens_nothing(JANA)
    assert (entry.subject, entry.reason) == (JANA_ID, "answered_too_late")
    asking(office, flow, None).opens_nothing(JANA)


def test_a_password_that_is_tried_only_after_the_end_counts_as_one_typed_after_it(office, flow):
    """Until the directory knows whose the login is, it has been asked for nothing that could be out of date."""
    tab = Tab(office, flow)
    asked = conduct.enter_password(office.book, tab.visit(), PETR.login, "x").checking
    ended(office, PETR_ID)
    tab.checking = conduct.admit(
        office.book, flow, CALLER, tab.visit().rules, asked, PETR_ID, office.now + MINUTE
    )
    assert isinstance(tab.answered(PETR).flow.state, AwaitingOfficersCode)


def test_whether_the_login_is_anybodys_makes_no_difference_to_another_tab(office):
    for first, second in ((PETR, None), (None, None), (None, PETR)):
        flow, _ = office.begin(BROWSERS[0], None)
        tabs = [asking(office, flow, one) for one in (first, second)]
        assert [one.answered(Rejected()).told.reason for one in tabs] == ["wrong_credentials"] * 2


def test_an_old_password_under_way_opens_nothing_after_it_was_changed_in_another_tab_of_the_same_sign_in(
    office, flow
):
    """The change spares the sign-in it is made in; not one that another tab took back to the password."""
    office.an_exception_is_granted(PETR_ID, 60)
    must = asking(office, flow, PETR).answered(Stale(PETR, Refusal.PASSWORD_EXPIRED))
    assert isinstance(must.flow.state, AwaitingNewPassword)
    one, other = changing(office, flow), changing(office, flow)
    conduct_new_password.answer_new_password(office.book, Tab(office, flow).visit(), one, Unanswered())
    late = asking(office, flow, PETR)
    conduct_new_password.answer_new_password(office.book, Tab(office, flow).visit(), other, PETR)
    late.opens_nothing(PETR)


def changing(office, flow):
    visit, old, new = Tab(office, flow).visit(), "staré", "Nove-dlouhe-heslo 2"
    return conduct_new_password.enter_new_password(office.book, visit, old, new, new, lambda _: ()).checking


def test_a_passkey_of_somebody_who_was_put_out_opens_nothing_and_is_recorded(office, flow):
    office.enrol_jana()
    tab, shown = Tab(office, flow), office.keys[JANA_ID][0].soft.shown(office.book.flow(flow).state.challenge)
    checking = conduct_factor.show_key(office.book, tab.visit(), shown, SITE).checking
    ended(office, JANA_ID)
    recorded = len(office.book.events)
    late = conduct_factor.answer_passkey(office.book, tab.visit(), checking, JANA)
    assert (late.flow.state.asking, late.session, late.told.reason) == (None, None, Refusal.OUT_OF_TURN)
    (entry,) = office.book.events[recorded:]
    assert isinstance(entry, events.KeyRefused)
    assert (entry.subject, entry.reason) == (JANA_ID, "answered_too_late")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (PETR, "answered_too_late"),
        (Stale(PETR, Refusal.PASSWORD_EXPIRED), "answered_too_late"),
        (Rejected("wrong_password", PETR_ID), "wrong_password"),
        (replace(PETR, state=AccountState.DISABLED), "account_disabled"),
        (Unanswered(), "directory_unreachable"),
    ],
)
def test_what_comes_after_another_tab_went_on_is_recorded_with_its_reason(office, flow, said, reason):
    late, other = asking(office, flow, PETR), asking(office, flow, PETR)
    other.answered(PETR)
    (entry,) = late.opens_nothing(said)
    assert isinstance(entry, events.PasswordRefused)
    assert entry.reason == reason
    assert (entry.person, entry.subject) in {
        (PETR.login, PETR_ID),
        ("sv…(12)", ""),
    }  # where nothing was answered
