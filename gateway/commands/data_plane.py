"""What Envoy is told of this installation."""

from collections.abc import Mapping
from typing import Any

from config.settings import Settings
from gateway.commands.application_accounts import accounts_of
from gateway.commands.state import State
from gateway.envoy.devices import certificates_in
from gateway.envoy.messages import Json, Surroundings
from gateway.envoy.resources import all_resources


def resources_of(state: State, settings: Settings, keys: Mapping[str, Any]) -> dict[str, list[Json]]:
    """By the settings' own list of applications; `keys` as `KeysInForce.for_gates` gives them.

    Raises PasswordUnusable, OSError.
    """
    return all_resources(
        settings,
        Surroundings(
            run=state.run,
            spool=state.access_log,
            district=tuple(state.district),
            token_keys=keys["tokens"],
            accounts=accounts_of(settings.applications),
            device_authorities=certificates_in(keys),
        ),
    )
