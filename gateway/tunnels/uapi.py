"""The words of WireGuard's cross-platform userspace interface: lines `name=value`, ended by an empty one. Pure.

What is read is what this machine wrote or nothing: a line that is not understood refuses the whole answer, since half a
list of peers would remove the other half's tunnels.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_network

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.tunnels.keys import NoTunnelKey, PrivateKey, TunnelKey, key_of_octets, octets_of
from gateway.tunnels.peers import Added, Change, Network, Readdressed, Removed
from gateway.tunnels.seen import Seen, SeenPeer

ASK = b"get=1\n\n"
BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
MOST = 2**63  # of any number that is read
KEPT = 8192  # peers, whose key and addresses are read again every few seconds


class NotUnderstood(ValueError):
    """An answer that is not one of this interface."""


@dataclass(frozen=True, slots=True)
class Answer:
    errno: int
    lines: tuple[tuple[str, str], ...] = ()


def listening(private: PrivateKey, port: int) -> bytes:
    return f"set=1\nprivate_key={private.reveal().hex()}\nlisten_port={port}\n\n".encode()


def changing(changes: Iterable[Change]) -> bytes:
    """Never `replace_peers`: it would interrupt everybody."""
    return "".join(["set=1\n", *(_said(change) for change in changes), "\n"]).encode()


def answer(octets: bytes) -> Answer:
    """Raises NotUnderstood."""
    try:
        text = octets.decode("ascii")
    except UnicodeDecodeError as error:
        raise NotUnderstood("an answer that is not ASCII") from error
    if not text.endswith("\n\n") or text.count("\n\n") != 1:
        raise NotUnderstood("an answer without its end")
    pairs = [_pair(line) for line in text[:-2].split("\n")]
    name, value = pairs.pop()
    if name != "errno" or any(one == "errno" for one, _ in pairs):
        raise NotUnderstood("an answer that does not end with its error")
    return Answer(_number(value.removeprefix("-")), tuple(pairs))


def device(lines: Iterable[tuple[str, str]]) -> Seen:
    """Raises NotUnderstood."""
    own: dict[str, str] = {}
    peers: dict[TunnelKey, _Reading] = {}
    reading: _Reading | None = None
    for name, value in lines:
        if name == "public_key":
            key = _key(value)
            if key in peers:
                raise NotUnderstood("a peer that is told twice")
            reading = peers[key] = _Reading()
        elif reading is None:
            _once(own, OF_DEVICE, name, value)
        elif name == "allowed_ip":
            reading.allowed.append(_network(value))
        else:
            _once(reading.rest, OF_PEER, name, value)
    port = _number(own.get("listen_port", "0"))
    if port >= 2**16:
        raise NotUnderstood("a port that is none")
    return Seen(_own_key(own), port, {key: one.peer() for key, one in peers.items()})


@dataclass(slots=True)
class _Reading:
    rest: dict[str, str] = field(default_factory=dict)
    allowed: list[Network] = field(default_factory=list)

    def peer(self) -> SeenPeer:
        return SeenPeer(
            frozenset(self.allowed),
            self.rest.get("endpoint", ""),
            _moment(self.rest),
            _number(self.rest.get("rx_bytes", "0")),
            _number(self.rest.get("tx_bytes", "0")),
        )


def _said(change: Change) -> str:
    lines = [f"public_key={octets_of(change.key).hex()}"]
    match change:
        case Removed():
            lines += ["update_only=true", "remove=true"]  # otherwise one that is gone would be made first
        case Readdressed(allowed=allowed):
            lines += ["update_only=true", "replace_allowed_ips=true", *_allowing(allowed)]
        case Added(allowed=allowed):
            lines += ["replace_allowed_ips=true", *_allowing(allowed)]
    return "\n".join(lines) + "\n"


def _allowing(allowed: Iterable[Network]) -> Iterator[str]:
    return (f"allowed_ip={network}" for network in sorted(allowed, key=str))


def _pair(line: str) -> tuple[str, str]:
    name, equals, value = line.partition("=")
    if not (name and equals and value):
        raise NotUnderstood("a line that is no name with a value")
    return name, value


def _once(into: dict[str, str], known: Mapping[str, Callable[[str], object]], name: str, value: str) -> None:
    if name not in known or name in into:
        raise NotUnderstood("a name that is not known here, or comes twice")
    known[name](value)
    into[name] = value


def _number(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) < 20) or (number := int(value)) >= MOST:
        raise NotUnderstood("a number that is none")
    return number


def _octets(value: str) -> bytes:
    try:
        octets = bytes.fromhex(value)
    except ValueError as error:
        raise NotUnderstood("a key that is not hexadecimal") from error
    if len(value) != 64 or octets.hex() != value:
        raise NotUnderstood("a key that is written otherwise than keys are")
    return octets


@lru_cache(KEPT)
def _key(value: str) -> TunnelKey:
    try:
        return key_of_octets(_octets(value))
    except NoTunnelKey as error:
        raise NotUnderstood("a peer whose key is none") from error


def _own_key(own: Mapping[str, str]) -> TunnelKey | None:
    """Of the private key that it says; that one is kept nowhere."""
    if not any(octets := _octets(own.get("private_key", "00" * 32))):
        return None
    return key_of_octets(X25519PrivateKey.from_private_bytes(octets).public_key().public_bytes_raw())


@lru_cache(2 * KEPT)
def _network(value: str) -> Network:
    try:
        network = ip_network(value)
    except ValueError as error:
        raise NotUnderstood("an address that is none") from error
    if str(network) != value:
        raise NotUnderstood("an address that is written otherwise than addresses are")
    return network


def _moment(rest: Mapping[str, str]) -> datetime | None:
    seconds = _number(rest.get("last_handshake_time_sec", "0"))
    nanoseconds = _number(rest.get("last_handshake_time_nsec", "0"))
    if not seconds:
        return None
    try:
        return BEGIN + timedelta(seconds=seconds, microseconds=nanoseconds // 1000)
    except OverflowError as error:
        raise NotUnderstood("a time that is none") from error


OF_DEVICE: Mapping[str, Callable[[str], object]] = {
    "private_key": _octets,
    "listen_port": _number,
    "fwmark": _number,
}
OF_PEER: Mapping[str, Callable[[str], object]] = {
    "preshared_key": _octets,
    "protocol_version": _number,
    "endpoint": str,
    "last_handshake_time_sec": _number,
    "last_handshake_time_nsec": _number,
    "tx_bytes": _number,
    "rx_bytes": _number,
    "persistent_keepalive_interval": _number,
}
