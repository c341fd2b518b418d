"""The kernel's table of connections: told when one begins or ends, asked which there are, made to forget.

By netlink (linux/netfilter/nfnetlink_conntrack.h) with pyroute2's reading and writing of messages. One message makes
the kernel forget all connections of a device, whatever else it knows (since Linux 5.8).
"""

import errno
import socket
import struct
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

from pyroute2.netlink.nfnetlink.nfctsocket import NFCTAttrTuple, nfct_msg

from gateway.tunnels.connections import Flow, FlowId
from gateway.tunnels.peers import Address, Network
from gateway.tunnels.permits import Permit, Target, Transport

NETFILTER = 12  # linux/netlink.h
NEW, GET, DELETE = 0, 1, 2
CONNTRACK = 1 << 8  # the subsystem's number, before that of the message
REQUEST, ACK, DUMP = 1, 4, 0x300
ERROR, DONE = 2, 3
BEGINNINGS, ENDS = 1, 4  # multicast groups
BUFFER = 16 * 2**20  # octets; some 60,000 beginnings that nobody read yet
RCVBUFFORCE = 33  # asm-generic/socket.h
PATIENCE = 5.0  # seconds
HEADER = struct.Struct("=IHHII")
FAMILIES = {4: int(socket.AF_INET), 6: int(socket.AF_INET6)}
TRANSPORTS = {socket.IPPROTO_TCP: Transport.TCP, socket.IPPROTO_UDP: Transport.UDP}
NUMBERS = {transport: int(number) for number, transport in TRANSPORTS.items()}
SOURCE_AT = (
    28  # octets before the attribute of the first address: headers of the message, of tuple and of addresses
)
COUNTING = ("nf_conntrack_acct", "nf_conntrack_timestamp")
BEGIN = datetime(1970, 1, 1, tzinfo=UTC)


