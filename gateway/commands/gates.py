"""The gates of this machine, or of a fleet's nodes, as the control plane speaks with them."""

from collections.abc import Collection
from datetime import timedelta
from typing import Protocol


class Gates(Protocol):
    """Where the table of revoked ids and the epoch go."""

    def publish_gate(self, revoked: Collection[str], epoch: str) -> None: ...

    async def gate_applied(self, timeout: timedelta) -> bool:  # noqa: ASYNC109 - a bound, not a cancellation
        """Wait until every gate that can be reached has them; False when one did not in time."""
        ...
