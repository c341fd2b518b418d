"""A change that a person, or somebody for them, could make of what was asked: one step. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from config.vocabulary import Action
from policies.model import Question
from policies.reading import Path
from policies.review import Policy

ALL_OF = "+"
"""Between roles in the value of a step that all of them are needed for; a space: any of them will do."""


class StepKind(StrEnum):
    """In the order of the effort."""

    FRESH_SIGN_IN = "fresh_sign_in"
    STRONGER_SIGN_IN = "stronger_sign_in"
    """Value: the level's number."""
    SWITCH = "switch_municipality"
    LOOK_ONLY = "look_only"
    DEVICE_PART = "device_part"
    """Value: what is wrong with the device, as the schema calls it."""
    DEVICE = "device_in_order"
    TUNNEL = "tunnel"
    """Value: the protocol in it; empty where none is asked for."""
    NETWORK = "network"
    """Value: the network."""
    COUNTRY = "country"
    TIME = "time"
    """Value: the moment."""
    PURPOSE = "purpose"
    """Value: agenda and activity role."""
    ACTIVITY_ROLE = "activity_role"
    """As that, and the office assigns it first."""
    SPONSOR = "sponsor"
    ORDER = "order"
    REQUEST = "request"
    DELEGATION = "delegation"
    """Value: the roles, where rules name any."""
    SOMEBODY_ELSE = "somebody_else"
    EMERGENCY = "emergency"
    ROLE = "role"
    """Value: roles, one of which will do."""
    OFFICE = "office"
    """A role elsewhere. Value: `588296/auditor`."""
    WITHOUT_ROLE = "without_role"
    DEPARTMENT = "department"
    PLACE_CLEARED = "place_cleared"


Apply = Callable[[Question], Question]


@dataclass(frozen=True, slots=True)
class Step:
    kind: StepKind
    value: str
    apply: Apply = field(compare=False, repr=False)

    @property
    def group(self) -> str:
        """Of one group one step is enough."""
        return GROUPS.get(self.kind, self.kind.value)


GROUPS = {
    StepKind.FRESH_SIGN_IN: "sign_in",
    StepKind.STRONGER_SIGN_IN: "sign_in",
    StepKind.DEVICE_PART: "device",
    StepKind.DEVICE: "device",
    StepKind.TUNNEL: "place",
    StepKind.NETWORK: "place",
    StepKind.ACTIVITY_ROLE: "purpose",
    StepKind.SPONSOR: "order",
    StepKind.ORDER: "order",
    StepKind.ROLE: "role",
    StepKind.OFFICE: "role",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the policies read that are asked, and the words they compare it with."""

    reads: frozenset[Path]
    words: dict[Path, tuple[str, ...]]

    @staticmethod
    def of(policies: Iterable[Policy], action: Action) -> "Known":
        asked = [one for one in policies if one.actions is None or action in one.actions]
        words: dict[Path, set[str]] = {}
        for policy in asked:
            for path, word in policy.compares:
                words.setdefault(path, set()).add(word)
        reads = frozenset(path for policy in asked for path in policy.reads)
        return Known(reads, {path: tuple(sorted(those)) for path, those in words.items()})

    def looks_at(self, *path: str) -> bool:
        """At that, at something in it, or at all that it is part of."""
        return any(one[: len(path)] == path[: len(one)] for one in self.reads)

    def words_for(self, *path: str) -> tuple[str, ...]:
        return self.words.get(path, ())


def facts_with(question: Question, **changes: object) -> Question:
    return replace(question, facts=replace(question.facts, **changes))  # type: ignore[arg-type]


def at_time(question: Question, moment: datetime) -> Question:
    """Later, as long after the sign-in as now."""
    return replace(question, now=moment, authenticated_at=question.authenticated_at + (moment - question.now))


Maker = Callable[[Question, Known], Iterator[Step]]
"""Steps of one kind that the policies may be told apart by."""
