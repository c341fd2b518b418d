"""How a device becomes known: a code, a challenge, a proof. Pure; whoever calls keeps what is returned.

    begin(code, key) → challenge          the code stays unspent, and the challenge is for that key alone
    complete(proof by the key) → device   the code is spent in the transaction that keeps the device

Doubt refuses, and a stranger learns no more of a code than that it does not serve.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from agents.protocol.messages import Begin, Complete, Standing
from agents.protocol.signed import NotSigned, opened, unverified
from agents.protocol.signing import Kind
from config.vocabulary import DeviceId
from gateway.audit.neutral import neutral
from gateway.devices.authority import Authority, Issued, RequestRefused, issue, public_key
from gateway.devices.code import CHALLENGE_LIFETIME, Challenge, Code
from gateway.devices.device import AGENT_MAX, NAME_MAX, Device
from gateway.tunnels.keys import NoTunnelKey, tunnel_key


class Refusal(StrEnum):
    """Why no device was enrolled. Values are what the log says."""

    CODE = "device_code_not_good"
    """Unknown, used, expired: a stranger is not told which."""
    CHALLENGE = "device_challenge_not_good"
    PROOF = "device_proof_not_good"
    KEY = "device_key_not_good"
    KEY_IN_USE = "device_key_in_use"
    TUNNEL_KEY = "device_tunnel_key_not_good"
    TUNNEL_KEY_IN_USE = "device_tunnel_key_in_use"
    ASSET = "device_asset_differs"
    NOT_UNDERSTOOD = "device_message_not_understood"
    TOO_MANY = "device_too_many_attempts"


class NotEnrolled(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Of the configuration."""

    certificate: timedelta
    approval: bool
    """An administrator has to approve what a person enrolled."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    device: Device
    code: Code
    """Spent."""
    issued: Issued | None
    """None while it waits for approval."""


def begin(said: Begin, code: Code | None, nonce: str, now: datetime) -> Code:
    """The code with its challenge; another takes the place of one before it. Raises NotEnrolled."""
    if code is None or not code.good(now):
        raise NotEnrolled(Refusal.CODE)
    try:
        public_key(said.key)
    except RequestRefused as error:
        raise NotEnrolled(Refusal.KEY) from error
    expires_at = min(now + CHALLENGE_LIFETIME, code.expires_at)
    return replace(code, challenge=Challenge(nonce=nonce, key=said.key, expires_at=expires_at))


def read_proof(token: str) -> Complete:
    """By the key that the message names itself; it is held against the challenge in `complete`. Raises NotEnrolled."""
    try:
        claimed = unverified(token, Complete).key
        return opened(Kind.ENROLMENT, token, public_key(claimed), Complete)
    except (NotSigned, RequestRefused) as error:
        raise NotEnrolled(Refusal.PROOF) from error


def complete(
    proof: Complete, code: Code | None, by: Authority, terms: Terms, new: tuple[DeviceId, str], now: datetime
) -> Enrolment:
    """`proof`: as `read_proof` gave it; `new`: the device's name among devices, and the nonce of its first report.

    Raises NotEnrolled. That no other device has the key is for the caller to see, in the same transaction.
    """
    if code is None or not code.good(now):
        raise NotEnrolled(Refusal.CODE)
    asked = code.challenge
    if asked is None or now >= asked.expires_at or (asked.nonce, asked.key) != (proof.nonce, proof.key):
        raise NotEnrolled(Refusal.CHALLENGE)
    if code.asset is not None and proof.asset != code.asset:
        raise NotEnrolled(Refusal.ASSET)
    id_, nonce = new
    waits = terms.approval and not code.managed
    try:
        issued = issue(by, id_, proof.request, now + terms.certificate, now)
    except RequestRefused as error:
        raise NotEnrolled(Refusal.KEY) from error
    try:
        key = None if proof.tunnel_key is None else tunnel_key(proof.tunnel_key)
    except NoTunnelKey as error:
        raise NotEnrolled(Refusal.TUNNEL_KEY) from error
    device = Device(
        id=id_,
        name=code.name or neutral(proof.name, NAME_MAX),
        municipality=code.municipality,
        owner=code.owner,
        asset=None if proof.asset is None else neutral(proof.asset, NAME_MAX),
        managed=code.managed,
        key=proof.key,
        key_kind=proof.key_kind,
        agent=neutral(proof.agent, AGENT_MAX),
        standing=Standing.WAITING if waits else Standing.ACTIVE,
        approved_at=None if waits else now,
        approved_by=code.issued_by if code.managed else None,
        enrolled_at=now,
        enrolled_by=code.issued_by,
        leaf=None if waits else issued.leaf,
        tunnel_key=key,
        nonce=nonce,
    )
    spent = replace(code, used_at=now, challenge=None)
    return Enrolment(device, spent, None if waits else issued)
