"""What a node's Envoy is told, made from the node's own files, and what its gate goes by."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc.jwk import ECKey

from config.district import District
from config.settings import Settings
from config.vocabulary import ApplicationId
from gateway.commands.application_accounts import accounts_of
from gateway.commands.preflight import folder_in_memory
from gateway.envoy.devices import certificates_in
from gateway.envoy.discovery import Discovery, Rejection
from gateway.envoy.gate import credential_sources
from gateway.envoy.messages import Json, Surroundings
from gateway.envoy.process import Administration
from gateway.envoy.resources import all_resources
from gateway.fleet.alike import digest_of_applications, marks_of
from gateway.fleet.gatekeeper import Gatekeeper
from gateway.grants.sign import keys_by_header, public_jwks
from gateway.supervise import CURRENT


@dataclass(frozen=True, slots=True)
class Own:
    """What a node's own files say. `accounts`: as `accounts_of` has read them."""

    settings: Settings
    district: District
    accounts: Mapping[ApplicationId, str] = field(repr=False)


def own_of(settings: Settings, district: District) -> Own:
    """Raises PasswordUnusable, OSError."""
    return Own(settings, district, accounts_of(settings.applications))


class EnvoyOfNode:
    """One per process of a node; it takes one change after the other (`gateway.commands.change_of_node`)."""

    def __init__(self, own: Own, gate: Gatekeeper, on_rejection: Callable[[Rejection], None]) -> None:
        state = own.settings.state
        self.run, self._spool = state.directory / "run", state.directory / "spool" / CURRENT
        self.gate = gate
        self.discovery = Discovery(
            folder_in_memory(state) / CURRENT,
            on_rejection,
            per_session=own.settings.limits.requests_per_session,
        )
        self.administration = Administration(self.run / "envoy-admin.sock")
        # Envoy listens to nobody before it has a gate: this one knows a key that signs nothing, and honours none.
        nobodys = public_jwks(ECKey.generate_key("P-256"))
        self._keys: Mapping[str, Mapping[str, Any]] = {"grants": nobodys, "tokens": nobodys}
        self._left: frozenset[str] = frozenset()
        self.heard = 0
        """How often other keys or names were."""
        self._changing, self._behind = False, False
        """Whether an exchange is at what Envoy has, and has to be followed by what was heard meanwhile."""
        self.take(own)

    def take(self, own: Own) -> None:
        """By these from the next that is published on."""
        self.own = own
        self.applications = digest_of_applications(own.settings)
        self._marks = marks_of(own.settings)
        self.discovery.credential_sources = credential_sources(own.settings.applications)
        self.discovery.longest = own.settings.grants.lifetime

    def resources(self, own: Own) -> dict[str, list[Json]]:
        around = Surroundings(
            run=self.run,
            spool=self._spool,
            district=tuple(own.district),
            token_keys=self._keys["tokens"],
            accounts=own.accounts,
            device_authorities=certificates_in(self._keys),
            left=self._left,
        )
        return all_resources(own.settings, around)

    def publish(self) -> None:
        self.discovery.grant_keys = keys_by_header(self._keys["grants"])
        self.discovery.publish(self.resources(self.own))

    @property
    def changing(self) -> bool:
        return self._changing

    def begin_change(self) -> None:
        self._changing = True

    def end_change(self) -> None:
        """What was heard meanwhile is published now."""
        self._changing = False
        if self._behind:
            self._behind = False
            self.publish()

    def hear(self, keys: Mapping[str, Mapping[str, Any]], left: frozenset[str]) -> None:
        """What verifies grants and tokens from now on, and which nodes are believed no more."""
        if (keys, left) == (self._keys, self._left):
            return
        self._keys, self._left, self.heard = keys, left, self.heard + 1
        if self._changing:
            self._behind = True
            self.discovery.publish_keys(keys_by_header(keys["grants"]), keys, self.own.settings)
        else:
            self.publish()

    def publish_gate(self) -> None:
        self.discovery.full = not self.gate.room
        self.discovery.unsettled = self.gate.unsettled(self._marks)
        self.discovery.publish_gate(self.gate.revoked(), self.gate.epoch(time.monotonic()))
