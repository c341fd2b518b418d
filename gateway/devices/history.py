"""What a device told otherwise than before, as it is kept of it: values that policies ask for, and checks. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agents.protocol.checks import Check, passes
from agents.protocol.facts import Fact, FactName
from gateway.devices.posture import TOLD

MOST_KEPT = 100
"""Of a device; older ones go."""
YES_OR_NO = {True: "yes", False: "no", None: ""}
Facts = Mapping[FactName, Fact]


@dataclass(frozen=True, slots=True)
class Difference:
    """Empty text: not known. Of what is yes or no: `yes`, `no`."""

    of: str
    """Name of a fact or of a check; where both have one name it is one thing."""
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.of}: {self.before or '?'} → {self.after or '?'}"


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    differences: tuple[Difference, ...]


def differences(before: Facts, after: Facts) -> tuple[Difference, ...]:
    """By name, each once."""
    if before == after:
        return ()  # nearly every report
    pairs = {check.value: (_check(check, before), _check(check, after)) for check in Check}
    pairs |= {name.value: (_value(name, before), _value(name, after)) for name in TOLD}
    return tuple(Difference(of, *pairs[of]) for of in sorted(pairs) if pairs[of][0] != pairs[of][1])


def _check(check: Check, facts: Facts) -> str:
    return YES_OR_NO[passes(check, facts)]


def _value(name: FactName, facts: Facts) -> str:
    fact = facts.get(name)
    if fact is None:
        return ""
    return YES_OR_NO[fact.value] if isinstance(fact.value, bool) else str(fact.value)
