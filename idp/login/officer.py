"""What an officer does about people's factors; each function runs inside one transaction of the caller."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.vocabulary import AuthenticationLevel, SessionId, SubjectId
from idp import events
from idp.events import NOWHERE, Actor, EndReason, Origin
from idp.login import desk
from idp.login.book import Book
from idp.login.enrolment_code import LIFETIME_MAX, EnrolmentCode
from idp.login.exception import LONGEST, SignInException
from idp.login.spoken_code import SpokenCode
from idp.login.states import AwaitingOfficersCode, AwaitingPassword


class LifetimeTooLong(Exception):
    """An enrolment code would be good for more than a day."""

    def __init__(self) -> None:
        super().__init__("an enrolment code is good for 24 hours at most; issue another one tomorrow")


class ExceptionTooLong(Exception):
    """An exception would last longer than exceptions may."""

    def __init__(self, longest: timedelta) -> None:
        super().__init__(
            f"an exception lasts {longest.days} days at most; name an earlier day, or help with a second factor"
        )
        self.longest = longest


class ExceptionRuns(Exception):
    """The person has an exception already: two of them would hide which one is in force."""

    def __init__(self, until: datetime) -> None:
        super().__init__("an exception runs for the person already; end it first")
        self.until = until


@dataclass(frozen=True, slots=True)
class Ended:
    """What an officer ended."""

    exceptions: int
    sessions: tuple[SessionId, ...]
    """Those that the password alone had opened."""


def issue_enrolment_code(
    book: Book,
    subject: SubjectId,
    login: str,
    code: SpokenCode,
    by: Actor,
    now: datetime,
    until: datetime,
    origin: Origin = NOWHERE,
) -> None:
    """The person may enrol a first factor with it. Earlier codes are withdrawn, and so is what was begun with one:
    whoever intercepted it stops there. Who waits for this very code goes on. Raises LifetimeTooLong.
    """
    if until - now > LIFETIME_MAX:
        raise LifetimeTooLong
    for flow in book.flows_of(subject):
        if not isinstance(flow.state, AwaitingPassword | AwaitingOfficersCode):
            book.drop_flow(flow.id)
    book.keep_enrolment_code(
        code, EnrolmentCode(subject=subject, issued_by=by, issued_at=now, expires_at=until)
    )
    book.record(
        events.EnrolmentCodeIssued(at=now, origin=origin, person=login, subject=subject, by=by, until=until)
    )


def grant_exception(
    book: Book, granted: SignInException, longest: timedelta = LONGEST, origin: Origin = NOWHERE
) -> None:
    """Password alone suffices for its person until it ends; each sign-in by it is recorded, and no session of it
    lasts longer. `longest`: `sign_in.longest_exception`. Raises ExceptionTooLong, ExceptionRuns.
    """
    if granted.ends_at - granted.begins_at > longest:
        raise ExceptionTooLong(longest)
    if (running := book.exception_of(granted.subject, granted.begins_at)) is not None:
        raise ExceptionRuns(running.ends_at)
    book.keep_exception(granted)
    book.record(
        events.ExceptionGranted(
            at=granted.begins_at,
            origin=origin,
            person=granted.login,
            subject=granted.subject,
            by=granted.granted_by,
            why=granted.reason,
            until=granted.ends_at,
        )
    )


def end_exceptions(
    book: Book, subject: SubjectId, login: str, by: Actor, now: datetime, origin: Origin = NOWHERE
) -> Ended:
    """End those of a person that run, sign-ins under way that may have used one, and sessions of a password alone:
    nothing but an exception opens them. The caller tells the gateway of these. Where none runs, nothing is changed:
    sessions of one that is over ended with it.
    """
    running = [one for one in book.exceptions() if one.subject == subject and one.runs(now)]
    if not running:
        return Ended(0, ())
    book.drop_flows_of(subject)
    for one in running:
        book.keep_exception(replace(one, ended_at=now, ended_by=by))
        book.record(events.ExceptionEnded(at=now, origin=origin, person=login, subject=subject, by=by))
    weak = [one for one in book.sessions_of_subject(subject) if one.level is AuthenticationLevel.PASSWORD]
    return Ended(len(running), desk.end(book, weak, EndReason.EXCEPTION_ENDED, origin, now, by))
