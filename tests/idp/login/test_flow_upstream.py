"""Another provider in place of the password: each way in which its word, or the moment, is not good enough."""

from dataclasses import replace
from datetime import timedelta

import pytest

from idp import events
from idp.login import flow, flow_upstream, totp
from idp.login.authenticator import Newly
from idp.login.drawn import draw
from idp.login.effects import AskPerson, AskUpstream, OpenSession, Record
from idp.login.handle import hashed, new_handle
from idp.login.inputs import (
    CameBack,
    CodeEntered,
    DirectoryAnswered,
    LinkedAnswered,
    PasswordEntered,
    PersonAnswered,
    SentUpstream,
    Unanswered,
    UpstreamAnswered,
)
from idp.login.refusal import Refusal
from idp.login.states import (
    AwaitingFactor,
    AwaitingPassword,
    CheckingLinked,
    CheckingPassword,
    CheckingPerson,
    CheckingUpstream,
    Failed,
    Question,
    SignedIn,
)
from idp.login.upstream import BELIEVED_FOR, LATE_AT_MOST, Gone, Identity, Link, Proven, Via
from tests.rig import sign_in_moves
from tests.rig.people import JANA, JANA_ID, NOON, PETR, PETR_ID
from tests.rig.sign_in_moves import (
    DISABLED,
    EVERYTHING,
    EXCEPTION,
    MUST_CHANGE,
    OWN,
    RESISTANT,
    RIGHT,
    SECRET,
    TAKEN,
    TWO_FACTORS,
    holder,
)

STATE = hashed(new_handle())
GONE = Gone(provider="kraj", state=STATE, nonce="n", verifier="v", at=NOON)
IDENTITY = Identity(issuer="https://sso.kraj.test", subject="a1")
PROVEN = Proven(via=Via(provider="kraj", identity=IDENTITY), name="Jana", at=NOON)
LINK = Link(identity=IDENTITY, provider="kraj", name="Jana", subject=JANA_ID, linked_at=NOON)
AT_PASSWORD = AwaitingPassword(b"c" * 32)
LINKED = CheckingLinked(JANA_ID, PROVEN, NOON, AT_PASSWORD)


def told(effects):
    (reason,) = sign_in_moves.told(effects)
    return reason


def came_back(state=STATE, provider="kraj", fault=None, attempt=TAKEN):
    return CameBack(provider=provider, state=state, fault=fault, attempt=attempt, drawn=draw())


def answered(answer=PROVEN, link=LINK):
    return UpstreamAnswered(answer=answer, link=link, drawn=draw())


def person(answer=JANA, link=LINK, reach=EVERYTHING, needed=None):
    return LinkedAnswered(answer=answer, link=link, reach=reach, needed=needed, drawn=draw())


def at_provider(**changes):
    return CheckingUpstream(replace(GONE, **changes), TAKEN, AT_PASSWORD)


def test_whoever_is_sent_again_comes_back_to_nothing_asked_or_proven_before():
    before = replace(AT_PASSWORD, gone=GONE, linking=PROVEN, asking=Question("q", NOON))
    other = replace(GONE, state=hashed(new_handle()))
    after, effects = flow.step(before, SentUpstream(gone=other, drawn=draw()), NOON)
    assert (after, effects) == (replace(AT_PASSWORD, gone=other), ())


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (came_back(state=hashed(new_handle())), Refusal.UPSTREAM_STATE_WRONG),
        (came_back(state=None), Refusal.UPSTREAM_STATE_WRONG),
        (came_back(provider="jiny"), Refusal.UPSTREAM_STATE_WRONG),
        (came_back(attempt=None), Refusal.OUT_OF_TURN),
    ],
)
def test_an_answer_that_was_not_asked_for_takes_nothing_from_the_one_that_was(event, reason):
    state = replace(AT_PASSWORD, gone=GONE)
    after, effects = flow.step(state, event, NOON)
    assert (after, told(effects)) == (state, reason)


def test_an_answer_is_asked_about_once():
    after, effects = flow.step(replace(AT_PASSWORD, gone=GONE), came_back(), NOON)
    assert isinstance(after, CheckingUpstream)
    assert effects == (AskUpstream(GONE),)
    assert after.waiting.gone is None
    again, effects = flow.step(after.waiting, came_back(), NOON)
    assert (again, told(effects)) == (after.waiting, Refusal.UPSTREAM_STATE_WRONG)


