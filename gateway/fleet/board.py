"""What every gate of the fleet must know, and which nodes have it: the control plane's end. Time is a clock's seconds.

A node asks with the version its Envoy goes by; the question waits until there is another. So each question is also the
word that the last answer has taken effect.
"""

import asyncio
import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from config.fleet import NodeName
from gateway.fleet.known_nodes import Hearing
from gateway.fleet.words import Known

HOLD = timedelta(seconds=2)  # how long a question without news waits: a dead way is noticed soon after
GONE = timedelta(seconds=5)  # a node that has not asked for so long is waited for no more


class Board:
    """Stands where on one machine the discovery server stands: `publish_gate`, `publish_keys`, `gate_applied`."""

    def __init__(self, keys: Mapping[str, Any], clock: Callable[[], float]) -> None:
        """`keys`: what `Known` says of them."""
        self._marks: dict[str, str] = {}
        self._keys, self._clock = dict(keys), clock
        self._left: list[str] = []
        self._revoked: list[str] = []
        self._epoch = ""
        self._known: Known | None = None
        self._news, self._asked = asyncio.Event(), asyncio.Event()
        self._nodes: dict[NodeName, tuple[str, float]] = {}
        self.hearing = Hearing()
        """What those who ask say of themselves."""

    def decide_by(self, marks: Mapping[str, str]) -> None:
        """What `Known` says of the applications, with the gate that is published next."""
        self._marks = dict(marks)

    def publish_gate(self, revoked: Collection[str], epoch: str) -> None:
        self._revoked, self._epoch = sorted(revoked), epoch
        self._tell()

    def publish_keys(self, keys: Mapping[str, Any]) -> None:
        """Others verify from now on. As the gate does, they reach a node with the next answer."""
        if dict(keys) != self._keys:
            self._keys = dict(keys)
            if self._epoch:
                self._tell()

    def publish_left(self, names: Collection[str]) -> None:
        """Nodes that are no longer believed: told to the others, and waited for no more."""
        self._nodes = {name: one for name, one in self._nodes.items() if name not in names}
        if sorted(names) != self._left:
            self._left = sorted(names)
            if self._epoch:
                self._tell()

    async def gate_applied(self, timeout: timedelta) -> bool:  # noqa: ASYNC109 - a bound, not a cancellation
        """Wait until every node that asks goes by what was last published; False when some did not in time."""
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                while self.behind():
                    self._asked.clear()
                    await self._asked.wait()
        except TimeoutError:
            return not self.behind()
        return True

    def behind(self) -> list[NodeName]:
        """Nodes that ask, and go by something else."""
        since = self._clock() - GONE.total_seconds()
        self._nodes = {name: one for name, one in self._nodes.items() if one[1] >= since}
        version = self._known.version if self._known is not None else ""
        return [name for name, (had, _) in self._nodes.items() if had != version]

    async def news(self, node: NodeName, had: str, hold: timedelta = HOLD) -> Known | None:
        """What is known now, unless the node has it: then the next news, or None when there is none for so long."""
        self._note(node, had)
        if self._known is None or self._known.version == had:
            news = self._news
            try:
                async with asyncio.timeout(hold.total_seconds()):
                    await news.wait()
            except TimeoutError:
                return None
        return self._known

    def goes_on(self, node: NodeName) -> None:
        """It asks another control plane from now on, and is waited for there."""
        self._nodes.pop(node, None)
        self._asked.set()

    def _note(self, node: NodeName, had: str) -> None:
        self._nodes[node] = (had, self._clock())
        self._asked.set()

    def _tell(self) -> None:
        parts = (self._revoked, self._epoch, self._keys, self._left, self._marks)
        version = hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()[:16]
        self._known = Known(
            version=version,
            revoked=self._revoked,
            epoch=self._epoch,
            keys=self._keys,
            left=self._left,
            marks=self._marks,
        )
        self._news.set()
        self._news = asyncio.Event()
