"""How a page asks what waits for whoever looks at it. Implemented by who composes the product."""

from collections.abc import Collection
from typing import Protocol

from config.vocabulary import ApplicationId
from gateway.waiting import NOTHING, Waiting
from gateway.web.identity import Assertion
from idp.events import Origin


class WaitsFor(Protocol):
    async def __call__(
        self, caller: Assertion, origin: Origin, among: Collection[ApplicationId], /
    ) -> Waiting:
        """To be decided at these applications of ours, by the caller, for the municipality they act for."""
        ...


async def nothing_waits(*_: object) -> Waiting:
    """Where nobody is told."""
    return NOTHING
