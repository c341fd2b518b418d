"""Who has somebody else's roles for some days. Pure: the day is an argument.

Laws: only what the other has by the directory's own rules passes on, never what is held as a deputy; roles of
administrators pass only where the configuration names one.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from config.settings import Deputy
from config.vocabulary import ADMINISTRATORS
from idp.directory.person import RoleHeld, StandIn
from idp.directory.role_mapping import holds
from idp.directory.spelling import strictly


def acting(deputies: Iterable[Deputy], login: str, day: date) -> list[Deputy]:
    """For whom the person of that login stands in that day."""
    return [
        one
        for one in deputies
        if strictly(one.person) == strictly(login) and holds(one.valid_from, one.valid_until, day)
    ]


def standing_in(
    deputies: Iterable[Deputy], login: str, by_rules: Callable[[str], Sequence[RoleHeld]], day: date
) -> tuple[StandIn, ...]:
    """All that the person of `login` has in others' places that day; `by_rules`: what the other login has itself."""
    return tuple(
        sorted(
            StandIn(held, one.in_place_of)
            for one in acting(deputies, login, day)
            for held in by_rules(one.in_place_of)
            if _passes(one, held)
        )
    )


def _passes(deputy: Deputy, held: RoleHeld) -> bool:
    if deputy.municipality is not None and held.municipality != deputy.municipality:
        return False
    return held.role not in ADMINISTRATORS if deputy.role is None else held.role is deputy.role


def together(own: Iterable[RoleHeld], lent: Iterable[StandIn]) -> tuple[RoleHeld, ...]:
    """Sorted, without repetition."""
    return tuple(sorted({*own, *(one.held for one in lent)}))
