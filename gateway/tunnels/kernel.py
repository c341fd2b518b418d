"""A device of the kernel's own WireGuard, where it has one: by netlink, with pyroute2.

Each peer is a message of its own, with its allowed addresses replaced explicitly: without that flag they would only
grow.
"""

import asyncio
import errno
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

from pyroute2 import IPRoute, WireGuard
from pyroute2.netlink.exceptions import NetlinkError

from gateway.tunnels.keys import PrivateKey, TunnelKey, tunnel_key
from gateway.tunnels.peers import Added, Allowed, Change, Readdressed, Removed
from gateway.tunnels.seen import Seen, SeenPeer, TunnelDeviceFailed

LACKING = {errno.EOPNOTSUPP, errno.ENOENT, errno.EPROTONOSUPPORT}
KIND = "wireguard"
NO_KEY = b64encode(bytes(32))


class KernelHasNone(Exception):
    """WireGuard is unknown to this kernel; wireguard-go does it instead."""


def made(name: str) -> None:
    """The interface, unless it is there. Blocking. Raises KernelHasNone, TunnelDeviceFailed."""
    try:
        with IPRoute() as kernel:
            if there := kernel.link_lookup(ifname=name):
                _ours(*kernel.get_links(*there))
                return
            kernel.link("add", ifname=name, kind=KIND)
    except NetlinkError as error:
        if error.code in LACKING:
            raise KernelHasNone from error
        raise _failed(name, error) from error


def _ours(link: Any) -> None:
    if link.get_nested("IFLA_LINKINFO", "IFLA_INFO_KIND") != KIND:
        raise KernelHasNone  # of wireguard-go, or of somebody else: that is looked at there


def ended(name: str) -> None:
    """The interface is gone, and its peers with it. Blocking. Raises TunnelDeviceFailed."""
    try:
        with IPRoute() as kernel:
            for index in kernel.link_lookup(ifname=name):
                kernel.link("del", index=index)
    except NetlinkError as error:
        raise _failed(name, error) from error


@dataclass(frozen=True, slots=True)
class Kernel:
    """Implements `gateway.tunnels.seen.Device`."""

    name: str

    async def seen(self) -> Seen:
        return await asyncio.to_thread(self._seen)

    async def listen(self, private: PrivateKey, port: int) -> None:
        await asyncio.to_thread(self._set, [{"private_key": private.base64(), "listen_port": port}])

    async def change(self, changes: Sequence[Change]) -> None:
        await asyncio.to_thread(self._set, [{"peer": told(change)} for change in changes])

    def _seen(self) -> Seen:
        try:
            with WireGuard() as asking:
                return seen_of(asking.info(self.name))
        except (NetlinkError, OSError) as error:
            raise _failed(self.name, error) from error

    def _set(self, what: Iterable[Mapping[str, Any]]) -> None:
        try:
            with WireGuard() as telling:
                for one in what:
                    telling.set(self.name, **one)
        except (NetlinkError, OSError) as error:
            raise _failed(self.name, error) from error


def told(change: Change) -> dict[str, Any]:
    """A peer as pyroute2 wants it."""
    match change:
        case Removed(key):
            return {"public_key": key, "remove": True}
        case Added(key, allowed):
            return {"public_key": key, "replace_allowed_ips": True, "allowed_ips": _texts(allowed)}
        case Readdressed(key, allowed):
            replacing = {"update_only": True, "replace_allowed_ips": True}
            return {"public_key": key, **replacing, "allowed_ips": _texts(allowed)}


def seen_of(messages: Iterable[Any]) -> Seen:
    """Of one device: a long list of peers comes in several messages, and a peer may go on in the next."""
    key: TunnelKey | None = None
    port = 0
    peers: dict[TunnelKey, SeenPeer] = {}
    for message in messages:
        if (said := message.get_attr("WGDEVICE_A_PUBLIC_KEY")) is not None and said != NO_KEY:
            key = tunnel_key(said.decode())
        port = message.get_attr("WGDEVICE_A_LISTEN_PORT") or port
        for peer in message.get_attr("WGDEVICE_A_PEERS") or ():
            name, one = _peer(peer)
            known = peers.get(name)
            peers[name] = one if known is None else replace(known, allowed=known.allowed | one.allowed)
    return Seen(key, port, peers)


def _peer(peer: Any) -> tuple[TunnelKey, SeenPeer]:
    endpoint = peer.get_attr("WGPEER_A_ENDPOINT")
    handshake = peer.get_attr("WGPEER_A_LAST_HANDSHAKE_TIME")
    seconds = 0 if handshake is None else handshake["tv_sec"]
    return tunnel_key(peer.get_attr("WGPEER_A_PUBLIC_KEY").decode()), SeenPeer(
        frozenset(ip_network(one["addr"]) for one in peer.get_attr("WGPEER_A_ALLOWEDIPS") or ()),
        "" if endpoint is None else _endpoint(endpoint["addr"], endpoint["port"]),
        datetime.fromtimestamp(seconds, UTC) if seconds else None,
        peer.get_attr("WGPEER_A_RX_BYTES") or 0,
        peer.get_attr("WGPEER_A_TX_BYTES") or 0,
    )


def _endpoint(address: str, port: int) -> str:
    """As wireguard-go writes it."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _texts(allowed: Allowed) -> list[str]:
    return sorted(str(network) for network in allowed)


def _failed(name: str, error: Exception) -> TunnelDeviceFailed:
    return TunnelDeviceFailed(name, f"the kernel refused ({error})", "this process needs CAP_NET_ADMIN")
