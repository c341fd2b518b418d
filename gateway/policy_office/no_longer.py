"""Since when nothing holds any more of what a proposal put in force: it was rolled back, or changed again since.

By the texts themselves, piece by piece: what another version says just as the proposal did still holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from gateway.policy_office.asking import Asking
from gateway.policy_office.office import Office
from gateway.policy_office.proposal import Proposal, State
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.version import Head
from policies.blocks import pieces_of
from policies.texts import Texts

MOST = 10  # versions that are read to find the one that ended it
NOT_KNOWN = frozenset({Refusal.VERSION_UNKNOWN, Refusal.DAMAGED})


@dataclass(frozen=True, slots=True)
class Ended:
    """`by`: the version by which nothing of it holds; None: that is more than MOST versions ago."""

    by: Head | None


async def no_longer(office: Office, asking: Asking, one: Proposal) -> Ended | None:
    """None: some of it holds, or that is not known. Raises as `Office.versions` does."""
    if one.state is not State.ACTIVE or one.version is None:
        return None
    later = [head for head in await office.versions(asking, one.scope) if head.number > one.version]
    if not later:
        return None
    try:
        before = await office.texts(asking, one.scope, one.base)
        return await _ended_by(office, asking, one, before, later)
    except ActRefused as refused:
        if refused.reason not in NOT_KNOWN:
            raise
        return None


async def _ended_by(
    office: Office, asking: Asking, one: Proposal, before: Texts, later: Sequence[Head]
) -> Ended | None:
    async def ended(number: int) -> bool:
        texts = await office.texts(asking, one.scope, number)
        look = partial(nothing_left, before, one.texts, texts)
        return await office.readings.in_thread(asking.actor.subject, look)

    newest, *_ = later
    if not await ended(newest.number):
        return None
    for head, older in pairwise(later[:MOST]):
        if not await ended(older.number):
            return Ended(head)
    return Ended(later[-1] if len(later) <= MOST else None)


def nothing_left(before: Texts, own: Texts, later: Texts) -> bool:
    """Whether each piece that was changed from `before` to `own` is another one in `later`."""
    was, then, now = pieces_of(before), pieces_of(own), pieces_of(later)
    changed = [key for key in {**was, **then} if was.get(key) != then.get(key)]
    return bool(changed) and all(now.get(key) != then.get(key) for key in changed)
