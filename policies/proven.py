"""What was found to hold, kept by all that it rests on: what a change of policies does not touch is not asked again.

Law: with what is kept the same is found as if everything were asked. Whatever is asked about one application rests on
the policies that concern it (`Needs.concerns`): any other neither applies there nor fails. Only what holds is kept;
where something does not, the whole is asked again, as people are told of it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from config.vocabulary import Action, ApplicationId
from policies.evaluate import Source
from policies.needs import Needs, needs_of
from policies.review import Policy
from policies.statements import split

KEPT = 16_384  # of one thing about one application at one municipality, some 200 bytes each


class Held(NamedTuple):
    """How much had to be asked for it."""

    asked: int
    weighed: int
    loosened: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """One policy, and what tells it from all others."""

    policy: Policy
    needs: Needs
    mark: bytes


def pieces(source: Source) -> Iterator[Piece]:
    for policy, statement in zip(source.policies, split(source.text), strict=True):
        mark = hashlib.sha256(statement.text.encode()).digest()
        yield Piece(policy, needs_of(statement.text), mark)


def concerning(those: Iterable[Piece], application: ApplicationId) -> tuple[Piece, ...]:
    return tuple(one for one in those if one.needs.concerns(application))


def resting_on(said: object, those: Iterable[Piece], actions: Iterable[Action]) -> bytes:
    """Key of what was found of `said`, by its representation, when these policies decided about these actions."""
    about = frozenset(map(str, actions))
    found = hashlib.sha256(repr(said).encode())
    for one in those:
        if one.policy.actions is None or not one.policy.actions.isdisjoint(about):
            found.update(one.mark)
    return found.digest()


_kept: dict[bytes, Held] = {}


def kept(key: bytes) -> Held | None:
    return _kept.get(key)


def keep(key: bytes, found: Held) -> None:
    """Threads may lose each other's, and no more."""
    if len(_kept) >= KEPT:
        _kept.clear()
    _kept[key] = found
