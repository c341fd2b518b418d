"""The few message shapes that every file of this room builds from (Envoy's API v3, in its JSON form)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from config.vocabulary import ApplicationId, MunicipalityCode

Json = dict[str, Any]
"""A message of Envoy's API, as `json.dumps` wants it."""

GRANT_COOKIE = "__Host-brana-grant"
OUR_COOKIES = "__Host-brana-"
ROUTES = "people"  # name of the one route configuration
DISCOVERY_CLUSTER = "brana.discovery"
SKIP = "envoy.extensions.filters.common.matcher.action.v3.SkipFilter"
GATE_METADATA = "brana.gate"
FRESH = "brana.fresh"
"""Filter state the gate alone sets, for a fresh grant: revocation id and what it rests on, a space, municipality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the builders need beside the settings: where this start of the product lives."""

    run: Path
    """Folder of the unix sockets (`idp.sock`, `web.sock`, `authorize.sock`, `discovery.sock`, …)."""
    spool: Path
    """File (or link to the file) that takes the access log."""
    district: tuple[MunicipalityCode, ...]
    """Codes of the district's municipalities."""
    token_keys: Mapping[str, Any] = field(default_factory=dict)
    """JWK set (RFC 7517 §5) of the public keys that sign access tokens of technical accounts."""
    accounts: Mapping[ApplicationId, str] = field(default_factory=dict, repr=False)
    """Value of `authorization` for applications that know one account. Secret."""
    device_authorities: tuple[str, ...] = ()
    """Certificates (PEM) of those that certify devices; none where devices are not asked for."""
    left: frozenset[str] = frozenset()
    """Nodes of the fleet that are no longer believed."""

    def socket(self, name: str) -> Path:
        return self.run / f"{name}.sock"


def typed(type_name: str, **fields: Any) -> Json:
    """A message inside `google.protobuf.Any`; `type_name` without the URL's leading part."""
    return {"@type": f"type.googleapis.com/{type_name}", **fields}


def pipe(path: Path, mode: int | None = None) -> Json:
    """Address of a unix socket; `mode` is the permission Envoy gives a socket that it creates."""
    return {"pipe": {"path": str(path)} | ({} if mode is None else {"mode": mode})}


def seconds(duration: timedelta) -> str:
    """`google.protobuf.Duration` in JSON: decimal seconds with an `s`."""
    return f"{duration.total_seconds():.3f}".rstrip("0").rstrip(".") + "s"


def overwrite(name: str, value: str) -> Json:
    """Set a header whatever was there before; an empty value removes it."""
    return {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def discovered() -> Json:
    """The source of everything dynamic: REST long poll over the discovery socket."""
    return {
        "resource_api_version": "V3",
        # Nothing is served before its configuration has come: without a gate there is no way in.
        "initial_fetch_timeout": "0s",
        "api_config_source": {
            "api_type": "REST",
            "transport_api_version": "V3",
            "cluster_names": [DISCOVERY_CLUSTER],
            "refresh_delay": seconds(REFRESH_DELAY),
            "request_timeout": seconds(POLL_TIMEOUT),
        },
    }


def by_discovery(name: str, *type_names: str) -> Json:
    """An HTTP filter whose configuration comes from the discovery server."""
    urls = [f"type.googleapis.com/{type_name}" for type_name in type_names]
    return {"name": name, "config_discovery": {"config_source": discovered(), "type_urls": urls}}


REFRESH_DELAY = timedelta(milliseconds=20)  # pause between an answer and the next question
HOLD = timedelta(seconds=25)  # how long the server keeps a question that has no news
POLL_TIMEOUT = timedelta(seconds=40)  # Envoy gives a question up after this; above HOLD
