"""What an officer does about people's factors; each function runs inside one transaction of the caller."""

from dataclasses import replace
from datetime import datetime

from config.vocabulary import SubjectId
from idp import events
from idp.events import NOWHERE, Origin
from idp.login.book import Book
from idp.login.enrolment_code import LIFETIME_MAX, EnrolmentCode
from idp.login.exception import ExceptionId, SignInException
from idp.login.spoken_code import SpokenCode


class LifetimeTooLong(Exception):
    """An enrolment code would be good for more than a day."""

    def __init__(self) -> None:
        super().__init__("an enrolment code is good for 24 hours at most; issue another one tomorrow")


def issue_enrolment_code(
    book: Book,
    subject: SubjectId,
    login: str,
    code: SpokenCode,
    by: str,
    now: datetime,
    until: datetime,
    origin: Origin = NOWHERE,
) -> None:
    """The person may enrol a first factor with it; earlier codes are withdrawn. Raises LifetimeTooLong."""
    if until - now > LIFETIME_MAX:
        raise LifetimeTooLong
    book.keep_enrolment_code(
        code, EnrolmentCode(subject=subject, issued_by=by, issued_at=now, expires_at=until)
    )
    book.record(
        events.EnrolmentCodeIssued(at=now, origin=origin, person=login, subject=subject, by=by, until=until)
    )


def grant_exception(
    book: Book,
    name: ExceptionId,
    subject: SubjectId,
    login: str,
    reason: str,
    by: str,
    now: datetime,
    until: datetime,
    origin: Origin = NOWHERE,
) -> None:
    """Password alone suffices for this person until then; each sign-in by it is recorded."""
    granted = SignInException(
        id=name,
        subject=subject,
        login=login,
        reason=reason,
        granted_by=by,
        begins_at=now,
        ends_at=until,
    )
    book.keep_exception(granted)
    book.record(
        events.ExceptionGranted(
            at=now, origin=origin, person=login, subject=subject, by=by, why=reason, until=until
        )
    )


def end_exceptions(
    book: Book, subject: SubjectId, login: str, by: str, now: datetime, origin: Origin = NOWHERE
) -> int:
    """End those of a person that run, and sign-ins under way that may have used one; how many there were."""
    running = [one for one in book.exceptions() if one.subject == subject and one.runs(now)]
    book.drop_flows_of(subject)
    for one in running:
        book.keep_exception(replace(one, ended_at=now, ended_by=by))
        book.record(events.ExceptionEnded(at=now, origin=origin, person=login, subject=subject, by=by))
    return len(running)
