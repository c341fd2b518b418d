"""Where devices come in through their tunnel: the people's listener again, at the gateway's own address of each pool.

Its connections alone bear `TUNNEL`, the address of the device's end, which no client can say: other listeners never
set it, whatever address a packet claims.
"""

from ipaddress import ip_network

from config.settings import Tunnels
from config.tunnel_pools import gateway_of
from gateway.envoy.messages import Json, typed

TUNNEL = "brana.tunnel"
TUNNEL_SAID = f"%FILTER_STATE({TUNNEL}:PLAIN)%"
SET = "envoy.extensions.filters.network.set_filter_state.v3.Config"


def through_tunnel(tunnels: Tunnels | None, people: Json) -> list[Json]:
    """`people`: the listener of people, before a load balancer is put in front of it."""
    if tunnels is None:
        return []
    pools = [ip_network(one) for one in (tunnels.pool_ipv4, tunnels.pool_ipv6) if one is not None]
    port = people["address"]["socket_address"]["port_value"]
    made = []
    for pool in pools:
        theirs = {
            "direct_source_prefix_ranges": [
                {"address_prefix": str(pool.network_address), "prefix_len": pool.prefixlen}
            ]
        }
        chains = [
            chain
            | {
                "filter_chain_match": chain.get("filter_chain_match", {}) | theirs,
                "filters": [_whose(), *chain["filters"]],
            }
            for chain in people["filter_chains"]
        ]
        made.append(
            people
            | {
                "name": f"tunnel{pool.version}",
                "address": {"socket_address": {"address": str(gateway_of(pool)), "port_value": port}},
                "freebind": True,  # the interface comes with the process of the tunnel, before or after Envoy
                "filter_chains": chains,
            }
        )
    return made


def _whose() -> Json:
    said = {"text_format_source": {"inline_string": "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%"}}
    value = {
        "object_key": TUNNEL,
        "factory_key": "envoy.string",
        "format_string": said,
        "read_only": True,
    }
    return {"name": "brana.whose", "typed_config": typed(SET, on_new_connection=[value])}
