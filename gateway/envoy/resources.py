"""Everything that Envoy is told, by type of resource."""

from collections.abc import Mapping
from typing import Any

from config.settings import Settings
from gateway.envoy.clusters import clusters
from gateway.envoy.devices import device_authority
from gateway.envoy.elsewhere import listeners_elsewhere, secrets_of_node
from gateway.envoy.identity import accounts
from gateway.envoy.listeners import listeners
from gateway.envoy.messages import Json, Surroundings
from gateway.envoy.mutual import mutual_authority, mutual_routes
from gateway.envoy.plain import plain_listener
from gateway.envoy.routes import routes
from gateway.envoy.technical import client_authority, issuer_of, technical_routes
from gateway.envoy.tokens import Tokens, token_filter
from gateway.envoy.tried import tried_listener
from gateway.envoy.upstream_tls import upstream_secrets

LISTENERS = "envoy.config.listener.v3.Listener"
CLUSTERS = "envoy.config.cluster.v3.Cluster"
ROUTE_TABLES = "envoy.config.route.v3.RouteConfiguration"
SECRETS = "envoy.extensions.transport_sockets.tls.v3.Secret"
EXTENSIONS = "envoy.config.core.v3.TypedExtensionConfig"


def all_resources(settings: Settings, surroundings: Surroundings) -> dict[str, list[Json]]:
    """Everything but the gate and the certificate, which have a `publish_…` of their own."""
    fleet, left = settings.fleet, surroundings.left
    return {
        LISTENERS: [
            *listeners(settings, surroundings),
            tried_listener(surroundings),
            *plain_listener(settings, surroundings),
            *(listeners_elsewhere(fleet, surroundings, left) if fleet else ()),
        ],
        CLUSTERS: clusters(settings, surroundings),
        ROUTE_TABLES: [
            routes(settings, surroundings),
            *technical_routes(settings, surroundings),
            *mutual_routes(settings),
        ],
        SECRETS: [
            *client_authority(settings),
            *mutual_authority(settings),
            *device_authority(surroundings.device_authorities),
            *upstream_secrets(settings.applications),
            *accounts(settings.applications, surroundings),
            *(secrets_of_node(settings) if fleet else ()),
        ],
        EXTENSIONS: [reading_tokens(settings, surroundings.token_keys)],
    }


def reading_tokens(settings: Settings, keys: Mapping[str, Any]) -> Json:
    """How access tokens are verified: a JWK set, as in `Surroundings`."""
    return token_filter(settings.applications, Tokens(issuer_of(settings), keys))
