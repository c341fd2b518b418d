"""Where a packet that nobody let in ends in the chains of a firewall of Linux, whichever program wrote them. Pure."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from agents.posture.asking import NotUnderstood

VERDICTS = {"accept": False, "drop": True, "reject": True}
"""Whether it closes."""
DEEPEST = 16
"""Chains that call each other; the kernel takes no more (NFT_JUMP_STACK_SIZE)."""
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Step(Generic[Name]):
    """Of a chain: a rule without condition, or for all that comes in by one interface."""

    word: str
    target: Name
    """The chain that is called."""
    by_interface: bool = False
    """It can open, and closes nothing: other packets go on behind it."""


Chains = dict[Name, list[Step[Name]]]


def decided(chains: Mapping[Name, list[Step[Name]]], name: Name, depth: int = 0) -> bool | None:
    """Whether it is closed out; None: the chain leaves it to whoever called it. Raises NotUnderstood."""
    if depth > DEEPEST:
        raise NotUnderstood
    for step in chains.get(name, ()):
        if step.word == "return" and not step.by_interface:
            return None
        calls = step.word in ("jump", "goto")
        closes = decided(chains, step.target, depth + 1) if calls else VERDICTS.get(step.word)
        ends = closes is not None or step.word == "goto"
        if closes is False or (ends and not step.by_interface):
            return closes
    return None
