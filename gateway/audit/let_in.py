"""Who was let in, and on what that rests, as the gate and the decision say it in a line of the access log. Pure.

Both texts are made of what we signed; nothing a client sends stands in them.
"""

from functools import lru_cache
from typing import NamedTuple

from config.rests_on import NOTHING, Rest, of_fresh, of_gate
from config.vocabulary import SessionId

GRANT = "grant"
"""In the details of an entry: the grant, which the entry of its decision has too."""
WHOLE, LONG_ENOUGH = (
    (6, 7),
    3,
)  # words of a decision's text, with a device and without; of an earlier version's


class LetIn(NamedTuple):
    """Empty for others."""

    session: str = ""
    generation: str = ""
    municipality: str = ""
    rest: Rest = NOTHING

    @property
    def known_session(self) -> SessionId | None:
        return SessionId(self.session) if self.session else None


NOBODY_LET_IN = LetIn()


def let_in(fresh: str, decided: str, route: str) -> LetIn:
    """`fresh` and `decided` as in `access.Line`; `route`: the name of the route."""
    if fresh:
        return _by_grant(fresh)
    words = decided.split(" ")
    if len(words) < LONG_ENOUGH:
        return NOBODY_LET_IN
    rest = of_gate(words[5], route.rpartition(" ")[2]) if len(words) in WHOLE else NOTHING
    return by_id(words[2], words[1])._replace(rest=rest)


@lru_cache(maxsize=2048)  # a grant lets in many requests; under a KiB each
def _by_grant(fresh: str) -> LetIn:
    who, _, municipality = fresh.partition(" ")
    return by_id(who, municipality)


def by_id(revocation_id: str, municipality: str) -> LetIn:
    """The id as the gate tells it."""
    known, rest = of_fresh(revocation_id)
    session, _, generation = known.rpartition(".")
    return LetIn(session, generation, municipality, rest)
