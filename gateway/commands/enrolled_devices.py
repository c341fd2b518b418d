"""Devices with agents in the running product, which remembers them: put together."""

from gateway.commands.control_plane import ControlPlane


async def look_at_devices(plane: ControlPlane) -> None:
    """What changed of devices, here or elsewhere, is what decisions go by from now on."""
    plane.devices.take(await plane.state.devices.since(plane.devices.read_to))
