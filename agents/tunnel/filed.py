"""The tunnel as a file that another WireGuard reads (wg-quick(8)). Pure.

What is reached is held by the gateway alone; the file says which ways lead into the tunnel.
"""

from agents.tunnel.plan import Address, Plan


def text_of(plan: Plan, outer: Address, private: bytes) -> bytes:
    """Without DNS: programs that read it would ask for every name there, and the gateway answers for its own alone."""
    from wireguard_tools.wireguard_config import WireguardConfig, WireguardPeer  # noqa: PLC0415
    from wireguard_tools.wireguard_key import WireguardKey  # noqa: PLC0415

    gateway = WireguardPeer(
        public_key=WireguardKey(plan.gateway_key),
        endpoint_host=plan.gateway,
        endpoint_port=plan.port,
        persistent_keepalive=plan.keepalive,
        allowed_ips=[f"{one}/{one.max_prefixlen}" for one in plan.ways_beside(outer)],
    )
    written = WireguardConfig(
        private_key=WireguardKey(private),
        addresses=[f"{one}/{one.max_prefixlen}" for one in plan.own],
        mtu=plan.mtu,
    )
    written.add_peer(gateway)
    text = written.to_wgconfig(wgquick_format=True)
    bare, bracketed = (f"Endpoint = {form}:{plan.port}" for form in (plan.gateway, f"[{plan.gateway}]"))
    return (text.replace(bare, bracketed) if ":" in plan.gateway else text).encode()
