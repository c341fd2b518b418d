"""What the configuration says of an office that a Keycloak has to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from config.district import District
from config.keycloak import Realm
from config.settings import Directory, Keycloak, SignIn, UpstreamProvider
from config.vocabulary import Language
from idp.keycloak.piece import Secret

LEVELS = {"two-factors": 2, "phishing-resistant": 3}
"""Keycloak counts levels of authentication; ours begin where a second factor was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    title: str
    realm: Realm
    provider: UpstreamProvider
    keycloak: Keycloak
    client_secret: Secret
    redirect_uri: str
    """Where the provider sends people back to."""
    backchannel_logout_uri: str
    signed_out_uri: str
    sign_in: SignIn
    token_lifetime: timedelta
    events_kept: timedelta
    language: Language
    directories: Sequence[Directory]
    bind_passwords: Mapping[str, Secret]
    """By name of the directory."""
    groups: Mapping[str, Sequence[str]]
    """Distinguished names as each directory writes them, by its name."""
    district: District
    day: date
    """In Czech time: which role mappings hold."""

    @property
    def acrs(self) -> dict[str, str]:
        """What the realm calls each level, by its name here."""
        return {name: name for name in LEVELS} | {one.level: one.acr for one in self.provider.levels}


def seconds(time: timedelta) -> int:
    return int(time.total_seconds())
