"""How much a new authenticator counts for: at first no more than the proof it was added by.

Laws. Whoever was shown a one-time code once (phished, over the shoulder) can add a key within minutes; the key then
counts as much as that code, until its person has had time to notice. Until then it also removes no other factor and
renews no recovery codes, and no chain of new factors shortens that time. What an officer's code proved, or a session
that resists phishing, counts at once. A link with another provider's identity is a way in like a key, and made by two
factors of which both may have been phished: whatever that provider says, it counts as much as they do at first.
Source: NIST SP 800-63B (2017) §6.1.2.1: who adds an authenticator has proven as much as it will be used for.
"""

from datetime import datetime, timedelta
from typing import Protocol

from config.vocabulary import AuthenticationLevel
from idp.directory.person import Person
from idp.login.authenticator import Authenticator, Newly
from idp.login.level import LEVELS, lower
from idp.login.needed_level import WATCHED
from idp.login.session import Session, roles_of
from idp.login.upstream import Link

LEAST_OF_THE_WATCHED = timedelta(hours=24)
"""Of administrators and security officers, whatever the settings say: a working day, in which they are about."""


class Limits(Protocol):
    """What this file needs of `config.settings.SignIn`."""

    @property
    def trust_new_keys_after(self) -> timedelta: ...


def after(person: Person, limits: Limits) -> timedelta:
    """How long an authenticator of this person is new."""
    usual = limits.trust_new_keys_after
    return usual if WATCHED.isdisjoint(roles_of(person)) else max(usual, LEAST_OF_THE_WATCHED)


def newly(session: Session, limits: Limits, now: datetime) -> Newly | None:
    """What an authenticator, or recovery codes, count for that are added in this session; None: in full at once."""
    if session.level is AuthenticationLevel.PHISHING_RESISTANT:
        return None
    return Newly(session.level, now + after(session.person, limits))


def newly_linked(link: Link, person: Person, limits: Limits, now: datetime) -> Newly | None:
    """What an identity of another provider counts for that was linked a short time ago, as `newly`."""
    return still(Newly(AuthenticationLevel.TWO_FACTORS, link.linked_at + after(person, limits)), now)


def still(new: Newly | None, now: datetime) -> Newly | None:
    """None once it counts in full."""
    return new if new is not None and now < new.until else None


def still_new(authenticator: Authenticator, now: datetime) -> Newly | None:
    return still(authenticator.newly, now)


def level_of(authenticator: Authenticator, now: datetime) -> AuthenticationLevel:
    """What somebody reaches now who shows it after the password."""
    full, new = LEVELS[authenticator.factor], still_new(authenticator, now)
    return full if new is None else lower(full, new.level)


def shown_is_new(session: Session, now: datetime) -> bool:
    """Whether the session was opened by an authenticator that does not count in full yet."""
    return session.proof_counts_from is not None and now < session.proof_counts_from
