"""Who is who among the nodes of a fleet, which services they offer each other, and what contradicts itself there.

A node is what its certificate says: one URI among the alternative names, `brana:node:<name>` (RFC 5280 §4.2.1.6).
Which service is meant is said by the name that is asked for in the handshake (SNI, RFC 6066 §3).
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NewType

from config.doubt import Finding
from config.settings import Settings
from config.upstreams import is_address

NodeName = NewType("NodeName", str)
NODE_URI = "brana:node:"
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?", re.ASCII)
INTERNAL = (
    ".brana.internal"  # a name of no network (RFC 8375 is about homes; `.internal` is reserved by ICANN)
)
ALIVE_HOST = f"alive{INTERNAL}"
"""Host of questions whether a service works; people's requests never bear it, as Envoy writes their host anew."""


class Role(StrEnum):
    WHOLE = "whole"
    EDGE = "edge"
    CONTROL = "control"


class Service(StrEnum):
    """What a control plane answers to other nodes."""

    IDP = "idp"
    WEB = "web"
    AUTHORIZE = "authorize"
    WATCH = "watch"
    NODE = "node"
    """What the gate must know, the access log, renewal."""
    JOIN = "join"


WITH_ENVOY = frozenset({Role.WHOLE, Role.EDGE})
CALLERS: dict[Service, frozenset[Role]] = {
    Service.IDP: WITH_ENVOY,
    Service.WEB: WITH_ENVOY,
    Service.AUTHORIZE: WITH_ENVOY,
    Service.WATCH: WITH_ENVOY,
    Service.NODE: WITH_ENVOY,
    Service.JOIN: frozenset(),  # for whoever is no node yet: without a certificate, and with a code
}
"""Nothing else is offered: what changes a state is asked for on the machine itself."""


def uri_of(name: str) -> str:
    return f"{NODE_URI}{name}"


def host_of(service: Service) -> str:
    """The name in the handshake."""
    return f"{service}{INTERNAL}"


def service_of(host: str | None) -> Service | None:
    label = (host or "").removesuffix(INTERNAL)
    return Service(label) if label in set(Service) and host == f"{label}{INTERNAL}" else None


def authority_file(state: Path) -> Path:
    """Certificate of the fleet's authority."""
    return state / "fleet" / "authority.pem"


def node_file(state: Path) -> Path:
    """Certificate of the node and its key, in one file that is replaced as a whole."""
    return state / "fleet" / "node.pem"


def fleet_findings(settings: Settings) -> Iterator[Finding]:
    fleet = settings.fleet
    if fleet is None:
        return
    if not NAME.fullmatch(fleet.node):
        yield "fleet.node", f"{fleet.node!r} is no name of a node", "use lower-case letters, digits, hyphens"
    if not is_address(fleet.address):
        yield "fleet.address", f"{fleet.address!r} is not an IP address", "write for example `10.1.0.11`"
    if fleet.decides and fleet.peers and settings.state.database is None:
        yield (
            "state.database",
            f"is missing: {fleet.peers[0].name} decides too, and each would keep a state of its own",
            "name the PostgreSQL database that they share; a node that alone has a control plane has no peers",
        )
    if not fleet.decides and not fleet.peers:
        yield "fleet.peers", "an edge decides nothing by itself", "name the nodes with a control plane"
    seen = {fleet.node}
    for number, peer in enumerate(fleet.peers):
        at = f"fleet.peers[{number}]"
        if not NAME.fullmatch(peer.name):
            yield (
                f"{at}.name",
                f"{peer.name!r} is no name of a node",
                "use lower-case letters, digits, hyphens",
            )
        if peer.name in seen:
            yield f"{at}.name", f"{peer.name!r} is taken", "name every other node with a control plane once"
        if not is_address(peer.address):
            yield f"{at}.address", f"{peer.address!r} is not an IP address", "write for example `10.1.0.12`"
        seen.add(peer.name)
