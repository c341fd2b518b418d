"""When a client is told again, and what is recorded of it."""

from datetime import timedelta

from config.vocabulary import SessionId, SubjectId
from gateway.audit.entry import Code, Outcome
from gateway.sign_outs.sign_out import (
    BACK_OFF,
    NotTold,
    SignOut,
    Untold,
    delayed,
    given_up,
    next_attempt,
    told,
)
from idp.oidc.client import ClientId
from tests.rig.people import NOON

ONE = SignOut(
    session=SessionId("s" * 22),
    client=ClientId("library"),
    subject=SubjectId("office:1"),
    person="novakova.jana",
    ended_at=NOON,
    attempts=2,
)


def test_pauses_grow_and_outlast_a_night() -> None:
    pauses = [next_attempt(failed, NOON) - NOON for failed in range(1, len(BACK_OFF) + 1)]
    assert pauses == sorted(pauses)
    assert timedelta(hours=16) < sum(pauses, timedelta()) < timedelta(hours=18)
    assert next_attempt(len(BACK_OFF) + 1, NOON) is None


def test_entries_say_who_where_and_after_how_many_attempts() -> None:
    failure = NotTold(Untold.CLIENT_REFUSED, "status 400")
    entries = [told(ONE, NOON), delayed(ONE, failure, NOON), given_up(ONE, failure, NOON)]
    assert [(one.code, one.outcome, one.reason) for one in entries] == [
        (Code.SIGN_OUT_TOLD, Outcome.SUCCESS, ""),
        (Code.SIGN_OUT_DELAYED, Outcome.FAILURE, "client_refused"),
        (Code.SIGN_OUT_GIVEN_UP, Outcome.FAILURE, "client_refused"),
    ]
    for one in entries:
        assert (one.application, one.session, one.person) == (ONE.client, ONE.session, ONE.person)
        assert one.details["attempts"] == 3
        assert one.details["happened"] == "2026-11-23T12:00:00+00:00"
    assert entries[2].details["cause"] == "status 400"
