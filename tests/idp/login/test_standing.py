"""A sign-in that stands, once more is known of its person: `flow_standing`, `conduct_standing`, `under_way`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import AuthenticationLevel, MunicipalityCode, Role, SessionId
from idp.directory.person import AccountState, RoleHeld
from idp.events import NOWHERE
from idp.login import flow, under_way
from idp.login.authenticator import Proof
from idp.login.conduct_standing import Reading, known_anew
from idp.login.drawn import draw
from idp.login.inputs import PersonReadAgain, Unanswered
from idp.login.progress import Progress
from idp.login.refusal import Refusal
from idp.login.states import (
    AwaitingEnrolment,
    AwaitingFactor,
    AwaitingNewPassword,
    AwaitingOfficersCode,
    AwaitingSaved,
    Failed,
    Standing,
)
from idp.login.under_way import News
from idp.login.upstream import Identity, Official, Proven, Via
from tests.fuzz.office import Office
from tests.fuzz.shown import BROWSERS, LIMITS, Shown
from tests.rig.people import HULIN, JANA, JANA_ID, NOON, PETR
from tests.rig.sign_in_moves import OWN, go, told

PASSWORD, TWO, RESISTANT = AuthenticationLevel
MINUTE = timedelta(minutes=1)
STANDING = Standing(person=JANA, read_at=NOON)
LESS = replace(JANA, roles=())
ADMINISTRATOR = replace(JANA, roles=(*JANA.roles, RoleHeld(HULIN, Role.LOCAL_ADMINISTRATOR)))
MUST_CHANGE = replace(JANA, state=AccountState.MUST_CHANGE_PASSWORD)
KVASICE = MunicipalityCode("588644")
AT_CODE = AwaitingFactor(STANDING, b"c" * 32)
DRAWN = draw()
STANDINGS = (
    AT_CODE,
    AwaitingOfficersCode(STANDING),
    AwaitingEnrolment(STANDING, Proof.OFFICERS_CODE, DRAWN.secret, DRAWN.challenge),
    AwaitingSaved(replace(STANDING, level=TWO), OWN.id),
)
everywhere = pytest.mark.parametrize("state", STANDINGS, ids=lambda state: type(state).__name__)


def read_again(state, answer, needed=None, reach=(TWO, RESISTANT)):
    event = PersonReadAgain(
        answer=answer, read_at=NOON + MINUTE, reach=frozenset(reach), needed=needed, drawn=DRAWN
    )
    return flow.step(state, event, NOON + MINUTE)


@everywhere
def test_what_is_known_now_takes_the_place_of_what_was_known_then(state):
    after, effects = read_again(state, LESS)
    assert (after.standing.person, after.standing.read_at) == (LESS, NOON + MINUTE)
    assert effects == ()


@everywhere
@pytest.mark.parametrize("closed", [None, PETR, replace(JANA, state=AccountState.DISABLED)])
def test_whoever_is_gone_or_closed_by_now_goes_no_further(state, closed):
    after, effects = read_again(state, closed)
    assert isinstance(after, Failed)
    assert told(effects) in ([Refusal.UNKNOWN_PERSON], [Refusal.ACCOUNT_DISABLED])


@everywhere
@pytest.mark.parametrize("how", ["official", "linking"])
def test_who_acts_for_an_office_by_another_providers_word_needs_a_role_there_until_the_session_opens(
    state, how
):
    official = Official(municipality=HULIN)
    proven = Proven(
        via=Via(provider="caais", identity=Identity(issuer="https://caais.test", subject="a1")),
        name="Jana",
        at=NOON,
        official=official,
    )
    said = {"official": official} if how == "official" else {"linking": proven}
    state = replace(state, standing=replace(state.standing, **said))
    assert read_again(state, JANA)[1] == ()
    elsewhere = replace(JANA, roles=tuple(replace(one, municipality=KVASICE) for one in JANA.roles))
    after, effects = read_again(state, elsewhere)
    assert isinstance(after, Failed)
    assert told(effects) == [Refusal.UPSTREAM_OTHER_MUNICIPALITY]


@everywhere
def test_while_nobody_answers_it_stays_where_it_is(state):
    after, effects = read_again(state, Unanswered())
    assert (after, told(effects)) == (state, [Refusal.DIRECTORY_UNREACHABLE])


@everywhere
def test_an_account_that_strangers_have_locked_goes_on(state):
    locked = replace(JANA, state=AccountState.LOCKED)
    assert read_again(state, locked)[0].standing.person == locked


def test_a_password_that_must_be_changed_by_now_leads_from_the_code_to_a_new_one():
    after, _ = read_again(AT_CODE, MUST_CHANGE)
    assert isinstance(go(after, "code")[0], AwaitingNewPassword)


def test_no_session_is_raised_whose_password_must_be_changed_by_now():
    lifted = replace(AT_CODE, standing=replace(STANDING, lifting=SessionId("live")))
    assert isinstance(read_again(lifted, MUST_CHANGE)[0], Failed)


def test_what_the_roles_of_now_demand_is_demanded():
    after, _ = read_again(AT_CODE, ADMINISTRATOR, RESISTANT)
    assert told(go(after, "code")[1]) == [Refusal.FACTOR_TOO_WEAK]
    assert told(read_again(AT_CODE, ADMINISTRATOR, RESISTANT, (TWO,))[1]) == [Refusal.LEVEL_UNREACHABLE]
    assert told(read_again(STANDINGS[-1], ADMINISTRATOR, RESISTANT)[1]) == [Refusal.LEVEL_UNREACHABLE]


@pytest.fixture
def office():
    made = Office()
    yield made
    made.teardown()


def standing_at(office, state):
    name, _ = office.begun(state, Shown(BROWSERS[0], None))
    return office.book.flow(name)


def known(office, found, reading, now):
    return known_anew(office.book, found, reading, LIMITS, NOWHERE, DRAWN, now)


def test_without_a_reading_only_what_was_just_read_goes_on(office):
    found = standing_at(office, AT_CODE)
    assert known(office, found, None, NOON + timedelta(seconds=29)) == found
    late = known(office, found, None, NOON + MINUTE)
    assert isinstance(late, Progress)
    assert late.told.reason is Refusal.OUT_OF_TURN


def test_a_reading_older_than_the_sign_in_or_about_another_counts_for_nothing(office):
    found = standing_at(office, AT_CODE)
    older = Reading(subject=JANA_ID, answer=None, read_at=NOON - MINUTE)
    assert known(office, found, older, NOON) == found
    another = Reading(subject=PETR.subject, answer=PETR, read_at=NOON + MINUTE)
    assert isinstance(known(office, found, another, NOON + MINUTE), Progress)


def test_what_was_read_stays_with_a_sign_in_that_gets_no_further(office):
    """So that whoever tries codes as fast as can be does not have the directory asked as fast."""
    found, later = standing_at(office, AT_CODE), NOON + MINUTE
    known(office, found, Reading(subject=JANA_ID, answer=LESS, read_at=later), later)
    kept = office.book.flow(found.id).state.standing
    assert (kept.person, kept.read_at) == (LESS, later)


STOPPED = {
    "role lost": (LESS, Refusal.ROLE_LOST),
    "gone": (None, Refusal.UNKNOWN_PERSON),
    "must change": (MUST_CHANGE, Refusal.PASSWORD_MUST_CHANGE),
    "nothing": (JANA, None),
    "renamed": (replace(LESS, login="mala.jana"), None),
    "locked": (replace(JANA, state=AccountState.LOCKED), None),
}


@pytest.mark.parametrize("what", STOPPED)
def test_news_stop_what_stands_by_what_is_no_longer_so(office, what):
    (person, reason), found = STOPPED[what], standing_at(office, AT_CODE)
    news = News({JANA_ID: person}, NOON)
    assert under_way.concerns(office.book, news, LIMITS, NOON) is (reason is not None)
    stopped = under_way.stop(office.book, news, LIMITS, NOON)
    assert [one.reason for one in stopped] == ([reason] if reason else [])
    assert (office.book.flow(found.id) is None) is (reason is not None)


def test_one_that_leads_to_a_new_password_goes_on_and_so_does_a_younger_one(office):
    leads = standing_at(
        office, replace(AT_CODE, standing=replace(STANDING, must_change=Refusal.PASSWORD_EXPIRED))
    )
    assert under_way.stop(office.book, News({JANA_ID: MUST_CHANGE}, NOON), LIMITS, NOON) == []
    assert office.book.flow(leads.id) is not None
    standing_at(office, AT_CODE)
    assert under_way.stop(office.book, News({JANA_ID: LESS}, NOON - MINUTE), LIMITS, NOON) == []
