"""A code that enrols one device, once: who may use it, for what kind of device, until when. Pure, but for chance."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.vocabulary import MunicipalityCode, SubjectId
from idp.events import Actor

LIFETIME_MAX = timedelta(minutes=15)
CHALLENGE_LIFETIME = timedelta(minutes=2)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter that looks like another sign
LENGTH = 16  # 80 bits: what is kept of it is a keyed hash, which nobody searches
GROUP = 4
LOOKS_LIKE = str.maketrans("OIL", "011", "- ")


def new_code() -> str:
    """As people copy it: four groups of four."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(drawn[begin : begin + GROUP] for begin in range(0, LENGTH, GROUP))


def plain(text: str) -> str:
    """As it is kept, however somebody wrote it; what is no code is the same as one that nobody knows."""
    return text.upper().translate(LOOKS_LIKE)


def line_to_type(address: str, code: str) -> str:
    """In a terminal of the device. `address`: where agents enrol, an origin."""
    return f"sudo brana-agent enrol {address} {code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """To the agent that said the code: it has to prove that it has `key`."""

    nonce: str
    key: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What is kept beside the keyed hash of the code itself."""

    municipality: MunicipalityCode
    owner: SubjectId | None
    """Whose device it is going to be; None: a shared one, which only an administrator enrols."""
    managed: bool
    """The office's own. A person's code makes none."""
    asset: str | None
    """What the device's serial number has to be, where the office has registered it before."""
    name: str | None
    """What it is going to be called; None: as the device calls itself."""
    issued_by: Actor
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    challenge: Challenge | None = None

    def good(self, now: datetime) -> bool:
        return self.used_at is None and self.issued_at <= now < self.expires_at
