"""A tunnel that a person opened for a device: bound to the person's session and to that device. Values only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from config.vocabulary import DeviceId, MunicipalityCode, SessionId, SubjectId
from gateway.tunnels.connections import FlowId
from gateway.tunnels.keys import TunnelKey
from gateway.tunnels.peers import Address
from gateway.tunnels.permits import Target

TunnelId = NewType("TunnelId", str)
"""22 characters, base64url of 128 random bits. Not a credential."""


class Why(StrEnum):
    """Why a tunnel was closed, or not opened; the same word on the page, in the log, on the device and in the tests."""

    CLOSED_BY_PERSON = "tunnel_closed_by_person"
    CLOSED_BY_DEVICE = "tunnel_closed_by_device"
    OPENED_ANEW = "tunnel_opened_anew"
    """By the same or another person, for the same device."""
    TOO_LONG = "tunnel_too_long"
    SESSION_OVER = "tunnel_session_over"
    DEVICE_UNKNOWN = "tunnel_device_unknown"
    DEVICE_NOT_OWN = "tunnel_device_not_own"
    DEVICE_NOT_IN_USE = "tunnel_device_not_in_use"
    """Waiting, blocked, retired or lost."""
    KEY_MISSING = "tunnel_key_missing"
    """The device has not told the key of its tunnel yet."""
    KEY_TAKEN = "tunnel_key_taken"
    """Another device has the same: one of the two is a copy."""
    KEY_CHANGED = "tunnel_key_changed"
    TWO_FACTORS = "tunnel_two_factors"
    NO_ADDRESS = "tunnel_no_address"
    NOT_OPENED = "tunnel_not_opened"
    AWAY = "tunnel_process_away"
    """What keeps tunnels is not there at this moment."""
    UNKNOWN_TARGET = "tunnel_target_unknown"
    """Where a device tried to go is no target at all."""
    TOO_MANY = "tunnel_too_many"
    """It may go there, and begins more connections than a device may, or has more."""
    TWO_PLACES = "tunnel_two_places"
    """Packets of the tunnel come from elsewhere than what its device signs: one of the two is a copy."""
    DEVICE_SILENT = "tunnel_device_silent"
    """It has not asked lately, or not yet, so nobody knows where it is: open, and nothing is reached."""
    PLACE_UNSETTLED = "tunnel_place_unsettled"
    """It asks from elsewhere each time; likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Times are aware, UTC."""

    id: TunnelId
    device: DeviceId
    key: TunnelKey
    addresses: frozenset[Address]
    subject: SubjectId
    login: str
    session: SessionId
    municipality: MunicipalityCode | None
    """For which the person acted then."""
    address: str
    """From where it was opened."""
    at: datetime
    until: datetime
    """At the latest; the session may end before."""
    device_address: str | None = None
    """From where the device last asked; None: it has not asked since then."""

    @property
    def place(self) -> str:
        """What policies and the log are told."""
        return self.device_address or self.address


@dataclass(frozen=True, slots=True)
class Line:
    """By what a connection is known: the kernel uses its numbers again."""

    flow: FlowId
    device: Address
    port: int
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A connection that is open, as far as the log knows, and whose it is."""

    line: Line
    at: datetime
    tunnel: Opened
    target: str
    """Id of the target in the configuration; empty where it has none any more."""