def test_a_fault_of_the_answer_ends_the_question():
    event = came_back(fault=Refusal.UPSTREAM_MIXED_UP)
    after, effects = flow.step(replace(AT_PASSWORD, gone=GONE), event, NOON)
    assert (after, told(effects)) == (AT_PASSWORD, Refusal.UPSTREAM_MIXED_UP)


def test_an_identity_that_is_linked_with_nobody_waits_for_the_password():
    for link in (None, replace(LINK, identity=replace(IDENTITY, issuer="https://jiny.test"))):
        after, effects = flow.step(at_provider(), answered(link=link), NOON)
        assert isinstance(after, AwaitingPassword)
        assert (after.stranger, after.linking) == (PROVEN, None)
        assert after.asking is None
        assert not any(isinstance(one, AskPerson | OpenSession) for one in effects)


@pytest.mark.parametrize("age", [timedelta(hours=1), LATE_AT_MOST + timedelta(seconds=1)])
def test_what_is_linked_was_shown_anew_to_that_end(age):
    after, effects = flow.step(
        at_provider(linking=True), answered(replace(PROVEN, shown_at=NOON - age), None), NOON
    )
    assert (after.linking, told(effects)) == (None, Refusal.UPSTREAM_NOT_ANEW)
    fresh = replace(PROVEN, shown_at=NOON - LATE_AT_MOST)
    after, _ = flow.step(at_provider(linking=True), answered(fresh, None), NOON)
    assert (after.stranger, after.linking) == (None, replace(PROVEN, shown_at=NOON))
    assert not after.unsure


def test_of_a_provider_that_does_not_say_when_the_person_says_it_before_the_password_counts():
    after, _ = flow.step(at_provider(linking=True), answered(link=None), NOON)
    assert after.unsure
    password = PasswordEntered(login="novakova.jana", password="x", attempt=TAKEN, drawn=draw())
    same, effects = flow.step(after, password, NOON)
    assert (same, told(effects)) == (after, Refusal.UPSTREAM_NOT_CONFIRMED)
    asked, _ = flow.step(after, replace(password, confirmed=True), NOON)
    assert isinstance(asked, CheckingPassword)
    assert asked.waiting.linking == PROVEN


@pytest.mark.parametrize("late", [None, timedelta(hours=1), LATE_AT_MOST + timedelta(seconds=1)])
def test_a_proof_of_this_moment_is_one_that_says_so(late):
    proven = replace(PROVEN, shown_at=None if late is None else NOON - late)
    after, effects = flow.step(at_provider(anew=True), answered(proven), NOON)
    assert isinstance(after, AwaitingPassword)
    assert told(effects) == Refusal.UPSTREAM_NOT_ANEW
    fresh = replace(PROVEN, shown_at=NOON - LATE_AT_MOST)
    after, effects = flow.step(at_provider(anew=True), answered(fresh), NOON)
    assert isinstance(after, CheckingLinked)
    assert after.proven.shown_at == NOON  # its clock is late: what leads on holds it against ours
    assert AskPerson(JANA_ID) in effects


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (person(Unanswered()), Refusal.DIRECTORY_UNREACHABLE),
        (person(None), Refusal.UNKNOWN_PERSON),
        (person(PETR), Refusal.UNKNOWN_PERSON),
        (person(DISABLED), Refusal.ACCOUNT_DISABLED),
        (person(MUST_CHANGE), Refusal.PASSWORD_MUST_CHANGE),
        (person(link=None), Refusal.UPSTREAM_UNLINKED),
        (person(link=replace(LINK, subject=PETR_ID)), Refusal.UPSTREAM_UNLINKED),
        (person(reach=frozenset()), Refusal.UPSTREAM_FACTOR_MISSING),
    ],
)
def test_whose_account_or_link_is_not_what_it_was_stays_outside(event, reason):
    trusted = replace(LINKED, proven=replace(PROVEN, level=None))
    after, effects = flow.step(trusted, event, NOON)
    assert isinstance(after, AwaitingPassword)
    assert told(effects) == reason
    refused = [one.event for one in effects if isinstance(one, Record)]
    assert [type(one) for one in refused] == [events.UpstreamRefused]


def test_its_word_alone_is_a_first_factor():
    after, _ = flow.step(LINKED, person(), NOON)
    assert isinstance(after, AwaitingFactor)
    assert (after.standing.methods, after.standing.via) == (("fed",), PROVEN.via)


