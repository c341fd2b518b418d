"""Entries of whatever happens to devices and their codes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import DeviceId, device_subject
from gateway.audit.acts import SHORT, SYSTEM
from gateway.audit.entry import Code as Happened
from gateway.audit.entry import Entry, Outcome
from gateway.audit.neutral import neutral
from gateway.audit.sparing import told
from gateway.devices.code import Code
from gateway.devices.device import Device, Leaf
from gateway.devices.history import Difference
from idp.events import NOWHERE, Actor, Origin

Details = dict[str, str | int | float | bool | list[str]]
HERSELF = Actor(SYSTEM, SYSTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who does something with a device, and from where."""

    actor: Actor
    origin: Origin = NOWHERE
    session: str = ""
    own_municipality: str = ""


def authority_founded(now: datetime, thumbprint: str) -> Entry:
    return _entry(Happened.DEVICE_AUTHORITY_FOUNDED, now, By(actor=HERSELF), {"certificate": thumbprint})


def code_issued(code: Code, by: By) -> Entry:
    details: Details = {
        **_if("of_subject", code.owner),
        "managed": code.managed,
        "until": code.expires_at.isoformat(timespec="seconds"),
        **_if("asset", code.asset),
        **_if("device_name", code.name),
    }
    return _entry(Happened.DEVICE_CODE_ISSUED, code.issued_at, by, details, code.municipality)


def enrolled(device: Device, origin: Origin) -> Entry:
    details: Details = {
        **_of(device),
        "by": device.enrolled_by.name,
        "managed": device.managed,
        "standing": device.standing.value,
        "key_kind": device.key_kind.value,
        **_if("asset", device.asset),
        **_leaf(device.leaf),
    }
    return _by_itself(Happened.DEVICE_ENROLLED, device, device.enrolled_at, origin, details)


def enrolment_refused(now: datetime, reason: str, origin: Origin, left_out: int, code: Code | None) -> Entry:
    """`code`: where it was known; of one that was used or is over it is told whose it was."""
    known: Details = {} if code is None else {**_if("of_subject", code.owner), "by": code.issued_by.name}
    return Entry(
        code=Happened.DEVICE_ENROLMENT_REFUSED,
        outcome=Outcome.REFUSED,
        at=now,
        reason=reason,
        municipality="" if code is None else code.municipality,
        address=origin.address,
        request_id=origin.request_id,
        details={**known, **told(left_out)},
    )


def reported_otherwise(
    device: Device, changed: Sequence[Difference], now: datetime, origin: Origin, *, was_stale: bool
) -> Entry:
    details: Details = {**_of(device), "differs": [str(one) for one in changed]}
    if was_stale:
        details["was_stale"] = True
    return _by_itself(Happened.DEVICE_REPORTED_OTHERWISE, device, now, origin, details)


def renewed(device: Device, leaf: Leaf, now: datetime, origin: Origin) -> Entry:
    return _by_itself(Happened.DEVICE_RENEWED, device, now, origin, {**_of(device), **_leaf(leaf)})


def report_refused(
    now: datetime, reason: str, detail: str, origin: Origin, left_out: int, device: Device | None
) -> Entry:
    """`device`: whose it says it is, where there is such a one; of a message that was not signed nothing proves it."""
    details: Details = {**_if("detail", neutral(detail, SHORT)), **told(left_out)}
    named: Details = {} if device is None else _of(device)
    return Entry(
        code=Happened.DEVICE_REPORT_REFUSED,
        outcome=Outcome.REFUSED,
        at=now,
        subject="" if device is None else device_subject(device.id),
        person="" if device is None else device.name,
        reason=reason,
        municipality="" if device is None else device.municipality,
        address=origin.address,
        request_id=origin.request_id,
        details={**named, **details},
    )


def farewell(device: Device, now: datetime, origin: Origin) -> Entry:
    return _by_itself(
        Happened.DEVICE_RETIRED, device, now, origin, {**_of(device), "by": device.name, "why": ""}
    )


def stale(device: Device, now: datetime) -> Entry:
    assert device.reported_at is not None
    last = device.reported_at.isoformat(timespec="seconds")
    details: Details = {**_of(device), "since": last}
    return _entry(Happened.DEVICE_STALE, now, By(actor=HERSELF), details, device.municipality)


def forgotten(device: Device, now: datetime) -> Entry:
    assert device.gone_at is not None
    details: Details = {
        **_of(device),
        "standing": device.standing.value,
        "since": device.gone_at.isoformat(timespec="seconds"),
    }
    return _entry(Happened.DEVICE_FORGOTTEN, now, By(actor=HERSELF), details, device.municipality)


def act(code: Happened, device: Device, by: By, now: datetime, **further: str) -> Entry:
    """What somebody did with a device; `further`: as the act's own sentence has it."""
    details: Details = {**_of(device), "by": by.actor.name, **further}
    return _entry(code, now, by, details, device.municipality)


def act_refused(
    act: str, reason: str, by: By, now: datetime, device: DeviceId | None, municipality: str
) -> Entry:
    details: Details = {"act": act, **_if("device", device)}
    made = _entry(Happened.DEVICE_ACT_REFUSED, now, by, details, municipality)
    return replace(made, outcome=Outcome.REFUSED, reason=reason)


def _of(device: Device) -> Details:
    return {"device": device.id, "device_name": device.name, **_if("of_subject", device.owner)}


def _leaf(leaf: Leaf | None) -> Details:
    if leaf is None:
        return {}
    return {"certificate": leaf.thumbprint, "until": leaf.ends_at.isoformat(timespec="seconds")}


def _if(name: str, value: str | None) -> Details:
    return {name: value} if value else {}


def _by_itself(code: Happened, device: Device, now: datetime, origin: Origin, details: Details) -> Entry:
    actor = Actor(device.name, device_subject(device.id))
    return _entry(code, now, By(actor=actor, origin=origin), details, device.municipality)


def _entry(code: Happened, now: datetime, by: By, details: Details, municipality: str = "") -> Entry:
    return Entry(
        code=code,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=by.actor.subject,
        person=by.actor.name,
        session=by.session,
        municipality=municipality,
        own_municipality=by.own_municipality,
        address=by.origin.address,
        request_id=by.origin.request_id,
        details=details,
    )