class ConntrackFailed(Exception):
    """The kernel's table of connections cannot be used."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"connections of the tunnel: {what}; the process needs CAP_NET_ADMIN and a kernel of 5.8 or newer"
        )


class EventsMissed(Exception):
    """More happened than was read: ask for all that there is."""


def count_octets(folder: Path = Path("/proc/sys/net/netfilter")) -> None:
    """Have the kernel count what connections carry, and note when they begin. Raises ConntrackFailed."""
    for name in COUNTING:
        try:
            if (folder / name).read_text().strip() != "1":
                (folder / name).write_text("1")
        except OSError as error:
            raise ConntrackFailed(f"{folder / name} cannot be set to 1 ({error.strerror})") from error


class Conntrack:
    """Works in the network namespace in which it was made. Raises ConntrackFailed."""

    def __init__(self, pools: Collection[Network]) -> None:
        self._begins = tuple((pool.version, int(pool.network_address), pool.prefixlen) for pool in pools)
        self._events = _opened(BEGINNINGS | ENDS)
        self._events.setblocking(False)
        try:
            self._events.setsockopt(socket.SOL_SOCKET, RCVBUFFORCE, BUFFER)
        except PermissionError as error:
            self._events.close()
            raise ConntrackFailed("the buffer of its events cannot be made large enough") from error

    def fileno(self) -> int:
        """Ready to be read when something happened."""
        return self._events.fileno()

    def close(self) -> None:
        self._events.close()

    def happened(self) -> Iterator[tuple[bool, Flow]]:
        """What came since: whether it began (or else ended), and what; of the pools alone. Raises EventsMissed."""
        while True:
            try:
                octets = self._events.recv(2**17)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno == errno.ENOBUFS:
                    raise EventsMissed from error
                raise ConntrackFailed(f"its events cannot be read ({error.strerror})") from error
            for kind, message in _messages(octets):
                if (flow := self._flow(message)) is not None:
                    yield kind & 0xFF == NEW, flow

    def all(self) -> list[Flow]:
        """Of the pools."""
        found: list[Flow | None] = []
        for version, _, _ in self._begins:
            asked = nfct_msg.create_from()
            found += [self._flow(message) for message in _asked(asked, version, GET, DUMP)]
        return [flow for flow in found if flow is not None]

    def forget(self, whose: Address | Permit) -> None:
        """All connections that a device began, or those to one target; none is fine."""
        tuple_ = _tuple(whose)
        attributes = tuple_.attrs()
        asked = nfct_msg.create_from(
            tuple_orig=tuple_, cta_filter={"attrs": [["CTA_FILTER_ORIG_FLAGS", tuple_.flags]]}
        )
        assert attributes
        address = whose.device if isinstance(whose, Permit) else whose
        for _ in _asked(asked, address.version, DELETE, ACK):
            pass

    def _flow(self, message: bytes) -> Flow | None:
        return _read(message) if self._may_be_ours(message) else None

    def _may_be_ours(self, message: bytes) -> bool:
        """By the first address alone: this machine has other connections, and to read one whole takes 0.1 ms."""
        length, kind = (
            struct.unpack_from("=HH", message, SOURCE_AT) if len(message) >= SOURCE_AT + 20 else (0, 0)
        )
        version = {(8, 1): 4, (20, 3): 6}.get((length, kind))
        if version is None:
            return True
        bits = 8 * (length - 4)
        address = int.from_bytes(message[SOURCE_AT + 4 : SOURCE_AT + length], "big")
        return any(
            version == of and (address ^ first) >> (bits - prefix) == 0 for of, first, prefix in self._begins
        )


def _opened(groups: int) -> socket.socket:
    try:
        made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETFILTER)
        made.bind((0, groups))
    except OSError as error:
        raise ConntrackFailed(f"the kernel gives no access ({error.strerror})") from error
    return made


def _asked(message: Any, version: int, what: int, flags: int) -> Iterator[bytes]:
    message["nfgen_family"] = FAMILIES[version]
    message["header"]["type"] = CONNTRACK | what
    message["header"]["flags"] = REQUEST | flags
    message.encode()
    with _opened(0) as asking:
        asking.settimeout(PATIENCE)
        try:
            asking.send(message.data)
            while True:
                for kind, said in _messages(asking.recv(2**17)):
                    if kind == ERROR:
                        _succeeded(-struct.unpack_from("=i", said, HEADER.size)[0])
                        return
                    if kind == DONE:
                        return
                    yield said
        except OSError as error:
            raise ConntrackFailed(f"the kernel does not answer ({error})") from error


def _succeeded(number: int) -> None:
    if number not in {0, errno.ENOENT}:
        raise ConntrackFailed(f"the kernel refused a question ({errno.errorcode.get(number, number)})")


def _messages(octets: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + HEADER.size <= len(octets):
        length, kind, *_ = HEADER.unpack_from(octets, at)
        if length < HEADER.size:
            return
        yield kind, octets[at : at + length]
        at += (length + 3) & ~3


def _tuple(whose: Address | Permit) -> Any:
    if not isinstance(whose, Permit):
        return NFCTAttrTuple(family=FAMILIES[whose.version], saddr=str(whose))
    target = whose.target
    return NFCTAttrTuple(
        family=FAMILIES[whose.device.version],
        saddr=str(whose.device),
        daddr=str(target.host),
        proto=NUMBERS[target.transport],
        dport=target.port,
    )


def _read(octets: bytes) -> Flow | None:
    """None: neither TCP nor UDP."""
    message = nfct_msg(octets)
    message.decode()
    original = message.get_attr("CTA_TUPLE_ORIG")
    addresses, rest = original.get_attr("CTA_TUPLE_IP"), original.get_attr("CTA_TUPLE_PROTO")
    if (transport := TRANSPORTS.get(rest.get_attr("CTA_PROTO_NUM"))) is None:
        return None
    version = "V4" if message["nfgen_family"] == socket.AF_INET else "V6"
    target = Target(
        _address(addresses.get_attr(f"CTA_IP_{version}_DST")), transport, rest.get_attr("CTA_PROTO_DST_PORT")
    )
    return Flow(
        FlowId(message.get_attr("CTA_ID")),
        _address(addresses.get_attr(f"CTA_IP_{version}_SRC")),
        rest.get_attr("CTA_PROTO_SRC_PORT"),
        target,
        _began(message.get_attr("CTA_TIMESTAMP")),
        _counted(message.get_attr("CTA_COUNTERS_ORIG")),
        _counted(message.get_attr("CTA_COUNTERS_REPLY")),
    )


def _address(text: str) -> IPv4Address | IPv6Address:
    return ip_address(text)


def _began(stamp: Any) -> datetime | None:
    start = stamp.get_attr("CTA_TIMESTAMP_START") if stamp is not None else None
    return None if not start else BEGIN + timedelta(microseconds=start // 1000)


def _counted(counters: Any) -> int | None:
    return None if counters is None else int(counters.get_attr("CTA_COUNTERS_BYTES"))
