"""Signing in at one host: out to the provider, back with a code, in with a session."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from joserfc.jwk import KeySet

from config.durations import ATTEMPT_LIFETIME
from config.vocabulary import Language
from gateway.grants.cookie import SESSION, clear_cookie, set_cookie
from gateway.sessions.attempt import (
    Attempt,
    AttemptLost,
    Sealer,
    authorization_url,
    begin,
    reopened,
    sealed,
)
from gateway.sessions.id_token import IdTokenRefused, SignedIn, verify
from gateway.sessions.office import SessionOffice
from gateway.sessions.provider import CodeRefused, Provider
from gateway.sessions.session import Session
from gateway.sessions.stronger import QUESTIONS, Wish

CALLBACK = "/.brana/callback"
KNOWN_LONGER = timedelta(
    hours=1
)  # after the end it opens nothing, but says whose form it was that came too late


class Fault(StrEnum):
    """Why somebody who came back from the provider is not let in."""

    UNKNOWN_HOST = "unknown_host"
    ATTEMPT_LOST = "attempt_lost"
    OTHER_ISSUER = "other_issuer"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    PROVIDER_DENIED = "provider_denied"
    PROVIDER_REFUSED = "provider_refused"
    LEVEL_UNREACHABLE = "level_unreachable"
    CODE_REFUSED = "code_refused"
    ID_TOKEN_REFUSED = "id_token_refused"
    SESSION_OVER = "session_over"
    SIGN_IN_NEEDED = "sign_in_needed"
    """A frame cannot ask the person anything."""


PROVIDER_SAID = {
    "temporarily_unavailable": Fault.PROVIDER_UNAVAILABLE,
    "server_error": Fault.PROVIDER_UNAVAILABLE,
    "access_denied": Fault.PROVIDER_DENIED,
    "unmet_authentication_requirements": Fault.LEVEL_UNREACHABLE,
}
"""Faults for the errors of a provider (RFC 6749 §4.1.2.1) that mean something to people."""


class SignInRefused(Exception):
    """The answer of the provider lets nobody in; the person may begin again."""

    def __init__(self, reason: Fault, return_to: str = "/") -> None:
        super().__init__(reason)
        self.reason, self.return_to = reason, return_to


@dataclass(frozen=True, slots=True)
class Beginning:
    location: str
    cookie: str
    """Set-Cookie value of the attempt."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where the browser goes now, and its cookies (Set-Cookie values)."""

    return_to: str
    cookies: tuple[str, ...]
    session: Session


class SignIn:
    """`hosts` are the names (with port) that the provider knows redirect URIs of: all of ours, no others."""

    def __init__(
        self,
        provider: Provider,
        office: SessionOffice,
        hosts: Callable[[str], bool],
        close: Sealer,
        unseal: Sealer,
    ) -> None:
        self._provider, self._office, self._hosts = provider, office, hosts
        self._close, self._unseal = close, unseal

    async def begin(
        self, host: str, return_to: str, language: Language, now: datetime, *, wish: Wish | None = None
    ) -> Beginning:
        """`wish`: what any session at the provider does not suffice for. Raises ProviderUnreachable, SignInRefused."""
        if not self._hosts(host):
            raise SignInRefused(Fault.UNKNOWN_HOST)
        attempt = begin(
            host,
            return_to,
            now,
            factors_since=now if wish is Wish.ANEW else None,
            silent=wish is Wish.SILENT,
        )
        metadata = await self._provider.metadata()
        extra = {"ui_locales": str(language), **(QUESTIONS[wish] if wish is not None else {})}
        location = authorization_url(
            attempt,
            metadata.authorization_endpoint,
            self._provider.client.client_id,
            _redirect_uri(host),
            extra,
        )
        return Beginning(location, set_cookie(attempt.cookie, sealed(attempt, self._close), ATTEMPT_LIFETIME))

    async def finish(
        self,
        host: str,
        answer: Mapping[str, str],
        cookies: Mapping[str, str],
        address: str,
        user_agent: str,
        request_id: str,
        now: datetime,
    ) -> Arrival:
        """The callback. Raises SignInRefused, ProviderUnreachable."""
        try:
            attempt = reopened(answer.get("state", ""), host, dict(cookies), self._unseal, now)
        except AttemptLost as error:
            raise SignInRefused(Fault.ATTEMPT_LOST) from error
        if answer.get("iss", self._provider.client.issuer) != self._provider.client.issuer:  # RFC 9207 §2.4
            raise SignInRefused(Fault.OTHER_ISSUER, attempt.return_to)
        if "error" in answer or "code" not in answer:
            reason = PROVIDER_SAID.get(answer.get("error", ""), Fault.PROVIDER_REFUSED)
            if attempt.silent and answer.get("error") == "login_required":
                reason = Fault.SIGN_IN_NEEDED
            raise SignInRefused(reason, attempt.return_to)
        who = await self._who(answer["code"], attempt, now)
        session, handle = await self._session(who, attempt, address, user_agent, request_id, now)
        lifetime = session.latest_end(self._office.limits) - now + KNOWN_LONGER
        gone = clear_cookie(attempt.cookie)
        return Arrival(attempt.return_to, (set_cookie(SESSION, handle, lifetime), gone), session)

    async def _who(self, code: str, attempt: Attempt, now: datetime) -> SignedIn:
        try:
            token = await self._provider.exchange(code, attempt.verifier, _redirect_uri(attempt.host))
        except CodeRefused as error:
            raise SignInRefused(Fault.CODE_REFUSED, attempt.return_to) from error
        try:
            return self._verified(token, await self._provider.keys(), attempt, now)
        except IdTokenRefused:
            keys = await self._provider.keys(fresh=True)  # it may sign with a key made since we asked
        try:
            return self._verified(token, keys, attempt, now)
        except IdTokenRefused as error:
            raise SignInRefused(Fault.ID_TOKEN_REFUSED, attempt.return_to) from error

    def _verified(self, token: str, keys: KeySet, attempt: Attempt, now: datetime) -> SignedIn:
        client = self._provider.client
        return verify(
            token,
            keys,
            issuer=client.issuer,
            client_id=client.client_id,
            nonce=attempt.nonce,
            factors_since=attempt.factors_since,
            now=now,
        )

    async def _session(
        self,
        who: SignedIn,
        attempt: Attempt,
        address: str,
        user_agent: str,
        request_id: str,
        now: datetime,
    ) -> tuple[Session, str]:
        """The session opened on this session of the provider, at its level by now, or a new one.

        One that is over is never revived: that takes factors shown after it was last used.
        """
        known = await self._office.store.by_provider_sid(who.provider_sid)
        if known is not None and known.why_over(self._office.limits, now) is None:
            known = await self._office.authenticated_anew(known, who, address, request_id, now)
            return known, await self._office.join(known, attempt.host)
        if known is not None and who.authenticated_at <= known.last_seen_at:
            raise SignInRefused(Fault.SESSION_OVER, attempt.return_to)
        return await self._office.open(who, attempt.host, address, user_agent, request_id, now)


def _redirect_uri(host: str) -> str:
    return f"https://{host}{CALLBACK}"
