"""Whose a device is when a tunnel is opened for it, and for as long as it is open. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta

from agents.protocol.messages import Standing
from config.vocabulary import DeviceId
from gateway.devices.device import Device
from gateway.sessions.session import Session
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnels.keys import NoTunnelKey, TunnelKey, tunnel_key
from policies.model import LEVELS

TWO_FACTORS = 2
CLOCKS_DIFFER_BY = timedelta(minutes=1)  # those of a machine, and of the one that takes its place


def why_not_opened(
    device: Device | None, session: Session, taken: Callable[[DeviceId, TunnelKey], bool]
) -> Why | None:
    """`taken`: whether another device has that key."""
    if device is None or device.gone:
        return Why.DEVICE_UNKNOWN
    if not owns(session, device):
        return Why.DEVICE_NOT_OWN
    if device.standing is not Standing.ACTIVE:
        return Why.DEVICE_NOT_IN_USE
    if (why := why_not_for(session, device)) is not None:
        return why
    try:
        key = tunnel_key(device.tunnel_key or "")
    except NoTunnelKey:
        return Why.KEY_MISSING
    return Why.KEY_TAKEN if taken(device.id, key) else None


def why_not_for(session: Session, device: Device) -> Why | None:
    """Why nobody opens it, or has it open, from that session."""
    if not owns(session, device):
        return Why.DEVICE_NOT_OWN
    return Why.TWO_FACTORS if LEVELS[session.acr] < TWO_FACTORS else None


def why_over(opened: Opened, device: Device | None, now: datetime) -> Why | None:
    """Whatever its session is."""
    if now >= opened.until or now < opened.at - CLOCKS_DIFFER_BY:  # set back: nobody knows how long it stands
        return Why.TOO_LONG
    if device is None or device.standing is not Standing.ACTIVE:
        return Why.DEVICE_NOT_IN_USE
    return None if device.tunnel_key == opened.key else Why.KEY_CHANGED


def owns(session: Session, device: Device) -> bool:
    """A shared one of the office is everybody's who works for its municipality."""
    if device.owner is not None:
        return device.owner == session.subject
    return device.managed and device.municipality in session.municipalities()
