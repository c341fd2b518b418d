"""Who had a hand in what a roll back would bring: piece by piece, through all versions that changed it. Pure.

A version keeps what others wrote before it, so whose texts they are says no version by itself. Who took a piece away
had a hand in its absence. A roll back wrote nothing: its texts are those of whoever wrote them first. Doubt counts.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Protocol

from gateway.policy_office.proposal import Proposal, ProposalId
from gateway.policy_office.scope import Scope, of_scope
from gateway.policy_office.version import Head, Version
from policies.blocks import Key, pieces_of
from policies.texts import Texts

Pieces = Mapping[Key, tuple[str, ...]]


class History(Protocol):
    """Methods raise Damaged."""

    def version(self, number: int) -> Version | None: ...

    def concerning(self, scope: Scope, before: int | None, limit: int) -> list[Head]: ...

    def proposal(self, name: ProposalId) -> Proposal | None: ...


def had_a_hand(history: History, scope: Scope, number: int, today: Texts) -> frozenset[str]:
    """Subjects of all who wrote or submitted what the scope would get by that version instead of `today`'s texts.

    Raises Damaged.
    """
    then = _pieces(history, scope, number)
    now = pieces_of(of_scope(today, scope))
    looked: dict[int, set[Key]] = defaultdict(set)
    looked[number] = {key for key in then.keys() | now.keys() if then.get(key) != now.get(key)}
    hands: set[str] = set()
    while looked:
        at = max(looked)
        keys = looked.pop(at)
        heads = history.concerning(scope, at + 1, 1) if keys else []
        for head in heads:
            hands |= _step(history, scope, head, keys, looked)
    return frozenset(hands)


def _step(
    history: History, scope: Scope, head: Head, keys: Collection[Key], looked: dict[int, set[Key]]
) -> frozenset[str]:
    """What that version did to the pieces; where each is to be looked for next."""
    after, before = _pieces(history, scope, head.number), _pieces(history, scope, head.base)
    kept = {key for key in keys if after.get(key) == before.get(key)}
    changed = set(keys) - kept
    looked[head.base] |= kept
    if head.restores is not None:
        looked[head.restores] |= changed
        return frozenset()
    looked[head.base] |= {key for key in changed if key in after and key in before}
    return _authors(history, head) if changed else frozenset()


def _authors(history: History, head: Head) -> frozenset[str]:
    one = None if head.proposal is None else history.proposal(ProposalId(head.proposal))
    return frozenset({head.author}) | (one.authors if one is not None else frozenset())


def _pieces(history: History, scope: Scope, number: int) -> Pieces:
    one = history.version(number)
    return {} if one is None else pieces_of(of_scope(one.texts, scope))
