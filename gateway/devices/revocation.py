"""What takes grants that are bound to a device back: a word in them that is put on the revoked list. Pure."""

from gateway.devices.device import Device

BEGINS = "~"
"""No session's revocation id begins so."""


def revocation_id(device: Device) -> str:
    """`~<device>.<generation>`: another one after each change that a verdict may rest on."""
    return f"{BEGINS}{device.id}.{device.generation}"


def revoked_by(changed: Device) -> str:
    """What the change to `changed` has taken back."""
    return f"{BEGINS}{changed.id}.{changed.generation - 1}"
