"""A new password of somebody who is signed in; each function runs inside one transaction of the caller.

The rules are those of a new password at the sign-in (`flow_new_password.py`): the present password is a guess, and
charged before the directory sees it, so whoever took a session over guesses no more than a stranger does.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import RECOVERY_ADMINISTRATOR, SessionId
from idp import events
from idp.events import EndReason
from idp.login import charging, conduct_password_change, desk
from idp.login.book import Book
from idp.login.charging import Rules
from idp.login.desk import Caller
from idp.login.drawn import Drawn
from idp.login.effects import Record, Tell
from idp.login.flow_new_password import done, entered, fault, not_changed
from idp.login.handle import HandleHash
from idp.login.inputs import NewPasswordEntered, PasswordNotChanged
from idp.login.outcome import about
from idp.login.password_change import PasswordChange
from idp.login.progress import Progress, carried_out
from idp.login.refusal import Refusal
from idp.login.session import Session
from idp.login.states import AwaitingNewPassword, ChangingPassword, Standing


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody signed in."""

    caller: Caller
    rules: Rules
    drawn: Drawn
    now: datetime


def is_possible(session: Session) -> bool:
    """The recovery administrator is nobody of a directory."""
    return session.person.subject != RECOVERY_ADMINISTRATOR


def enter(
    book: Book,
    session: Session,
    visit: Visit,
    old: str,
    new: str,
    again: str,
    known_words: tuple[str, ...],
) -> Progress:
    """First half: `ask` of the answer is for the directory, outside the transaction; or `told` says why not.

    `known_words`: see NewPasswordEntered.
    """
    person, caller = session.person, visit.caller
    if not is_possible(session):
        why = Refusal.CHANGE_NOT_POSSIBLE
        refused = events.PasswordChangeRefused(**about(person, caller.origin, visit.now), reason=why)
        return carried_out(book, Progress(flow=None), (Record(refused), Tell(why)), visit.now)
    usable = fault(person, old, new, again, known_words) is None
    event = NewPasswordEntered(
        old=old,
        new=new,
        again=again,
        known_words=known_words,
        attempt=charging.of_old_password(book, person.subject, caller, visit.rules, visit.now)
        if usable
        else None,
        origin=caller.origin,
        drawn=visit.drawn,
    )
    standing = Standing(person=person, read_at=session.facts_at)
    following, effects = entered(AwaitingNewPassword(standing), event, visit.now)
    changing = following if isinstance(following, ChangingPassword) else None
    if changing is not None:
        change = PasswordChange(changing.change, person.subject, person.login, visit.now)
        conduct_password_change.begun(book, change, caller.origin)
    return carried_out(book, Progress(flow=None, checking=changing), effects, visit.now)


def answer(
    book: Book,
    session: SessionId,
    visit: Visit,
    changing: ChangingPassword,
    refusal: Refusal | None,
    fresh: HandleHash,
) -> Progress:
    """Second half: why the directory did not change it, or None.

    After a change, and after one that nobody knows the end of, every other session and every sign-in under way ends:
    the old password may have opened them, and a directory may take it for an hour more. This one goes on under the
    handle `fresh`: a copy of its cookie does not.
    """
    person, origin, now = changing.standing.person, visit.caller.origin, visit.now
    book.drop_password_change(changing.change)
    if refusal is not None:
        event = PasswordNotChanged(reason=refusal, origin=origin, drawn=visit.drawn)
        effects, ends = not_changed(changing, event, now)[1], EndReason.PASSWORD_CHANGE_UNKNOWN
    else:
        effects, ends = done(changing, origin, now), EndReason.PASSWORD_CHANGED
    progress = carried_out(book, Progress(flow=None), effects, now)
    if refusal is Refusal.CHANGE_UNCERTAIN:
        change = PasswordChange(changing.change, person.subject, person.login, changing.asked_at)
        conduct_password_change.unknown(book, change, origin, now)
    elif refusal is not None:
        return progress
    book.drop_flows_of(person.subject)
    others = [one for one in book.sessions_of_subject(person.subject) if one.sid != session]
    over = desk.end(book, others, ends, origin, now)
    mine = book.session(session)
    if mine is None or mine.ended_at is not None:  # ended while the directory was asked
        return replace(progress, ended=over)
    renewed = replace(mine, handle=fresh)
    book.keep_session(renewed)
    return replace(progress, session=renewed, ended=over)
