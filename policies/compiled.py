"""One municipality's policies and the region's, parsed together, with what the review learnt of them."""

from collections.abc import Iterable
from functools import lru_cache

import cedarpy

from config.vocabulary import Action
from policies.parties import Attention
from policies.request import Paths
from policies.review import Policy


class CompiledDiffers(Exception):
    """Cedar sees other policies than were reviewed: a defect of ours. Such a set decides nothing."""


class Compiled:
    """A parsed set that answers for one municipality."""

    __slots__ = ("attention", "handle", "looks_at", "policies", "positions")

    def __init__(self, handle: cedarpy.PolicySet, policies: tuple[Policy, ...]) -> None:
        if len(handle) != len(policies):
            raise CompiledDiffers(f"{len(policies)} policies were reviewed, {len(handle)} compiled")
        self.handle = handle
        self.policies = policies
        self.looks_at = {
            action: frozenset(
                path
                for policy in policies
                if policy.actions is None or action in policy.actions
                for path in policy.looks_at
            )
            for action in Action
        }
        self.attention = _attention(policies)
        self.positions = {policy.id: position for position, policy in enumerate(policies)}

    @property
    def attributes(self) -> frozenset[str] | None:
        """Names of the attributes that they read; None where they may read any."""
        return None if self.attention is None else self.attention.attributes

    def paths(self, actions: Iterable[Action]) -> Paths:
        """Which of the circumstances are read when these are decided."""
        return frozenset[tuple[str, ...]]().union(*(self.looks_at[one] for one in actions))


def _attention(policies: tuple[Policy, ...]) -> Attention | None:
    """What the policies can tell apart together; None where one of them may read anything."""
    known = [policy.attributes for policy in policies if policy.attributes is not None]
    if len(known) < len(policies):
        return None
    named = frozenset[str]().union(*(policy.named for policy in policies))
    return _the_same(Attention(frozenset[str]().union(*known), named))


@lru_cache(maxsize=1024)
def _the_same(attention: Attention) -> Attention:
    """One for all municipalities with policies of the same kind."""
    return attention
