"""`/token` for programs: whoever proves to be a technical account gets an access token for one application."""

from collections.abc import Sequence
from datetime import datetime

from idp import events
from idp.events import Origin
from idp.http.provider import Book, Issued, NotIssued, Provider
from idp.login import purses, throttle
from idp.login.throttle import Exhausted
from idp.oidc import program
from idp.oidc.errors import OAuthError, Refused
from idp.oidc.program import Asked

TOKEN_PATH = "/token"


async def issued(
    provider: Provider,
    pairs: Sequence[tuple[str, str]],
    authorization: str | None,
    origin: Origin,
    now: datetime,
) -> Issued | Refused:
    """A guess is counted before it is looked at, and given back where it was right."""
    if provider.issue_token is None:
        nobody = Refused(OAuthError.UNSUPPORTED_GRANT_TYPE, "there are no technical accounts")
        await _record(provider, "", nobody.error, origin, now)
        return nobody
    asked = program.read(pairs, authorization)
    if isinstance(asked, Refused):
        await _record(provider, "", asked.error, origin, now)
        return asked
    reason = await provider.store.transact(lambda book: _fault(book, provider, asked, origin, now))
    if reason is not None:
        error = OAuthError.SLOW_DOWN if reason == "program_must_wait" else OAuthError.INVALID_CLIENT
        said = "too many attempts" if error is OAuthError.SLOW_DOWN else "the program did not prove itself"
        return Refused(error, said)
    made = await provider.issue_token(asked, origin, now)
    if isinstance(made, NotIssued):
        await _record(provider, asked.account, made.reason, origin, now)
        return Refused(made.error, made.reason)
    return made


def _fault(book: Book, provider: Provider, asked: Asked, origin: Origin, now: datetime) -> str | None:
    mine = purses.of_program(asked.account, origin.address, provider.sign_in)
    taken = throttle.take(book, mine, now)
    if isinstance(taken, Exhausted):
        reason: str | None = "program_must_wait"
    else:
        audiences = (provider.issuer, f"{provider.issuer}{TOKEN_PATH}")
        reason = program.fault(book, asked, provider.programs.get(asked.account), audiences, now)
        if reason is None:
            throttle.give_back(book, taken, now)
    if reason is not None:
        book.record(events.TokenRefused(at=now, origin=origin, client=_known(provider, asked), reason=reason))
    return reason


def _known(provider: Provider, asked: Asked) -> str:
    """The log names accounts, not what a stranger typed in the place of one."""
    return asked.account if asked.account in provider.programs else ""


async def _record(provider: Provider, account: str, reason: str, origin: Origin, now: datetime) -> None:
    event = events.TokenRefused(at=now, origin=origin, client=account, reason=reason)
    await provider.store.transact(lambda book: book.record(event))
