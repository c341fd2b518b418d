"""A fleet with nodes of each kind, for the page about them."""

from datetime import timedelta

from config.fleet import NodeName
from config.fleet import Role as NodeRole
from gateway.fleet.known_nodes import Heard, KnownFleet, KnownNode
from tests.gateway.web.people import NOW

JOINED, UNTIL = NOW - timedelta(days=20), NOW + timedelta(days=9)


def _node(name: str, role: NodeRole = NodeRole.WHOLE, *, heard: Heard | None, **more) -> KnownNode:
    usual = {"joined_at": JOINED, "certificate_until": UNTIL, "policies": "5f0c9d21aa47"}
    return KnownNode(name=NodeName(name), role=role, heard=heard, **(usual | more))


FLEET = KnownFleet(
    (
        _node("a", heard=Heard(NOW - timedelta(seconds=3), "0.1.0")),
        _node("b", heard=Heard(NOW - timedelta(seconds=2), "0.1.0", ("in_service", "not_alone"))),
        _node("c", heard=Heard(NOW - timedelta(minutes=7), "0.1.0"), policies="03be11f2c9d0"),
        _node("radnice-vstup", NodeRole.EDGE, heard=None, policies="", certificate_until=NOW),
        _node("stary", NodeRole.CONTROL, heard=None, left_at=NOW - timedelta(1), certificate_until=None),
        KnownNode(name=NodeName("zaloha"), role=NodeRole.WHOLE, invited_until=NOW + timedelta(hours=23)),
    ),
    "5f0c9d21aa47",
)
"""One of each kind that the page tells apart."""
