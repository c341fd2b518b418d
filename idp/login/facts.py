"""What a session knows of its person: how old that is, and what something newer means for it. Pure.

A clock that was set back leaves facts of a time to come behind. They prove nothing: they count as stale, and as
older than whatever is told now.
"""

from datetime import datetime, timedelta

from idp.directory.person import Person
from idp.events import EndReason
from idp.login.level import reaches
from idp.login.needed_level import LevelLimits, needed
from idp.login.session import Session


def recent(facts_at: datetime, now: datetime, within: timedelta) -> bool:
    """Whether what was confirmed or shown at `facts_at` is to be relied on for as long as `within`."""
    return facts_at <= now < facts_at + within


def read_meanwhile(facts_at: datetime, known_at: datetime, now: datetime) -> bool:
    """Whether facts are younger than what was known of their person at `known_at`."""
    return known_at < facts_at <= now


def why_over(session: Session, person: Person | None, limits: LevelLimits) -> EndReason | None:
    """Why a session may not go on once the directory says this of its person (None: it knows nobody); None where
    it may.
    """
    before = session.person
    if person is None or person.subject != before.subject or person.state.ends_sessions:
        return EndReason.ACCOUNT_CLOSED
    if not reaches(session.level, needed(person, limits)):
        return EndReason.FACTOR_TOO_WEAK
    return EndReason.ROLE_LOST if lost_a_role(before, person) else None


def lost_a_role(before: Person, person: Person) -> bool:
    """Whoever is just being renamed loses roles until the groups follow, which name people by their entry's name:
    what is missing is taken from the session then, and comes back to it.
    """
    return before.login == person.login and not set(before.roles) <= set(person.roles)


def differ(before: Person, person: Person) -> bool:
    """A new mail address, for one, changes nothing for a session."""
    held = (before.name, before.login, set(before.roles), before.work)
    return held != (person.name, person.login, set(person.roles), person.work)
