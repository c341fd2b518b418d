"""A device of an office or of a person, as the gateway knows it. Values only.

Its key is who it is; what it reports is how it fares. A device that an office owns is managed; one that its person
enrolled is not, until an administrator takes it over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import KeyKind, Standing
from config.vocabulary import DeviceId, MunicipalityCode, SubjectId
from idp.events import Actor

GONE = frozenset({Standing.RETIRED, Standing.LOST})
"""From there a device never comes back; whoever finds it enrols it anew, with a new key."""
NAME_MAX, AGENT_MAX = 80, 40  # characters, as the messages have them


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """The client certificate that stands for a device."""

    serial: int
    thumbprint: str
    """SHA-256 of its DER, 64 hexadecimal digits in lower case."""
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Times are aware, UTC, by the gateway's clock."""

    id: DeviceId
    name: str
    municipality: MunicipalityCode
    owner: SubjectId | None
    """To whom it was given; a shared one has none."""
    asset: str | None
    """Serial number of the hardware, as the agent read it; None: none that can be believed."""
    managed: bool
    key: bytes = field(repr=False)
    """SubjectPublicKeyInfo of the P-256 key it signs with (RFC 5480 §2)."""
    key_kind: KeyKind
    agent: str
    standing: Standing
    enrolled_at: datetime
    enrolled_by: Actor
    approved_at: datetime | None = None
    """None: nobody has yet."""
    approved_by: Actor | None = None
    """None: nobody had to, or an older version did not keep it."""
    gone_at: datetime | None = None
    """Since when it was retired or lost; of what is gone None where an older version did not keep it."""
    leaf: Leaf | None = None
    """The newest. None: it was never approved, or its certificate was taken away."""
    former: Leaf | None = None
    """The one before: it is good to its own end, as the answer with the newest may have been lost."""
    tunnel_key: str | None = None
    nonce: str = field(repr=False)
    """What its next message has to say."""
    sequence: int = 0
    reported_at: datetime | None = None
    facts: Mapping[FactName, Fact] = field(default_factory=dict)
    generation: int = 1
    """Grants carry it: raised whenever anything changes that a verdict may rest on."""
    stale: bool = False
    """It was recorded that its reports ceased, and none has come since."""
    version: int = 0
    """Of all devices' changes this is the newest here; 0: it was not kept yet."""

    @property
    def gone(self) -> bool:
        return self.standing in GONE

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Those that stand for it, each to its own end."""
        return tuple(one for one in (self.leaf, self.former) if one is not None)
