"""What a node's Envoy is told, made from the node's own files, and what its gate goes by."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from joserfc.jwk import ECKey

from config.district import District
from config.settings import Settings
from gateway.commands.application_accounts import accounts_of
from gateway.commands.preflight import folder_in_memory
from gateway.envoy.discovery import Discovery, Rejection
from gateway.envoy.gate import unlike
from gateway.envoy.messages import Json, Surroundings
from gateway.envoy.process import Administration
from gateway.envoy.resources import all_resources
from gateway.fleet.alike import digest_of_applications, marks_of
from gateway.fleet.gatekeeper import Gatekeeper
from gateway.grants.sign import keys_by_header, public_jwks
from gateway.supervise import CURRENT


class EnvoyOfNode:
    """One per process of a node; it takes one change after the other (`gateway.commands.change_of_node`)."""

    def __init__(
        self,
        settings: Settings,
        district: District,
        gate: Gatekeeper,
        on_rejection: Callable[[Rejection], None],
    ) -> None:
        state = settings.state
        self.run, self._spool = state.directory / "run", state.directory / "spool" / CURRENT
        self.gate = gate
        self.discovery = Discovery(
            folder_in_memory(state) / CURRENT, on_rejection, per_session=settings.limits.requests_per_session
        )
        self.administration = Administration(self.run / "envoy-admin.sock")
        # Envoy listens to nobody before it has a gate: this one knows a key that signs nothing, and honours none.
        nobodys = public_jwks(ECKey.generate_key("P-256"))
        self._keys: Mapping[str, Mapping[str, Any]] = {"grants": nobodys, "tokens": nobodys}
        self._left: frozenset[str] = frozenset()
        self.changing = False
        """Whether `Exchange` is at what Envoy has; it goes on with what is published when that has ended."""
        self.take(settings, district)

    def take(self, settings: Settings, district: District) -> None:
        """By these from the next that is published on."""
        self.settings, self.district = settings, district
        self.applications = digest_of_applications(settings)
        self._marks, self._unlike = marks_of(settings), unlike(settings.applications)

    def resources(self, settings: Settings, district: District) -> dict[str, list[Json]]:
        """Raises PasswordUnusable, OSError."""
        around = Surroundings(
            run=self.run,
            spool=self._spool,
            district=tuple(district),
            token_keys=self._keys["tokens"],
            accounts=accounts_of(settings.applications),
            left=self._left,
        )
        return all_resources(settings, around)

    def publish(self) -> None:
        self.discovery.grant_keys = keys_by_header(self._keys["grants"])
        self.discovery.publish(self.resources(self.settings, self.district))

    def hear(self, keys: Mapping[str, Mapping[str, Any]], left: frozenset[str]) -> None:
        """What verifies grants and tokens from now on, and which nodes are believed no more."""
        if (keys, left) == (self._keys, self._left):
            return
        self._keys, self._left = keys, left
        if self.changing:
            self.discovery.publish_keys(keys_by_header(keys["grants"]), keys["tokens"], self.settings)
        else:
            self.publish()

    def publish_gate(self) -> None:
        self.discovery.applications = replace(self._unlike, unsettled=self.gate.unsettled(self._marks))
        self.discovery.publish_gate(self.gate.revoked(), self.gate.epoch(time.monotonic()))
