"""Whose a device is when a tunnel is opened for it, and for as long as it is open. Pure."""

from gateway.devices.device import Device
from gateway.sessions.session import Session
from gateway.tunnel_sessions.opened import Why
from policies.model import LEVELS

TWO_FACTORS = 2


def why_not_for(session: Session, device: Device) -> Why | None:
    """Why nobody opens it, or has it open, from that session."""
    if not owns(session, device):
        return Why.DEVICE_NOT_OWN
    return Why.TWO_FACTORS if LEVELS[session.acr] < TWO_FACTORS else None


def owns(session: Session, device: Device) -> bool:
    """A shared one of the office is everybody's who works for its municipality."""
    if device.owner is not None:
        return device.owner == session.subject
    return device.managed and device.municipality in session.municipalities()
