"""From which enrolled device a request comes: by its tunnel or the certificate of its connection, and by nothing else.
Pure.

Laws: neither means no device, and a rule that needs one refuses; any certificate that is not the device's own, of today
and in force, refuses by a named reason, and so does an address in the tunnel that no open tunnel has; where there are
both they are of one device, and what is granted is bound to the tunnel; a session belongs to the first device that was
shown with it, and goes on neither in another one nor when that one is out of use.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from cryptography import x509

from agents.protocol.messages import Standing
from config.networks import parsed
from config.vocabulary import NO_DEVICE, DeviceId
from gateway.authorize.certificate import NONE_SHOWN
from gateway.devices.authority import NotOurs, shown
from gateway.devices.device import Device, Leaf
from gateway.devices.posture import stale_at, state_of
from gateway.devices.revocation import revocation_id
from gateway.grants.claims import Bound
from gateway.sessions.session import Session
from gateway.tunnel_sessions.opened import Opened
from policies.model import Device as State

NOT_IN_USE: dict[Standing, str] = {
    Standing.WAITING: "device_waiting",
    Standing.BLOCKED: "device_blocked",
    Standing.RETIRED: "device_retired",
    Standing.LOST: "device_lost",
}
OF_CERTIFICATE = "device_"
"""Before the reasons of `gateway.devices.authority`."""
EXPIRED, REVOKED = f"{OF_CERTIFICATE}certificate_expired", f"{OF_CERTIFICATE}certificate_revoked"
ANOTHER = "session_of_another_device"
NO_TUNNEL, OF_TWO = "device_tunnel_not_open", "device_certificate_of_another_device"
ANOTHERS_TUNNEL = "device_tunnel_of_another_person"


class Known(Protocol):
    """What is needed of the memory of devices: `gateway.devices.known.Known`."""

    def by_id(self, name: DeviceId, /) -> Device | None: ...

    def by_thumbprint(self, thumbprint: str, /) -> Device | None: ...


class NobodysDevices:
    """Where none are enrolled."""

    def by_id(self, _: DeviceId, /) -> Device | None:
        return None

    def by_thumbprint(self, _: str, /) -> Device | None:
        return None


def nobody() -> Sequence[x509.Certificate]:
    return ()


TunnelAt = Callable[[str, datetime], Opened | None]


def no_tunnel(_address: str, _now: datetime) -> Opened | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """Of this installation, in memory."""

    known: Known
    authorities: Callable[[], Sequence[x509.Certificate]]
    """Who certifies devices, those before a rotation too; none where no connection is asked for a certificate."""
    fresh: timedelta
    """How old a report may be for its facts to count."""
    tunnel: TunnelAt = no_tunnel
    """Which is open, and lets packets through, of the device with that address in it."""


NO_DEVICES = Devices(known=NobodysDevices(), authorities=nobody, fresh=timedelta())


@dataclass(frozen=True, slots=True)
class Shown:
    """By a connection. `certificate`: the leaf, PEM with URL escapes; `thumbprint`: where that alone is known."""

    certificate: str = "-"
    thumbprint: str = ""
    in_tunnel: str = ""
    """The device's address, where the connection came through a tunnel; Envoy's word by which listener it came."""


@dataclass(frozen=True, slots=True)
class Through:
    """An open tunnel, and by which of the device's addresses in it a connection came."""

    opened: Opened
    address: str


@dataclass(frozen=True, slots=True)
class InUse:
    """A device, as it proved to be by its open tunnel, or a certificate that is in force."""

    device: Device
    by: Leaf | Through

    @property
    def tunnel(self) -> Opened | None:
        return self.by.opened if isinstance(self.by, Through) else None

    @property
    def ends_at(self) -> datetime:
        """When it is known no more."""
        return self.by.opened.until if isinstance(self.by, Through) else self.by.ends_at

    @property
    def bound(self) -> Bound:
        """What a grant is bound to that was decided with it."""
        word = revocation_id(self.device)
        if isinstance(self.by, Through):
            return Bound(revocation_id=word, tunnel=self.by.address)
        return Bound(revocation_id=word, thumbprint=self.by.thumbprint)


def of_connection(said: Shown, devices: Devices, now: datetime) -> InUse | str | None:
    """None: it proves none. A text: why what was shown stands for no device."""
    certified = _by_certificate(said, devices, now)
    if not said.in_tunnel or isinstance(certified, str):
        return certified
    opened = devices.tunnel(said.in_tunnel, now)
    device = None if opened is None else devices.known.by_id(opened.device)
    if opened is None or device is None:
        return NO_TUNNEL
    if certified is not None and certified.device.id != device.id:
        return OF_TWO
    return NOT_IN_USE.get(device.standing) or InUse(device, Through(opened, said.in_tunnel))


def opened_at(said: Shown, devices: Devices, now: datetime) -> str | None:
    """Where the device is by whose tunnel a connection came: what decisions and the log call its place."""
    opened = devices.tunnel(said.in_tunnel, now) if said.in_tunnel else None
    return None if opened is None else opened.place


def place_behind(address: str, devices: Devices, now: datetime) -> str | None:
    """Where the device is whose open tunnel has the address that a request came from; None: it is nobody's."""
    here = parsed(address)
    return None if here is None else opened_at(Shown(in_tunnel=str(here)), devices, now)


def seen_from(address: str, devices: Devices, now: datetime) -> str:
    """The place of whoever asks from there, through a tunnel or not."""
    return place_behind(address, devices, now) or address


def _by_certificate(said: Shown, devices: Devices, now: datetime) -> InUse | str | None:
    authorities = devices.authorities()
    if not authorities or (said.certificate in NONE_SHOWN and not said.thumbprint):
        return None
    named, thumbprint = None, said.thumbprint
    if not thumbprint:
        try:
            leaf_shown = shown(said.certificate, authorities, now)
        except NotOurs as refused:
            return OF_CERTIFICATE + refused.reason
        named, thumbprint = devices.known.by_id(leaf_shown.device), leaf_shown.thumbprint
    device = devices.known.by_thumbprint(thumbprint)
    leaf = _leaf(device, thumbprint)
    if device is None or leaf is None:
        return REVOKED if named is None else NOT_IN_USE.get(named.standing, REVOKED)
    if now > leaf.ends_at:
        return EXPIRED
    return NOT_IN_USE.get(device.standing) or InUse(device, leaf)


def belongs_elsewhere(session: Session, here: InUse) -> bool:
    """A session goes on in no other device than its first: it was carried there."""
    return session.enrolled not in (NO_DEVICE, here.device.id)


def out_of_use(name: DeviceId, devices: Devices) -> str | None:
    """Why nobody goes on in that device, whatever a connection shows; None where it may be."""
    device = devices.known.by_id(name) if name else None
    return None if device is None else NOT_IN_USE.get(device.standing)


def facts_of_device(name: DeviceId, devices: Devices, now: datetime) -> State | None:
    device = devices.known.by_id(name) if name else None
    return None if device is None else state_of(device, devices.fresh, now)


def device_changes_at(name: DeviceId, devices: Devices, now: datetime) -> datetime | None:
    """When time alone makes its report too old."""
    device = devices.known.by_id(name) if name else None
    return None if device is None else stale_at(device, devices.fresh, now)


def _leaf(device: Device | None, thumbprint: str) -> Leaf | None:
    return (
        None if device is None else next((one for one in device.leaves if one.thumbprint == thumbprint), None)
    )
