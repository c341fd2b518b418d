"""A device reports: is it its key, the nonce we gave it, a number it has not said yet? Pure.

A report that fails any of these changes nothing. What it says of itself is hygiene; it never says who the device is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import msgspec

from agents.protocol.facts import Fact, FactName, FactsRefused, decoded
from agents.protocol.messages import Farewell, Report, Standing
from agents.protocol.signed import NotSigned, opened
from agents.protocol.signing import Kind
from agents.protocol.tunnel import TunnelAsk
from gateway.audit.neutral import neutral
from gateway.devices.authority import Authority, Issued, RequestRefused, issue, public_key
from gateway.devices.device import AGENT_MAX, Device
from gateway.devices.history import differences
from gateway.devices.posture import tells_otherwise
from gateway.tunnels.keys import NoTunnelKey, TunnelKey, tunnel_key

Said = TypeVar("Said", bound=msgspec.Struct)
RENEWED_FROM = 3
"""A certificate is renewed in the last third of its life."""
CLOCK_LEEWAY = timedelta(minutes=10)
"""A clock that is farther off would not believe the next certificate either (`authority.BACK`)."""


class Refusal(StrEnum):
    """Why a report was not taken. Values are what the log says."""

    SIGNATURE = "report_not_signed"
    GONE = "device_gone"
    """Retired or lost."""
    NONCE = "report_nonce_not_good"
    SEQUENCE = "report_out_of_order"
    CLOCK = "report_time_not_good"
    """Made at another time than now: kept back, or by a clock that is wrong."""
    FACTS = "report_facts_not_good"
    REQUEST = "device_key_not_good"
    TUNNEL_KEY = "device_tunnel_key_not_good"
    TUNNEL_KEY_IN_USE = "device_tunnel_key_in_use"
    """Another device has it."""
    TOO_MANY = "device_too_many_attempts"


class NotTaken(Exception):
    """`tell_nonce`: the device is who it says, and may sign the same once more with the nonce of now."""

    def __init__(self, refusal: Refusal, *, tell_nonce: bool = False, detail: str = "") -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.tell_nonce = tell_nonce
        self.detail = detail
        self.nonce: str | None = None
        """The one of now, as whoever tells it knows."""


@dataclass(frozen=True, slots=True)
class Taken:
    device: Device
    """As it is by now."""
    otherwise: bool
    """What a verdict may rest on has changed: its generation was raised."""
    issued: Issued | None = None
    """The next certificate, where it asked for one and may have it."""


def read_report(token: str, device: Device) -> Report:
    """Raises NotTaken."""
    return _read(Kind.REPORT, token, device, Report)


def read_farewell(token: str, device: Device) -> Farewell:
    """Raises NotTaken."""
    return _read(Kind.FAREWELL, token, device, Farewell)


def read_ask(token: str, device: Device) -> TunnelAsk:
    """Raises NotTaken."""
    return _read(Kind.TUNNEL, token, device, TunnelAsk)


def ask(said: TunnelAsk, device: Device, nonce: str) -> Device:
    """It asks of its tunnel, whose key is the one it says; `said`: as `read_ask` gave it. Raises NotTaken."""
    _require_next(said, device)
    key = _tunnel_key(said.tunnel_key)
    otherwise = key != device.tunnel_key
    return replace(
        device,
        tunnel_key=key,
        nonce=nonce,
        sequence=said.sequence,
        generation=device.generation + otherwise,
    )


def take(
    said: Report, device: Device, by: Authority, lifetime: timedelta, nonce: str, now: datetime
) -> Taken:
    """`said`: as `read_report` gave it; `nonce`: of its next report; `lifetime`: of a certificate. Raises NotTaken."""
    facts = _facts_of_next(said, device, now)
    key = None if said.tunnel_key is None else _tunnel_key(said.tunnel_key)
    issued = _renewed(said, device, by, lifetime, now)
    otherwise = device.stale or tells_otherwise(device.facts, facts) or key != device.tunnel_key
    reported = replace(
        _heard(said, device, facts, nonce, now),
        tunnel_key=key,
        generation=device.generation + otherwise,
        stale=False,
    )
    return Taken(
        reported if issued is None else with_leaf(reported, issued, lifetime, now), otherwise, issued
    )


def _tunnel_key(text: str) -> TunnelKey:
    """Raises NotTaken."""
    try:
        return tunnel_key(text)
    except NoTunnelKey as error:
        raise NotTaken(Refusal.TUNNEL_KEY, detail=str(error)) from error


def unchanged(said: Report, device: Device, nonce: str, now: datetime) -> Device | None:
    """The device as `take` would make it, where the report says nothing new and asks for nothing; None: `take` has to
    say, also why it is refused.
    """
    if said.request is not None or device.stale or said.tunnel_key != device.tunnel_key:
        return None
    try:
        facts = _facts_of_next(said, device, now)
    except NotTaken:
        return None
    if tells_otherwise(device.facts, facts) or differences(device.facts, facts):
        return None
    return _heard(said, device, facts, nonce, now)


def leave(said: Farewell, device: Device, nonce: str, now: datetime) -> Device:
    """It retires itself; `said`: as `read_farewell` gave it. Raises NotTaken."""
    _require_next(said, device)
    return replace(retired(device, Standing.RETIRED, now), nonce=nonce, sequence=said.sequence)


def retired(device: Device, standing: Standing, now: datetime) -> Device:
    """`standing`: one of GONE. Nothing it has opens anything from now on."""
    return replace(
        device,
        standing=standing,
        gone_at=now,
        leaf=None,
        former=None,
        tunnel_key=None,
        generation=device.generation + 1,
    )


def with_leaf(device: Device, issued: Issued, lifetime: timedelta, now: datetime) -> Device:
    """Its next certificate. Where one was just issued and it asks again, that answer was lost: the one it was given
    before stays good beside, not the one that nobody has.
    """
    former = device.leaf if _due(device, lifetime, now) else device.former
    return replace(device, leaf=issued.leaf, former=former)


def _read(kind: Kind, token: str, device: Device, of: type[Said]) -> Said:
    try:
        return opened(kind, token, public_key(device.key), of)
    except (NotSigned, RequestRefused) as error:
        raise NotTaken(Refusal.SIGNATURE) from error


def _require_next(said: Report | Farewell | TunnelAsk, device: Device) -> None:
    """Raises NotTaken."""
    if device.gone:
        raise NotTaken(Refusal.GONE)
    if said.nonce != device.nonce:
        raise NotTaken(Refusal.NONCE, tell_nonce=True)
    if said.sequence <= device.sequence:
        raise NotTaken(Refusal.SEQUENCE, tell_nonce=True)


def _facts_of_next(said: Report, device: Device, now: datetime) -> Mapping[FactName, Fact]:
    """Raises NotTaken."""
    _require_next(said, device)
    if abs(said.at - now) > CLOCK_LEEWAY:
        raise NotTaken(Refusal.CLOCK, detail=said.at.isoformat(timespec="seconds"))
    try:
        return decoded(bytes(said.facts))
    except (FactsRefused, msgspec.MsgspecError) as error:
        raise NotTaken(Refusal.FACTS, detail=str(error)) from error


def _heard(said: Report, device: Device, facts: Mapping[FactName, Fact], nonce: str, now: datetime) -> Device:
    """What every report changes, and what `store.heard` keeps."""
    return replace(
        device,
        agent=neutral(said.agent, AGENT_MAX),
        nonce=nonce,
        sequence=said.sequence,
        reported_at=now,
        facts=facts,
    )


def _renewed(
    said: Report, device: Device, by: Authority, lifetime: timedelta, now: datetime
) -> Issued | None:
    """An agent asks when it has none, or in the last third; asks it earlier, then what was issued never arrived."""
    if said.request is None or device.standing is not Standing.ACTIVE:
        return None
    try:
        return issue(by, device.id, said.request, now + lifetime, now)
    except RequestRefused as error:
        raise NotTaken(Refusal.REQUEST) from error


def _due(device: Device, lifetime: timedelta, now: datetime) -> bool:
    return device.leaf is not None and device.leaf.ends_at - now <= lifetime / RENEWED_FROM
