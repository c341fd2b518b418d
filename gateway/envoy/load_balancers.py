"""Listeners that load balancers alone may connect to, which say whose each connection is (the PROXY protocol)."""

from ipaddress import ip_network

from gateway.envoy.messages import Json, typed


def behind(proxies: list[str], made: Json) -> Json:
    """Fields of the listener `made` that load balancers alone may connect to, each connection with its client's
    address.

    Whoever else connects finds no filter chain and is closed: so nobody says of himself where he comes from.
    """
    if not proxies:
        return {}
    networks = [ip_network(one) for one in proxies]
    ranges = [{"address_prefix": str(one.network_address), "prefix_len": one.prefixlen} for one in networks]
    theirs = {"direct_source_prefix_ranges": ranges}
    read = typed("envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol")
    first = {"name": "envoy.filters.listener.proxy_protocol", "typed_config": read}
    return {
        "listener_filters": [first, *made.get("listener_filters", ())],
        "filter_chains": [
            chain | {"filter_chain_match": chain.get("filter_chain_match", {}) | theirs}
            for chain in made["filter_chains"]
        ],
    }
