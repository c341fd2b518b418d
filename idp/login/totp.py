"""One-time codes by time (RFC 6238): six digits, SHA-1, 30 seconds, each code once.

A telephone's clock may be off. The step it was off at its last code is remembered (RFC 6238 §6), and the next code is
looked for one step around that and around our own clock, never more than `DRIFT_MAX` from it: five at most are right.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime

import pyotp

from idp.login.entered import code_digits

STEP = 30  # seconds, RFC 6238 §5.2
AROUND = 1  # steps either way of where the clock was last
DRIFT_MAX = 3  # steps, a minute and a half: a clock further off is to be set right
SECRET_TEXT = re.compile(r"[A-Z2-7]{32,128}")  # base32 of 160 bits and more, RFC 4226 §4 R6


class SecretUnusable(Exception):
    """A one-time-code secret is not base32 of at least 160 bits."""

    def __init__(self) -> None:
        super().__init__(
            "a one-time-code secret is not base32 of 160 bits or more; make it with totp.new_secret()"
        )


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """Shared secret of a person's authenticator."""

    base32: str

    def __post_init__(self) -> None:
        if not SECRET_TEXT.fullmatch(self.base32):
            raise SecretUnusable

    def __repr__(self) -> str:
        return "Secret(…)"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A person's confirmed factor. `counter` is the last time step a code was accepted for."""

    secret: Secret
    counter: int
    drift: int = 0
    """Steps its clock was off when that code was accepted (RFC 6238 §6)."""


@dataclass(frozen=True, slots=True)
class Accepted:
    counter: int
    drift: int
    """Steps the telephone's clock is off now."""


@dataclass(frozen=True, slots=True)
class Wrong:
    pass


@dataclass(frozen=True, slots=True)
class Replayed:
    """Right for a time step that was used already (RFC 6238 §5.2: a code is accepted once)."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Not six digits."""


def new_secret() -> Secret:
    """160 random bits, as RFC 4226 §4 recommends."""
    return Secret(pyotp.random_base32(32))


def match(
    secret: Secret, typed: str, now: datetime, last: int = -1, drift: int = 0
) -> Accepted | Wrong | Replayed | Unusable:
    """Compare `typed` with the codes of the steps around `now` and `drift`; `last`: the last accepted counter."""
    digits = code_digits(typed)
    if digits is None:
        return Unusable()
    generator = pyotp.TOTP(secret.base32)
    present = int(now.timestamp()) // STEP
    # every step is computed and compared, so that the time does not tell which one matched
    right = [
        step for step in window(present, drift) if hmac.compare_digest(generator.generate_otp(step), digits)
    ]
    if not right:
        return Wrong()
    unused = [step for step in right if step > last]
    return Accepted(unused[0], unused[0] - present) if unused else Replayed()


def window(present: int, drift: int) -> range:
    """Steps whose codes are taken at the step `present` of a telephone whose clock was `drift` steps off."""
    first = max(
        0, present - DRIFT_MAX, present + min(0, drift) - AROUND
    )  # who typed late was no clock's fault
    last = min(present + DRIFT_MAX, present + max(0, drift) + AROUND)
    return range(first, last + 1)


def provisioning_address(secret: Secret, login: str, issuer: str) -> str:
    """The `otpauth:` address that authenticator applications read from a QR code."""
    return pyotp.TOTP(secret.base32).provisioning_uri(name=login, issuer_name=issuer)
