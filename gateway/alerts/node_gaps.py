"""Requests that nodes of a fleet have answered and that never came to the log.

Pure. Laws: those of `gaps`, for each node by itself; of one that asks another control plane, or does not know what its
Envoy has answered, nothing is told here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.alerts.gaps import Gaps, Lack, Seen


@dataclass(frozen=True, slots=True)
class Carried:
    """At one look. `answered`: requests, by its Envoy; `came`: how much of its access log is taken over, another number
    whenever more of it is; `size`: entries of the log.
    """

    answered: int
    came: int
    size: int


class NodeGaps:
    """`patience`: as in `Gaps`."""

    def __init__(self, patience: timedelta) -> None:
        self._patience = patience
        self._gaps: dict[str, Gaps] = {}
        self._came: dict[str, tuple[int, int]] = {}  # what came, and the log's size when more did

    @property
    def unrecorded(self) -> Mapping[str, int]:
        """Of each node that was looked at last: what it answered since the last of which something came."""
        return {name: one.unrecorded for name, one in self._gaps.items()}

    def look(self, nodes: Mapping[str, Carried], now: datetime) -> list[tuple[str, Lack]]:
        """What is to be recorded, and of which node. `Lack.first`: from there on no request of it came."""
        self._gaps = {name: self._gaps.get(name) or Gaps(self._patience, 0) for name in nodes}
        self._came = {name: self._moved(name, node) for name, node in nodes.items()}
        found = []
        for name, node in sorted(nodes.items()):
            size, (_, came) = node.size, self._came[name]
            seen = Seen(size=size, sealed=size, access=came, passed=size, served=node.answered)
            found += [(name, lack) for lack in self._gaps[name].look(seen, now)]
        return found

    def _moved(self, name: str, node: Carried) -> tuple[int, int]:
        before = self._came.get(name)
        return before if before and before[0] == node.came else (node.came, node.size)
