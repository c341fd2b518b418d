"""What people do with a device that is enrolled. Pure: the device before goes in, the one after comes out.

    waiting --approve--> active <--unblock-- blocked          (blocked before it was approved, it waits again)
    waiting --turn down--> gone, for good
    waiting, active, blocked --retire, lose--> gone, for good

All raise ActRefused.
"""

from dataclasses import replace
from datetime import datetime

from agents.protocol.messages import Standing
from config.unseen import is_seen
from config.vocabulary import SubjectId
from gateway.devices.device import NAME_MAX, Device
from gateway.devices.refused import ActRefused, Why
from gateway.devices.reporting import retired
from idp.events import Actor

WHY_MAX = 500  # characters of a reason


def approve(device: Device, by: Actor, now: datetime) -> Device:
    _require_waiting(device)
    return _anew(replace(device, standing=Standing.ACTIVE, approved_at=now, approved_by=by))


def turn_down(device: Device, now: datetime) -> Device:
    """Nobody is going to approve it."""
    _require_waiting(device)
    return retired(device, Standing.RETIRED, now)


def rename(device: Device, name: str) -> Device:
    _require_here(device)
    if not readable(name, NAME_MAX):
        raise ActRefused(Why.NAME)
    return replace(device, name=name.strip())


def block(device: Device) -> Device:
    _require_here(device)
    if device.standing is Standing.BLOCKED:
        raise ActRefused(Why.NOT_IN_USE)
    return _anew(replace(device, standing=Standing.BLOCKED))


def unblock(device: Device) -> Device:
    _require_here(device)
    if device.standing is not Standing.BLOCKED:
        raise ActRefused(Why.NOT_BLOCKED)
    standing = Standing.WAITING if device.approved_at is None else Standing.ACTIVE
    return _anew(replace(device, standing=standing))


def retire(device: Device, now: datetime) -> Device:
    _require_here(device)
    return retired(device, Standing.RETIRED, now)


def lose(device: Device, now: datetime) -> Device:
    """One that was retired may turn out to be lost; it stays as gone as it was."""
    if device.standing is Standing.LOST:
        raise ActRefused(Why.GONE)
    return retired(device, Standing.LOST, now)


def take_over(device: Device, asset: str | None, by: Actor, now: datetime) -> Device:
    """As the office's own; `asset`: its serial number where the agent could read none. Whoever does it approves it."""
    _require_here(device)
    if device.managed:
        raise ActRefused(Why.MANAGED)
    known = device.asset or (asset or "").strip()
    if not readable(known, NAME_MAX):
        raise ActRefused(Why.ASSET)
    waits = device.standing is Standing.WAITING
    return _anew(
        replace(
            device,
            managed=True,
            asset=known,
            standing=Standing.ACTIVE if waits else device.standing,
            approved_at=device.approved_at or now,
            approved_by=by if device.approved_at is None else device.approved_by,
        )
    )


def hand_over(device: Device, owner: SubjectId) -> Device:
    """To another person; what it is in the office stays."""
    _require_here(device)
    if device.owner == owner:
        raise ActRefused(Why.SAME_OWNER)
    return _anew(replace(device, owner=owner))


def silent(device: Device) -> Device:
    """Its reports ceased. What a verdict rests on changed with the hour, and is not changed by writing it down."""
    return replace(device, stale=True)


def readable(text: str, most: int) -> bool:
    return 0 < len(text.strip()) <= most and is_seen(text.strip())


def _require_waiting(device: Device) -> None:
    _require_here(device)
    if device.standing is not Standing.WAITING:
        raise ActRefused(Why.NOT_WAITING)


def _require_here(device: Device) -> None:
    if device.gone:
        raise ActRefused(Why.GONE)


def _anew(device: Device) -> Device:
    return replace(device, generation=device.generation + 1)
