"""Where clients are kept. Implemented by the storage; raises its own errors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.audit.entry import Entry
from gateway.clients.own import OwnClient
from idp.oidc.client import ClientId


@dataclass(frozen=True, slots=True)
class Stepped:
    """`after`: None where it is kept no more, nor any token of it. The entry is kept in the same transaction."""

    after: OwnClient | None
    entry: Entry
    ends_given: bool = False
    """Whether consents to it and all that it was given are good no more, though it is kept."""


Step = Callable[[OwnClient | None], Stepped]
"""Of what is kept at that moment. Raises ActRefused."""


class ClientStore(Protocol):
    async def all(self) -> Sequence[OwnClient]:
        """By their ids."""
        ...

    async def step(self, name: ClientId, work: Step) -> OwnClient | None:
        """What is kept behind it."""
        ...

    async def note_used(self, used: Mapping[tuple[str, str], datetime]) -> None:
        """When secrets were last shown: client and secret to the moment."""
        ...
