"""Programs at the token endpoint: OAuth client credentials (RFC 6749 §4.4), by a secret or a signed assertion.

No refresh token, no scope, no id token: nobody has signed in. What they may do is not decided here.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from joserfc.jwk import KeySet

from idp.oidc import assertion as assertions
from idp.oidc import parameters
from idp.oidc.client_authentication import read_basic
from idp.oidc.errors import OAuthError, Refused
from idp.oidc.parameters import Unreadable

GRANT_TYPE = "client_credentials"
SECRET_BYTES = 32  # 256 bits; the prefix says what it is to whoever finds one
PREFIX = "brana-secret-"


@dataclass(frozen=True, slots=True)
class Program:
    """A technical account as the token endpoint knows it."""

    id: str
    keys: KeySet | None = None
    """By which assertions are verified; None: it proves itself in another way."""
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramSecret:
    """What is kept of a secret. `id` is its public name."""

    id: str
    account: str
    digest: bytes
    issued_at: datetime
    issued_by: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, not yet believed."""

    account: str
    secret: str | None
    assertion: str | None
    resource: str
    municipality: str | None


class Book(assertions.Spent, Protocol):
    def program_secrets(self, account: str) -> Sequence[ProgramSecret]: ...


def asks_for_it(pairs: Iterable[tuple[str, str]]) -> bool:
    return ("grant_type", GRANT_TYPE) in pairs


def read(pairs: Iterable[tuple[str, str]], authorization: str | None) -> Asked | Refused:
    """`authorization` is the header's value, if there is one."""
    values = parameters.read(pairs)
    if isinstance(values, Unreadable):
        return Refused(OAuthError.INVALID_REQUEST, f"parameter {values.name} is repeated or too long")
    if not values.get("resource"):
        return Refused(OAuthError.INVALID_TARGET, "send resource: the address of the application (RFC 8707)")
    assertion = values.get("client_assertion")
    basic = read_basic(authorization) if authorization is not None else None
    ways = [authorization is not None, assertion is not None]
    if sum(ways) != 1 or "client_secret" in values:
        return Refused(
            OAuthError.INVALID_REQUEST, "prove it in one way: HTTP Basic, or client_assertion (RFC 7523)"
        )
    if assertion is not None and values.get("client_assertion_type") != assertions.TYPE:
        return Refused(OAuthError.INVALID_REQUEST, f"client_assertion_type must be {assertions.TYPE}")
    account = basic[0] if basic is not None else assertions.subject(assertion or "")
    named = values.get("client_id", account)
    return Asked(
        account=account if named == account else "",
        secret=basic[1] if basic is not None else None,
        assertion=assertion,
        resource=values["resource"],
        municipality=values.get("municipality"),
    )


def fault(
    book: Book, asked: Asked, program: Program | None, audiences: Sequence[str], now: datetime
) -> str | None:
    """Named reason why it is not believed, for the log; the client is told `invalid_client` in every case."""
    if program is None:
        return "program_unknown"
    if asked.assertion is not None:
        wrong = assertions.fault(book, asked.assertion, program.id, program.keys, audiences, now)
        return None if wrong is None else f"program_{wrong}"
    given = hashlib.sha256((asked.secret or "").encode("utf-8", "surrogatepass")).digest()
    in_force = [one.digest for one in book.program_secrets(program.id) if one.ended_at is None]
    known = [hmac.compare_digest(given, digest) for digest in in_force]  # all of them: no early end
    return None if program.secret and any(known) else "program_secret_wrong"


def new_secret(account: str, by: str, now: datetime) -> tuple[str, ProgramSecret]:
    """The secret, to be shown once, and what is kept of it."""
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    digest = hashlib.sha256(
        secret.encode()
    ).digest()  # of 256 random bits: nothing to guess, so nothing to slow down
    name = secrets.token_hex(4)
    return secret, ProgramSecret(id=name, account=account, digest=digest, issued_at=now, issued_by=by)


def answer(token: str, expires_in: timedelta) -> dict[str, Any]:
    """RFC 6749 §4.4.3."""
    return {"access_token": token, "token_type": "Bearer", "expires_in": int(expires_in.total_seconds())}
