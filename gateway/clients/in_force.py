"""The clients of the database that are in force, in memory: each question of the provider goes by them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from gateway.clients.own import OwnClient, as_client
from idp.oidc.client import Client, ClientId, ClientUnusable, Pseudonym

log = structlog.get_logger("clients")


@dataclass(slots=True)
class InForce:
    clients: Mapping[ClientId, Client] = field(default_factory=dict)
    """Another mapping after each change; those that are suspended are not among them."""
    suspended: Mapping[ClientId, Client] = field(default_factory=dict)
    """Unknown to everybody who asks, and told of sign-outs all the same: what closes something goes on."""
    _used: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def take(self, kept: Sequence[OwnClient], pseudonym: Pseudonym) -> None:
        """From now on these are. What cannot be served safely is left out, and told to operators."""
        made: dict[ClientId, Client] = {}
        suspended: dict[ClientId, Client] = {}
        for one in kept:
            try:
                (made if one.suspended_at is None else suspended)[one.id] = as_client(one, pseudonym)
            except ClientUnusable as error:
                log.error("client.unusable", client=one.id, cause=str(error))  # noqa: TRY400 - said in words
        self.clients, self.suspended = made, suspended

    def told(self, known: Mapping[ClientId, Client]) -> Mapping[ClientId, Client]:
        """Whom sign-outs concern: those that are `known`, and those that are suspended."""
        return Known(known, lambda: self.suspended)

    def note(self, client: str, secret: str, now: datetime) -> None:
        """That it was shown; empty: the one of the configuration."""
        if secret:
            self._used[client, secret] = now

    def used(self) -> Mapping[tuple[str, str], datetime]:
        """What was noted and is not yet written down; it is forgotten here."""
        used, self._used = self._used, {}
        return used


class Known(Mapping[ClientId, Client]):
    """Those of the configuration, and beside them those in force; an id of the configuration is the configuration's."""

    def __init__(
        self, configured: Mapping[ClientId, Client], own: Callable[[], Mapping[ClientId, Client]]
    ) -> None:
        self._configured, self._own = configured, own

    def __getitem__(self, name: ClientId) -> Client:
        found = self._configured.get(name)
        return self._own()[name] if found is None else found

    def __iter__(self) -> Iterator[ClientId]:
        yield from self._configured
        yield from (one for one in self._own() if one not in self._configured)

    def __len__(self) -> int:
        return len(self._configured.keys() | self._own().keys())