@pytest.mark.parametrize("age", [timedelta(0), BELIEVED_FOR])
def test_a_level_that_is_trusted_opens_and_dates_from_there(age):
    proven = replace(PROVEN, level=TWO_FACTORS, shown_at=NOON - age)
    after, effects = flow.step(replace(LINKED, proven=proven), person(reach=frozenset()), NOON)
    assert isinstance(after, SignedIn)
    (opening,) = [one for one in effects if isinstance(one, OpenSession)]
    assert (opening.since, opening.via, opening.linking) == (NOON - age, PROVEN.via, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"level": None, "shown_at": NOON},
        {"level": TWO_FACTORS, "shown_at": None},
        {"level": TWO_FACTORS, "shown_at": NOON - BELIEVED_FOR - timedelta(seconds=1)},
        {"level": TWO_FACTORS, "shown_at": NOON + timedelta(seconds=1)},
    ],
)
def test_a_level_that_nobody_trusts_or_that_is_old_takes_the_own_factor(changes):
    after, effects = flow.step(replace(LINKED, proven=replace(PROVEN, **changes)), person(), NOON)
    assert isinstance(after, AwaitingFactor)
    assert not any(isinstance(one, OpenSession) for one in effects)


def test_a_new_link_counts_for_no_more_than_two_factors_whatever_the_provider_says():
    """Both may have been phished: it counts in full from when its person has had time to notice."""
    until = NOON + timedelta(hours=1)
    state = replace(LINKED, proven=replace(PROVEN, level=RESISTANT, shown_at=NOON))
    event = replace(person(), newly=Newly(TWO_FACTORS, until))
    _, effects = flow.step(state, event, NOON)
    assert (opening_of(effects).level, opening_of(effects).counts_from) == (TWO_FACTORS, until)
    after, _ = flow.step(state, replace(event, needed=RESISTANT), NOON)
    assert isinstance(after, AwaitingFactor)
    _, effects = flow.step(state, person(), NOON)
    assert (opening_of(effects).level, opening_of(effects).counts_from) == (RESISTANT, None)


def test_a_level_below_what_is_demanded_takes_the_own_factor_or_fails():
    proven = replace(PROVEN, level=TWO_FACTORS, shown_at=NOON)
    state = replace(LINKED, proven=proven)
    after, effects = flow.step(state, person(needed=RESISTANT), NOON)
    assert isinstance(after, AwaitingFactor)
    (accepted,) = [one.event for one in effects if isinstance(one, Record)]
    assert not accepted.trusted  # for what is asked here
    after, _ = flow.step(state, person(needed=RESISTANT, reach=frozenset({TWO_FACTORS})), NOON)
    assert isinstance(after, Failed)


def test_what_comes_too_late_is_recorded_and_opens_nothing():
    effects = flow_upstream.late(at_provider(), answered(), NOON)
    assert [one.event.reason for one in effects] == [Refusal.ANSWERED_TOO_LATE]
    effects = flow_upstream.late(at_provider(), answered(Refusal.UPSTREAM_NONCE_WRONG, None), NOON)
    assert [one.event.reason for one in effects] == [Refusal.UPSTREAM_NONCE_WRONG]
    effects = flow_upstream.late(LINKED, person(), NOON)
    assert [(one.event.reason, one.event.subject) for one in effects] == [
        (Refusal.ANSWERED_TOO_LATE, JANA_ID)
    ]


def opening_of(effects):
    (opening,) = [one for one in effects if isinstance(one, OpenSession)]
    return opening


def after_password(**changes):
    """The identity was shown, then the password."""
    checking = CheckingPassword("novakova.jana", TAKEN, NOON, replace(AT_PASSWORD, linking=PROVEN))
    event = DirectoryAnswered(answer=JANA, attempt=TAKEN, reach=EVERYTHING, drawn=draw(), **changes)
    return flow.step(checking, event, NOON)


def test_both_sides_in_one_sign_in_are_linked():
    state, _ = after_password()
    code = CodeEntered(
        code=RIGHT, attempt=TAKEN, held=(holder(means=totp.Enrolled(SECRET, -1)),), drawn=draw()
    )
    _, effects = flow.step(state, code, NOON)
    assert opening_of(effects).linking == PROVEN


def test_neither_the_password_by_exception_nor_a_passkey_links_anything():
    _, effects = after_password(exception=EXCEPTION)
    assert opening_of(effects).linking is None
    checking = CheckingPerson(
        JANA_ID,
        "Klíč",
        OWN.id,
        NOON,
        replace(AT_PASSWORD, linking=PROVEN, asking=Question("q", NOON, JANA_ID)),
    )
    event = PersonAnswered(answer=JANA, held=frozenset({OWN.id}), drawn=draw())
    _, effects = flow.step(checking, event, NOON)
    assert opening_of(effects).linking is None
