"""Questions for names, as a machine asks them of a server."""

import socket

from dns import message, rcode

from gateway.tunnels.chains import NAMES
from tests.rig.namespaces import Machine
from tests.rig.tunnels import IN_TUNNEL, SILENCE, family_of


def by_udp(machine: Machine, octets: bytes, server: str = IN_TUNNEL, source: str = "") -> bytes | None:
    """None: silence."""
    with machine.entered():
        asking = socket.socket(family_of(server), socket.SOCK_DGRAM)
    with asking:
        asking.settimeout(SILENCE)
        asking.bind((source, 0))
        try:
            asking.sendto(octets, (server, NAMES))
            return asking.recv(65536)
        except (TimeoutError, ConnectionError):
            return None


def read(said: bytes) -> tuple[str, set[str]]:
    """How it went, and what was told."""
    response = message.from_wire(said)
    texts = {record.to_text() for records in response.answer for record in records}
    return rcode.to_text(response.rcode()), texts


def asked(
    machine: Machine, name: str, kind: str = "A", *, server: str = IN_TUNNEL, source: str = ""
) -> tuple[str, set[str]] | None:
    """None: silence."""
    said = by_udp(machine, message.make_query(name, kind).to_wire(), server, source)
    return None if said is None else read(said)
