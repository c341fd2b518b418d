"""A Keycloak server that `brana keycloak provision` sets up."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from config.settings.setting import Setting


class Keycloak(Setting, frozen=True, kw_only=True):
    provider: str
    """Of `upstream_providers`, by name: its issuer says the server and the realm."""
    server: Annotated[str, Meta(max_length=200)] | None = None
    """Where its administration is reached, where that is not where people sign in."""
    administrator: Annotated[str, Meta(min_length=1, max_length=200)]
    """Client with a service account that may create the realm and manage it."""
    administrator_secret_file: Path
    administrator_realm: Annotated[str, Meta(min_length=1, max_length=100)] = "master"
    """Realm of that client."""
    timeout: timedelta = timedelta(seconds=30)
    """How long one question may take."""
    first_factor: Literal["by-administrator", "at-sign-in"] = "by-administrator"
    """Who lets somebody without a second factor set one up: an administrator there, or whoever has the password."""
