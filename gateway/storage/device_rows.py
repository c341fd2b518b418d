"""Rows of devices and of codes that enrol them, and what they mean."""

from typing import Any

import msgspec

from agents.protocol.facts import Fact, FactName, FactsRefused, decoded, encoded
from agents.protocol.messages import KeyKind, Standing
from config.vocabulary import DeviceId, MunicipalityCode, SubjectId
from gateway.devices.code import Challenge, Code
from gateway.devices.device import Device, Leaf
from gateway.devices.history import Change, Difference
from gateway.storage.moment import micros, micros_or_none, moment_of, moment_or_none
from idp.events import Actor


def device_row(device: Device, version: int) -> dict[str, Any]:
    return {
        "id": device.id,
        "name": device.name,
        "municipality": device.municipality,
        "owner": device.owner,
        "asset": device.asset,
        "managed": device.managed,
        "key": device.key,
        "key_kind": device.key_kind.value,
        "agent": device.agent,
        "standing": device.standing.value,
        "enrolled_at": micros(device.enrolled_at),
        "enrolled_by": device.enrolled_by.name,
        "enrolled_by_subject": device.enrolled_by.subject,
        "approved_at": micros_or_none(device.approved_at),
        "approved_by": device.approved_by and device.approved_by.name,
        "approved_by_subject": device.approved_by and device.approved_by.subject,
        "gone_at": micros_or_none(device.gone_at),
        **_leaf_row("leaf", device.leaf),
        **_leaf_row("former", device.former),
        "tunnel_key": device.tunnel_key,
        "nonce": device.nonce,
        "sequence": device.sequence,
        "reported_at": micros_or_none(device.reported_at),
        "facts": encoded(device.facts).decode(),
        "generation": device.generation,
        "stale": device.stale,
        "version": version,
    }


def heard_values(device: Device) -> tuple[str, str, int, int | None, str]:
    """What every report changes: agent, nonce, number, when it came, facts."""
    facts = encoded(device.facts).decode()
    return device.agent, device.nonce, device.sequence, micros_or_none(device.reported_at), facts


def device_of_row(row: Any) -> Device:
    return Device(
        id=DeviceId(row.id),
        name=row.name,
        municipality=MunicipalityCode(row.municipality),
        owner=None if row.owner is None else SubjectId(row.owner),
        asset=row.asset,
        managed=bool(row.managed),
        key=row.key,
        key_kind=KeyKind(row.key_kind),
        agent=row.agent,
        standing=Standing(row.standing),
        enrolled_at=moment_of(row.enrolled_at),
        enrolled_by=Actor(row.enrolled_by, row.enrolled_by_subject),
        approved_at=moment_or_none(row.approved_at),
        approved_by=_actor_or_none(row.approved_by, row.approved_by_subject),
        gone_at=moment_or_none(row.gone_at),
        leaf=_leaf(row, "leaf"),
        former=_leaf(row, "former"),
        tunnel_key=row.tunnel_key,
        nonce=row.nonce,
        sequence=row.sequence,
        reported_at=moment_or_none(row.reported_at),
        facts=_facts(row.facts),
        generation=row.generation,
        stale=bool(row.stale),
        version=row.version,
    )


def code_row(code: Code) -> dict[str, Any]:
    asked = code.challenge
    return {
        "municipality": code.municipality,
        "owner": code.owner,
        "managed": code.managed,
        "asset": code.asset,
        "name": code.name,
        "issued_by": code.issued_by.name,
        "issued_by_subject": code.issued_by.subject,
        "issued_at": micros(code.issued_at),
        "expires_at": micros(code.expires_at),
        "used_at": micros_or_none(code.used_at),
        "challenge_nonce": asked and asked.nonce,
        "challenge_key": asked and asked.key,
        "challenge_ends_at": asked and micros(asked.expires_at),
    }


def code_of_row(row: Any) -> Code:
    asked = None
    if row.challenge_nonce is not None:
        expires_at = moment_of(row.challenge_ends_at)
        asked = Challenge(nonce=row.challenge_nonce, key=row.challenge_key, expires_at=expires_at)
    return Code(
        municipality=MunicipalityCode(row.municipality),
        owner=None if row.owner is None else SubjectId(row.owner),
        managed=bool(row.managed),
        asset=row.asset,
        name=row.name,
        issued_by=Actor(row.issued_by, row.issued_by_subject),
        issued_at=moment_of(row.issued_at),
        expires_at=moment_of(row.expires_at),
        used_at=moment_or_none(row.used_at),
        challenge=asked,
    )


def change_row(device: DeviceId, number: int, change: Change) -> dict[str, Any]:
    told = [(one.of, one.before, one.after) for one in change.differences]
    said = msgspec.json.encode(told).decode()
    return {"device": device, "number": number, "at": micros(change.at), "differences": said}


def change_of_row(row: Any) -> Change:
    told = msgspec.json.decode(row.differences, type=list[tuple[str, str, str]])
    return Change(moment_of(row.at), tuple(Difference(*one) for one in told))


def _actor_or_none(name: str | None, subject: str | None) -> Actor | None:
    return None if name is None or subject is None else Actor(name, subject)


def _leaf_row(which: str, leaf: Leaf | None) -> dict[str, Any]:
    return {
        f"{which}_serial": None if leaf is None else f"{leaf.serial:x}",
        f"{which}_thumbprint": None if leaf is None else leaf.thumbprint,
        f"{which}_ends_at": None if leaf is None else micros(leaf.ends_at),
    }


def _leaf(row: Any, which: str) -> Leaf | None:
    serial, thumbprint, ends_at = (
        getattr(row, f"{which}_{part}") for part in ("serial", "thumbprint", "ends_at")
    )
    return (
        None
        if serial is None
        else Leaf(serial=int(serial, 16), thumbprint=thumbprint, ends_at=moment_of(ends_at))
    )


def _facts(text: str) -> dict[FactName, Fact]:
    """What another version wrote and this one cannot read is not known."""
    try:
        return decoded(text.encode())
    except FactsRefused:
        return {}
