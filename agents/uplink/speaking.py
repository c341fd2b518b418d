"""What is said over a line, signed, and what came back of it, as the machines understand it."""

from datetime import datetime
from typing import Protocol, TypeVar

import msgspec

from agents.keys.key import DeviceKey
from agents.protocol.answers import NotUnderstood, read_answer
from agents.protocol.facts import encoded
from agents.protocol.messages import (
    BEGIN,
    COMPLETE,
    FAREWELL,
    REPORT,
    TUNNEL,
    Begin,
    Challenge,
    Complete,
    Enrolled,
    Farewell,
    Refusal,
    Report,
    Reported,
)
from agents.protocol.signing import Kind, signed
from agents.protocol.tunnel import TunnelAsk, TunnelGiven
from agents.uplink.line import Unreachable
from agents.uplink.telling import Facts
from agents.uplink.uplink import Say
from agents.version import VERSION

JSON, JOSE = "application/json", "application/jose"
Answer = TypeVar("Answer", bound=msgspec.Struct)


class Speaks(Protocol):
    def say(self, path: str, body: bytes, kind: str) -> tuple[int, bytes]:
        """Raises Unreachable."""


def begin(line: Speaks, said: Begin) -> Challenge | Refusal | None:
    """None, here and below: no answer, or none of a gateway."""
    return _asked(line, BEGIN, msgspec.json.encode(said), JSON, Challenge)


def complete(line: Speaks, said: Complete, key: DeviceKey) -> Enrolled | Refusal | None:
    token = signed(Kind.ENROLMENT, "", said, key.sign)
    return _asked(line, COMPLETE, token.encode(), JOSE, Enrolled)


def report(
    line: Speaks,
    say: Say,
    facts: Facts,
    request: bytes | None,
    tunnel_key: str | None,
    device: str,
    key: DeviceKey,
    at: datetime,
) -> Reported | Refusal | None:
    said = Report(
        nonce=say.nonce,
        sequence=say.sequence,
        at=at,
        facts=msgspec.Raw(encoded(facts)),
        agent=VERSION,
        request=request,
        tunnel_key=tunnel_key,
    )
    return _asked(line, REPORT, signed(Kind.REPORT, device, said, key.sign).encode(), JOSE, Reported)


def tunnel(line: Speaks, said: TunnelAsk, device: str, key: DeviceKey) -> TunnelGiven | Refusal | None:
    return _asked(line, TUNNEL, signed(Kind.TUNNEL, device, said, key.sign).encode(), JOSE, TunnelGiven)


def farewell(line: Speaks, say: Say, device: str, key: DeviceKey) -> Reported | Refusal | None:
    said = Farewell(nonce=say.nonce, sequence=say.sequence)
    return _asked(line, FAREWELL, signed(Kind.FAREWELL, device, said, key.sign).encode(), JOSE, Reported)


def _asked(line: Speaks, path: str, body: bytes, kind: str, of: type[Answer]) -> Answer | Refusal | None:
    try:
        status, answered = line.say(path, body, kind)
        return read_answer(status, answered, of)
    except (Unreachable, NotUnderstood):
        return None
