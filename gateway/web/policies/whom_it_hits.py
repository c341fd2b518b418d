"""Whom a closure would take something from that they have open now. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from config.alphabet import by_surname
from config.vocabulary import ApplicationId, Role

MOST_NAMES = 12  # more than that nobody reads before closing


@dataclass(frozen=True, slots=True)
class Loser:
    """One open session, the roles in which it acts, and what would be closed to it."""

    name: str
    roles: Collection[Role]
    applications: Collection[ApplicationId]


@dataclass(frozen=True, slots=True)
class Hit:
    sessions: int
    of: int
    """All that are open."""
    names: tuple[str, ...] = ()
    """By name, `MOST_NAMES` at most."""
    more: int = 0
    """People besides those."""
    roles: Mapping[tuple[Role, ...], int] = field(default_factory=dict)
    """Which one session acts in together, by how many sessions, the most first."""
    applications: Mapping[ApplicationId, int] = field(default_factory=dict)


def hit(losers: Iterable[Loser], of: int) -> Hit:
    """`of`: sessions that are open."""
    some = list(losers)
    names = sorted({one.name for one in some}, key=by_surname)
    roles = Counter(held for one in some if (held := tuple(role for role in Role if role in one.roles)))
    applications = Counter(each for one in some for each in sorted(set(one.applications)))
    return Hit(
        sessions=len(some),
        of=of,
        names=tuple(names[:MOST_NAMES]),
        more=max(0, len(names) - MOST_NAMES),
        roles=dict(roles.most_common()),
        applications=dict(applications.most_common()),
    )
