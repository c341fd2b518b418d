"""A device reports: is it its key, the nonce we gave it, a number it has not said yet? Pure.

A report that fails any of these changes nothing. What it says of itself is hygiene; it never says who the device is.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from agents.protocol.facts import FactsRefused, decoded
from agents.protocol.messages import Report, Standing
from agents.protocol.signed import NotSigned, opened
from agents.protocol.signing import Kind
from gateway.devices.authority import Authority, Issued, RequestRefused, issue, public_key
from gateway.devices.device import Device
from gateway.devices.posture import tells_otherwise

RENEWED_FROM = 3
"""A certificate is renewed in the last third of its life."""


class Refusal(StrEnum):
    """Why a report was not taken. Values are what the log says."""

    SIGNATURE = "report_not_signed"
    GONE = "device_gone"
    """Retired or lost."""
    NONCE = "report_nonce_not_good"
    SEQUENCE = "report_out_of_order"
    FACTS = "report_facts_not_good"
    REQUEST = "device_key_not_good"


class NotTaken(Exception):
    """`tell_nonce`: the device is who it says, and may sign the same once more with the nonce of now."""

    def __init__(self, refusal: Refusal, *, tell_nonce: bool = False, detail: str = "") -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.tell_nonce = tell_nonce
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Taken:
    device: Device
    """As it is by now."""
    otherwise: bool
    """What a verdict may rest on has changed: its generation was raised."""
    issued: Issued | None = None
    """The next certificate, where it asked for one and may have it."""


def take(token: str, device: Device, by: Authority, lifetime: timedelta, nonce: str, now: datetime) -> Taken:
    """`nonce`: of its next report; `lifetime`: of a certificate. Raises NotTaken."""
    try:
        said = opened(Kind.REPORT, token, public_key(device.key), Report)
    except (NotSigned, RequestRefused) as error:
        raise NotTaken(Refusal.SIGNATURE) from error
    if device.gone:
        raise NotTaken(Refusal.GONE)
    if said.nonce != device.nonce:
        raise NotTaken(Refusal.NONCE, tell_nonce=True)
    if said.sequence <= device.sequence:
        raise NotTaken(Refusal.SEQUENCE, tell_nonce=True)
    try:
        facts = decoded(bytes(said.facts))
    except (FactsRefused, msgspec.MsgspecError) as error:
        raise NotTaken(Refusal.FACTS, detail=str(error)) from error
    issued = _renewed(said, device, by, lifetime, now)
    otherwise = tells_otherwise(device.facts, facts) or said.tunnel_key != device.tunnel_key
    reported = replace(
        device,
        agent=said.agent,
        tunnel_key=said.tunnel_key,
        nonce=nonce,
        sequence=said.sequence,
        reported_at=now,
        facts=facts,
        generation=device.generation + otherwise,
        leaf=device.leaf if issued is None else issued.leaf,
    )
    return Taken(reported, otherwise, issued)


def _renewed(
    said: Report, device: Device, by: Authority, lifetime: timedelta, now: datetime
) -> Issued | None:
    if said.request is None or device.standing is not Standing.ACTIVE:
        return None
    if device.leaf is not None and device.leaf.ends_at - now > lifetime / RENEWED_FROM:
        return None
    try:
        return issue(by, device.id, said.request, now + lifetime, now)
    except RequestRefused as error:
        raise NotTaken(Refusal.REQUEST) from error
