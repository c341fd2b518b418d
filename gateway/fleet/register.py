"""Who belongs to the fleet, as values; the entries of whatever changes that."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.fleet import NodeName, Role
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral
from gateway.audit.sparing import told

SHORT = 200  # characters kept of what a stranger says
SYSTEM = "system"


class NotJoined(StrEnum):
    """Why somebody with a code is not let in: named reasons."""

    UNKNOWN = "invitation_unknown"
    USED = "invitation_used"
    EXPIRED = "invitation_expired"
    REQUEST = "invitation_request_unusable"
    ANOTHER = "invitation_for_another_node"


@dataclass(frozen=True, slots=True)
class Membership:
    believed: frozenset[tuple[NodeName, str]]
    """Nodes with the serials of their certificates that count."""
    left: frozenset[NodeName]


@dataclass(frozen=True, slots=True)
class Admitted:
    """What a new node takes home: PEM."""

    name: NodeName
    role: Role
    certificate: bytes
    authority: bytes


def founded(now: datetime, by: str) -> Entry:
    return _entry(Code.FLEET_FOUNDED, now, by)


def invited(now: datetime, by: str, node: str, role: str, until: datetime) -> Entry:
    return _entry(Code.NODE_INVITED, now, by, node=node, role=role, until=until.isoformat(timespec="seconds"))


def joined(now: datetime, node: str, role: str, serial: str, address: str) -> Entry:
    return _entry(Code.NODE_JOINED, now, f"node:{node}", address, node=node, role=role, serial=serial)


def renewed(now: datetime, node: str, serial: str) -> Entry:
    return _entry(Code.NODE_RENEWED, now, f"node:{node}", node=node, serial=serial)


def left(now: datetime, by: str, node: str) -> Entry:
    return _entry(Code.NODE_LEFT, now, by, node=node)


def refused(now: datetime, reason: str, *, node: str, service: str, address: str, left_out: int) -> Entry:
    """A connection or a code that was not believed. `node`: whose name was shown; nothing proves it."""
    return Entry(
        code=Code.NODE_REFUSED,
        outcome=Outcome.REFUSED,
        at=now,
        reason=reason,
        address=neutral(address, SHORT),
        details={"node": neutral(node, SHORT) or "–", "service": neutral(service, SHORT), **told(left_out)},
    )


def _entry(code: Code, now: datetime, by: str, address: str = "", **details: str) -> Entry:
    return Entry(
        code=code,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=by,
        person=by,
        address=address,
        details=dict(details),
    )
