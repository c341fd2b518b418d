"""A device as commands tell of it: in a line, and for programs. Pure."""

from datetime import datetime, timedelta

from agents.protocol.checks import Check, passes
from config.vocabulary import Language, SubjectId
from gateway.devices.device import Device
from gateway.devices.named import STANDINGS
from gateway.devices.posture import is_fresh
from gateway.web.devices.listing import health
from idp.directory.person import Person

TIMES = frozenset({"enrolled_at", "approved_at", "certificate_until", "reported_at"})
"""Of what is told: those for which people want the clock of the office."""


def told(one: Device, fresh: timedelta, now: datetime) -> dict[str, object]:
    """For programs: times in ISO 8601, values as the log has them; `state` as the administrators' page has it.
    `fresh`: how old a report may be.
    """
    return {
        "device": one.id,
        "name": one.name,
        "municipality": one.municipality,
        "owner": one.owner,
        "managed": one.managed,
        "asset": one.asset,
        "standing": one.standing.value,
        "state": health(one, fresh, now).value,
        "key_kind": one.key_kind.value,
        "agent": one.agent,
        "enrolled_at": one.enrolled_at.isoformat(),
        "enrolled_by": one.enrolled_by.name,
        "approved_at": _moment(one.approved_at),
        "approved_by": None if one.approved_by is None else one.approved_by.name,
        "certificate": None if one.leaf is None else one.leaf.thumbprint,
        "certificate_until": None if one.leaf is None else one.leaf.ends_at.isoformat(),
        "reported_at": _moment(one.reported_at),
        "fresh": is_fresh(one, fresh, now),
        "failing": failing(one),
        "facts": {name.value: fact.value for name, fact in sorted(one.facts.items())},
    }


def owner_told(owner: Person | None) -> dict[str, object]:
    """Beside the identifier; both are null where nobody is known by it, and of shared devices."""
    return {
        "owner_login": None if owner is None else owner.login,
        "owner_name": None if owner is None else owner.name,
    }


def called(subject: SubjectId | None, owner: Person | None) -> str:
    """For people; the identifier alone where nobody is known by it, and nothing of shared devices."""
    return (subject or "") if owner is None else f"{owner.login}, {owner.name}"


def failing(one: Device) -> list[str]:
    return [check.value for check in Check if passes(check, one.facts) is False]


def said(one: Device) -> str:
    """What has become of it."""
    standing = STANDINGS[one.standing].in_language(Language.ENGLISH)
    return f"{one.name} ({one.id}): {standing}{', managed' if one.managed else ''}"


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
