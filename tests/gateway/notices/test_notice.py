import pytest

from config.vocabulary import AuthenticationLevel, SessionId
from gateway.notices.notice import NoticeKind, to_tell
from idp import events
from idp.events import EndReason, Factor, Origin
from tests.rig.people import JANA, NOON, OPERATOR, PETR

ORIGIN = Origin(address="192.0.2.7", user_agent="Firefox/145.0", request_id="request-1")
WHO = {"at": NOON, "origin": ORIGIN, "person": JANA.login, "subject": JANA.subject}
SID = SessionId("s" * 22)


@pytest.mark.parametrize(
    ("event", "kind", "facts"),
    [
        (events.NewDeviceMet(session=SID, **WHO), NoticeKind.NEW_DEVICE, {"session": SID}),
        (
            events.FactorEnrolled(factor=Factor.KEY, name="Klíč", **WHO),
            NoticeKind.FACTOR_ADDED,
            {"factor": "key", "authenticator": "Klíč"},
        ),
        (
            events.FactorRemoved(by=OPERATOR, **WHO),
            NoticeKind.FACTOR_REMOVED,
            {"factor": "one_time_code", "by": OPERATOR.name},
        ),
        (events.CodeAccepted(factor=Factor.RECOVERY_CODE, **WHO), NoticeKind.RECOVERY_CODE_USED, {}),
        (events.RecoveryCodesMade(number=10, **WHO), NoticeKind.RECOVERY_CODES_MADE, {}),
        (
            events.EnrolmentCodeUsed(issued_by=OPERATOR, **WHO),
            NoticeKind.ENROLMENT_CODE_USED,
            {"by": OPERATOR.name},
        ),
        (
            events.ExceptionGranted(by=OPERATOR, why="nový telefon", until=NOON, **WHO),
            NoticeKind.EXCEPTION_GRANTED,
            {"by": OPERATOR.name, "until": "2026-11-23T12:00:00Z"},
        ),
        (
            events.RecoveryUsed(
                account="a1", session=SID, level=AuthenticationLevel.PASSWORD, methods=("pwd",), **WHO
            ),
            NoticeKind.RECOVERY_ADMINISTRATOR_USED,
            {"session": SID},
        ),
        (events.PasswordChanged(**WHO), NoticeKind.PASSWORD_CHANGED, {}),
        (events.PasswordChangeUnknown(began_at=NOON, **WHO), NoticeKind.PASSWORD_UNCERTAIN, {}),
        (
            events.SessionEnded(session=SID, reason=EndReason.SIGNED_OUT_EVERYWHERE, **WHO),
            NoticeKind.ALL_SESSIONS_ENDED,
            {},
        ),
    ],
)
def test_each_kind_is_told_with_who_when_and_from_where(event, kind, facts):
    (told,) = to_tell([event])
    assert (told.kind, told.subject, told.person, told.at) == (kind, JANA.subject, JANA.login, NOON)
    assert told.facts == {"address": "192.0.2.7", "user_agent": "Firefox/145.0", **facts}


@pytest.mark.parametrize(
    "event",
    [
        events.CodeAccepted(**WHO),
        events.PasswordRefused(reason="wrong_credentials", **WHO),
        events.SessionEnded(session=SID, reason=EndReason.SIGNED_OUT, **WHO),
        events.SessionEnded(session=SID, reason=EndReason.IDLE, **WHO),
    ],
)
def test_what_happens_every_day_is_told_to_nobody(event):
    assert to_tell([event]) == []


def test_codes_that_come_with_a_first_authenticator_are_told_with_it_and_those_of_others_apart():
    of_petr = {**WHO, "subject": PETR.subject, "person": PETR.login}
    act = [
        events.FactorEnrolled(factor=Factor.KEY, **WHO),
        events.RecoveryCodesMade(number=10, **WHO),
        events.RecoveryCodesMade(number=10, **of_petr),
    ]
    assert [(told.kind, told.subject) for told in to_tell(act)] == [
        (NoticeKind.FACTOR_ADDED, JANA.subject),
        (NoticeKind.RECOVERY_CODES_MADE, PETR.subject),
    ]


def test_that_all_sessions_ended_is_told_once_to_each_person():
    everywhere = {"session": SID, "reason": EndReason.SIGNED_OUT_EVERYWHERE}
    of_petr = {**WHO, "subject": PETR.subject, "person": PETR.login}
    ended = [events.SessionEnded(**everywhere, **who) for who in (WHO, WHO, of_petr, WHO)]
    assert [told.subject for told in to_tell(ended)] == [JANA.subject, PETR.subject]
