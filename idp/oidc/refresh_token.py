"""The form of a refresh token: a name that all tokens of one family share, and a secret that each use replaces.

So one row knows every token the family ever had: what has its name and another secret was replaced, or made up by
somebody who had one.
"""

import hmac
from dataclasses import dataclass

from idp.login.handle import Handle, HandleHash, hashed, new_handle, read_handle

OFFLINE_ACCESS = "offline_access"  # the scope that asks for one, OpenID Connect Core 1.0 §11


@dataclass(frozen=True, slots=True)
class Parts:
    """Hashes of both: nothing else of a token is kept."""

    family: HandleHash
    secret: HandleHash

    def has(self, secret: HandleHash) -> bool:
        return hmac.compare_digest(self.secret, secret)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """Shows neither part."""

    family: Handle
    secret: Handle

    def __repr__(self) -> str:
        return "RefreshToken(…)"

    def text(self) -> str:
        return f"{self.family}.{self.secret}"

    def parts(self) -> Parts:
        return Parts(hashed(self.family), hashed(self.secret))

    def next(self) -> "RefreshToken":
        """The one that replaces it."""
        return RefreshToken(self.family, new_handle())


def new_family() -> RefreshToken:
    return RefreshToken(new_handle(), new_handle())


def read(text: str | None) -> RefreshToken | None:
    """None for what cannot be one."""
    family, _, secret = (text or "").partition(".")
    parts = read_handle(family), read_handle(secret)
    return None if parts[0] is None or parts[1] is None else RefreshToken(parts[0], parts[1])
