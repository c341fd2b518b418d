"""What is known of each machine of a fleet: whether it belongs to it, and what was heard of it last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from config.fleet import NodeName, Role

KEPT_EVERY = timedelta(seconds=3)  # what is heard is written down so often, for every control plane to read
SILENT_AFTER = timedelta(seconds=12)  # some writings that did not come about; a node asks every two seconds


class NodeState(StrEnum):
    INVITED = "invited"
    IN_SERVICE = "in_service"
    NOT_READY = "not_ready"
    SILENT = "silent"
    """Dead, stopped, or cut off: nobody here can tell which."""
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Heard:
    at: datetime
    release: str
    """Version of the product; empty: of one that does not say."""
    lacks: tuple[str, ...] = ()
    """Parts of its `/readyz` without which nobody may be sent there."""
    answered: int | None = None
    """Requests, by its Envoy's own count since that started; None: it does not say. Kept nowhere."""
    carried: int | None = None
    """Lines of its access log that came to the log, as it says itself. Kept nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNode:
    name: NodeName
    role: Role
    joined_at: datetime | None = None
    """None: it is invited, and has not joined."""
    invited_until: datetime | None = None
    left_at: datetime | None = None
    certificate_until: datetime | None = None
    policies: str = ""
    """Version by which its control plane decides; empty: it has none."""
    policies_since: datetime | None = None
    heard: Heard | None = None

    def state(self, now: datetime) -> NodeState:
        if self.invited_until is not None:
            return NodeState.INVITED
        if self.left_at is not None:
            return NodeState.LEFT
        if self.heard is None or now - self.heard.at > SILENT_AFTER:
            return NodeState.SILENT
        return NodeState.NOT_READY if self.heard.lacks else NodeState.IN_SERVICE


@dataclass(frozen=True, slots=True)
class KnownFleet:
    nodes: tuple[KnownNode, ...]
    """By name."""
    policies: str
    """Version in force; empty: nobody has published any."""


class Hearing:
    """What this control plane has heard since it was written down last."""

    def __init__(self) -> None:
        self._news: dict[NodeName, Heard] = {}
        self._answered: dict[NodeName, Heard] = {}

    def note(self, node: NodeName, heard: Heard) -> None:
        self._news[node] = self._answered[node] = heard

    def answered(self, now: datetime) -> Mapping[NodeName, tuple[int, int | None]]:
        """Requests of the nodes that ask here, and what came of them: of others another control plane hears."""
        heard = {node: one for node, one in self._answered.items() if now - one.at <= SILENT_AFTER}
        self._answered = heard
        return {node: (one.answered, one.carried) for node, one in heard.items() if one.answered is not None}

    def take(self) -> Mapping[NodeName, Heard]:
        news, self._news = self._news, {}
        return news


def lacking(parts: Mapping[str, bool], may_be_down: str = "") -> tuple[str, ...]:
    """Of `/readyz`: what does not work, but for the part that need not."""
    return tuple(name for name, works in parts.items() if not works and name != may_be_down)
