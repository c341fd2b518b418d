"""Since when nothing holds any more of what a proposal put in force: it was rolled back, or changed again since.

By the texts themselves, piece by piece: what another version says just as the proposal did still holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from gateway.policy_office.asking import Asking
from gateway.policy_office.office import Office
from gateway.policy_office.proposal import Proposal, State
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import Scope
from gateway.policy_office.version import Head
from policies.blocks import Key, pieces_of
from policies.texts import Texts

MOST = 10  # versions that are read to find the one that ended it
NOT_KNOWN = frozenset({Refusal.VERSION_UNKNOWN, Refusal.DAMAGED})


@dataclass(frozen=True, slots=True)
class Ended:
    """`by`: the version by which nothing of it holds; None: that is more than MOST versions ago."""

    by: Head | None


Pieces = Mapping[Key, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Looking:
    """Versions are read and taken apart once, however many proposals are looked at."""

    office: Office
    asking: Asking
    known: dict[tuple[Scope, int], Pieces] = field(default_factory=dict)

    async def version(self, scope: Scope, number: int) -> Pieces:
        if (scope, number) not in self.known:
            texts = await self.office.texts(self.asking, scope, number)
            self.known[scope, number] = await self.pieces(texts)
        return self.known[scope, number]

    async def pieces(self, texts: Texts) -> Pieces:
        return await self.office.readings.in_thread(self.asking.actor.subject, partial(pieces_of, texts))


async def no_longer(looking: Looking, one: Proposal) -> Ended | None:
    """None: some of it holds, or that is not known. Raises as `Office.versions` does."""
    if one.state is not State.ACTIVE or one.version is None:
        return None
    heads = await looking.office.versions(looking.asking, one.scope)
    later = [head for head in heads if head.number > one.version]
    if not later:
        return None
    try:
        return await _ended_by(looking, one, later)
    except ActRefused as refused:
        if refused.reason not in NOT_KNOWN:
            raise
        return None


async def _ended_by(looking: Looking, one: Proposal, later: Sequence[Head]) -> Ended | None:
    before, own = await looking.version(one.scope, one.base), await looking.pieces(one.texts)

    async def ended(number: int) -> bool:
        return nothing_left(before, own, await looking.version(one.scope, number))

    newest, *_ = later
    if not await ended(newest.number):
        return None
    for head, older in pairwise(later[:MOST]):
        if not await ended(older.number):
            return Ended(head)
    return Ended(later[-1] if len(later) <= MOST else None)


def nothing_left(before: Pieces, own: Pieces, later: Pieces) -> bool:
    """Whether each piece that was changed from `before` to `own` is another one in `later`."""
    changed = [key for key in {**before, **own} if before.get(key) != own.get(key)]
    return bool(changed) and all(later.get(key) != own.get(key) for key in changed)
