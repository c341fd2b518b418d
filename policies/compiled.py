"""One municipality's policies and the region's, parsed together, with what the review learnt of them."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache

import cedarpy

from config.vocabulary import Action
from policies.model import NOTHING_FURTHER, Facts
from policies.parties import Attention
from policies.remembering import Remembered, remembered
from policies.request import FURTHER, Paths
from policies.review import Policy

# Space, a comment, an annotation other than `@id`; and a string, which is kept. Tokens as in `policies.statements`. An
# annotation that is written in another way is kept too.
_DRESS = re.compile(
    r"""[ \t\r\n]+|//[^\n\r]*|@(?!id\b)\w+[ \t\r\n]*\([ \t\r\n]*"(?:[^"\\]|\\.)*+"[ \t\r\n]*\)|("(?:[^"\\]|\\.)*+")""",
    re.DOTALL,
)


class CompiledDiffers(Exception):
    """Cedar sees other policies than were reviewed: a defect of ours. Such a set decides nothing."""


def decisive(text: str) -> str:
    """What of reviewed policies Cedar goes by, and `@id`, by which it names them. Cedar keeps each set's text, so
    comments, words for people and indentation would take a tenth of a country's memory.
    """
    return _DRESS.sub(lambda found: found[1] or " ", text)


class Compiled:
    """A parsed set that answers for one municipality."""

    __slots__ = (
        "_asked_for", "_called", "_looks_at", "_remembered", "attention", "handle", "policies", "positions",
    )  # fmt: skip

    def __init__(self, handle: cedarpy.PolicySet, policies: tuple[Policy, ...]) -> None:
        if len(handle) != len(policies):
            raise CompiledDiffers(f"{len(policies)} policies were reviewed, {len(handle)} compiled")
        self.handle = handle
        self.policies = policies
        self.attention = _attention(policies)
        self.positions = {policy.id: position for position, policy in enumerate(policies)}
        self._asked_for = FURTHER.keys() & {
            path[0] for policy in policies for path in policy.looks_at if path
        }
        self._looks_at: dict[tuple[Action, frozenset[str]], Paths] = {}
        self._remembered: dict[tuple[Action, frozenset[str]], Remembered | None] = {}
        self._called: dict[str, str] = {}

    def called(self, name: str) -> str:
        """Id of the policy that Cedar calls so in its errors; where two texts meet, it gives new names out of order."""
        if not self._called:
            named = self.handle.to_pst().static_policies
            self._called = {each: one.annotations.get("id") or "" for each, one in named.items()}
        return self._called.get(name, "")

    @property
    def attributes(self) -> frozenset[str] | None:
        """Names of the attributes that they read; None where they may read any."""
        return None if self.attention is None else self.attention.attributes

    def applying(self, facts: Facts, actions: AbstractSet[Action]) -> Iterator[Policy]:
        """Those that can have a say: about one of the actions, and with what they ask for before all else."""
        known = self._known(facts)
        for policy in self.policies:
            if policy.guards <= known and (policy.actions is None or not actions.isdisjoint(policy.actions)):
                yield policy

    def looks_at(self, action: Action, facts: Facts) -> Paths:
        """Which of the circumstances are read when that is decided of somebody with these facts."""
        known = self._known(facts)
        paths = self._looks_at.get((action, known))
        if paths is None:
            found = self.applying(facts, frozenset({action}))
            unknown = self._asked_for - known  # of which there is nothing to read
            read = {path for policy in found for path in policy.looks_at}
            paths = frozenset(path for path in read if not path or path[0] not in unknown)
            self._looks_at[action, known] = paths
        return paths

    def remembered(self, action: Action, facts: Facts) -> Remembered | None:
        """Under what the outcome is kept when that is decided of somebody with these facts; None: it is not."""
        known = self._known(facts)
        if (action, known) not in self._remembered:
            learns = [policy.learns for policy in self.applying(facts, frozenset({action}))]
            self._remembered[action, known] = remembered(self.looks_at(action, facts), learns)
        return self._remembered[action, known]

    def paths(self, actions: Iterable[Action], facts: Facts) -> Paths:
        """Which of the circumstances are read when these are decided."""
        return frozenset[tuple[str, ...]]().union(*(self.looks_at(one, facts) for one in actions))

    def _known(self, facts: Facts) -> frozenset[str]:
        if facts is NOTHING_FURTHER:
            return frozenset()
        return frozenset(name for name in self._asked_for if getattr(facts, name) is not None)


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
