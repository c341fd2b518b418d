"""The authorization request (OpenID Connect Core 1.0 §3.1.2): read it, and decide whether to ask the person.

The address of the answer is settled first. Until it is, no error may travel by redirect.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from config.vocabulary import AuthenticationLevel, Language, SubjectId
from idp.login.entered import login_fault
from idp.login.level import ORDER, reaches, weakest
from idp.login.session import Session
from idp.oidc import claims, claims_request, dpop, parameters, pkce
from idp.oidc.claims_request import NOTHING_MORE, ClaimsRequest, Wish
from idp.oidc.client import Client, ClientId, Clients, Scope
from idp.oidc.errors import OAuthError, Refused, RequestFault, Unsafe
from idp.oidc.parameters import Unreadable
from idp.oidc.refresh_token import OFFLINE_ACCESS

AGE = re.compile(r"[0-9]{1,9}")  # seconds


class Prompt(StrEnum):
    """OpenID Connect Core 1.0 §3.1.2.1."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"  # nothing to do where the relying party is the centre's own
    SELECT_ACCOUNT = "select_account"


class ResponseMode(StrEnum):
    """How the answer gets there (OAuth 2.0 Multiple Response Type Encoding Practices §2.1)."""

    QUERY = "query"
    FORM_POST = "form_post"
    """OAuth 2.0 Form Post Response Mode 1.0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A verified place for the answer."""

    client: ClientId
    redirect_uri: str
    state: str | None
    mode: ResponseMode = ResponseMode.QUERY


@dataclass(frozen=True, slots=True)
class Hint:
    """Who a verified `id_token_hint` was about."""

    subject: str
    named: Callable[[SubjectId], str] = str
    """What the client calls people that the hint was made for."""

    def is_about(self, subject: SubjectId) -> bool:
        return self.named(subject) == self.subject


@dataclass(frozen=True, slots=True)
class Meant:
    """People by the client's own names, one of whom it wants."""

    names: frozenset[str]
    named: Callable[[SubjectId], str]

    def is_about(self, subject: SubjectId) -> bool:
        return self.named(subject) in self.names


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that can be answered."""

    target: Target
    scopes: tuple[Scope, ...]
    challenge: str
    nonce: str | None
    prompts: tuple[Prompt, ...]
    max_age: timedelta | None
    demanded: AuthenticationLevel | None
    """The least of `acr_values` that we know, or of a claim `acr`; any level from there on answers the request."""
    login_hint: str
    language: Language | None
    hint: Hint | None
    """Of `id_token_hint`, verified."""
    meant: Meant | None
    """By the claim `sub`, where it is wanted with a value (Core §5.5.1)."""
    claims: ClaimsRequest
    """What is wanted of the person besides what the scopes ask for, and may be."""
    refresh: bool
    """Whether the client is to get a refresh token."""
    jkt: str | None
    """Thumbprint of the key that has to be shown with the code (RFC 9449 §10)."""

    def may_be_about(self, subject: SubjectId) -> bool:
        """Whether nothing says that somebody else is meant."""
        return all(one is None or one.is_about(subject) for one in (self.hint, self.meant))


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """Only a page may say so."""

    reason: Unsafe | RequestFault
    client: str = ""


@dataclass(frozen=True, slots=True)
class Refusable:
    """To be said to the relying party."""

    target: Target
    refused: Refused


HintReader = Callable[[str], Hint | None]
"""Verifies an `id_token_hint`; None for what is no token of ours."""

NOT_OFFERED = {
    "request": Refused(OAuthError.REQUEST_NOT_SUPPORTED, "send plain parameters instead of request"),
    "request_uri": Refused(
        OAuthError.REQUEST_URI_NOT_SUPPORTED, "send plain parameters instead of request_uri"
    ),
    "registration": Refused(OAuthError.REGISTRATION_NOT_SUPPORTED, "clients are registered by the office"),
}
_INVALID = OAuthError.INVALID_REQUEST
UNDERSTOOD = (
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge",
    "code_challenge_method", "prompt", "max_age", "acr_values", "login_hint", "ui_locales", "id_token_hint", "claims",
    "dpop_jkt",
)  # fmt: skip
KEPT_MAX = 8192  # characters of them, as they are kept with a sign-in


def read(
    pairs: Iterable[tuple[str, str]], clients: Clients, hint_of: HintReader
) -> Request | Refusable | Unanswerable:
    values = parameters.read(pairs)
    if isinstance(values, Unreadable):
        return Unanswerable(Unsafe.PARAMETER_REPEATED)
    target = target_of(values, clients)
    if isinstance(target, Unanswerable):
        return target
    fault = _fault(values, target)
    if fault is None and len(kept(values)) > KEPT_MAX:
        fault = Refused(_INVALID, f"the parameters are longer than {KEPT_MAX} characters together")
    if fault is not None:
        return Refusable(target, fault)
    hint = hint_of(values["id_token_hint"]) if "id_token_hint" in values else None
    if "id_token_hint" in values and hint is None:
        return Refusable(target, Refused(_INVALID, "id_token_hint is no id token of this provider"))
    client, wanted = clients[target.client], _wanted(values)
    return Request(
        target=target,
        scopes=scopes_of(values["scope"], client),
        challenge=values["code_challenge"],
        nonce=values.get("nonce"),
        prompts=tuple(Prompt(word) for word in values.get("prompt", "").split()),
        max_age=timedelta(seconds=int(values["max_age"])) if "max_age" in values else None,
        demanded=_demanded(values, wanted),
        login_hint=_login_hint(values.get("login_hint", "")),
        language=language_of(values.get("ui_locales", "")),
        hint=hint,
        meant=_meant(wanted, client),
        claims=wanted.only(claims.open_to(client)),
        refresh=refreshes(values["scope"], client),
        jkt=values.get("dpop_jkt"),
    )


def kept(values: Mapping[str, str]) -> str:
    """The request as a sign-in keeps it, for `read` to read again: without what nobody here understands."""
    return urlencode([(name, values[name]) for name in UNDERSTOOD if name in values])


def target_of(values: Mapping[str, str], clients: Clients) -> Target | Unanswerable:
    client = clients.get(ClientId(values.get("client_id", "")))
    if client is None:
        return Unanswerable(Unsafe.CLIENT_UNKNOWN, parameters.printable(values.get("client_id", "")))
    redirect_uri = values.get("redirect_uri")
    if redirect_uri is None:
        return Unanswerable(Unsafe.REDIRECT_URI_MISSING, client.id)
    if redirect_uri not in client.redirect_uris:  # equal character by character, RFC 9700 §4.1.3
        return Unanswerable(Unsafe.REDIRECT_URI_UNKNOWN, client.id)
    posted = values.get("response_mode") == ResponseMode.FORM_POST and client.form_post
    return Target(
        client=client.id,
        redirect_uri=redirect_uri,
        state=values.get("state"),
        mode=ResponseMode.FORM_POST if posted else ResponseMode.QUERY,
    )


def _fault(values: Mapping[str, str], target: Target) -> Refused | None:
    """First thing wrong with a request whose target is verified."""
    for name, refused in NOT_OFFERED.items():
        if name in values:
            return refused
    prompts = values.get("prompt", "").split()
    checks: tuple[tuple[bool, OAuthError, str], ...] = (
        ("response_type" not in values, _INVALID, "response_type is missing; send response_type=code"),
        (
            values.get("response_type", "code") != "code",
            OAuthError.UNSUPPORTED_RESPONSE_TYPE,
            "only response_type=code is offered",
        ),
        (
            values.get("response_mode", ResponseMode.QUERY) != target.mode,
            _INVALID,
            "this response_mode is not offered",
        ),
        (
            Scope.OPENID not in values.get("scope", "").split(),
            OAuthError.INVALID_SCOPE,
            "scope must contain openid",
        ),
        (
            values.get("code_challenge_method") != "S256",
            _INVALID,
            "PKCE is required; send code_challenge_method=S256",
        ),
        (
            not pkce.is_challenge(values.get("code_challenge", "")),
            _INVALID,
            "code_challenge must be 43 characters of base64url",
        ),
        (
            "dpop_jkt" in values and not dpop.is_thumbprint(values["dpop_jkt"]),
            _INVALID,
            "dpop_jkt must be 43 characters of base64url",
        ),
        (not set(prompts) <= set(Prompt), _INVALID, "prompt has an unknown value"),
        (Prompt.NONE in prompts and len(prompts) > 1, _INVALID, "prompt=none stands alone"),
        (
            "max_age" in values and not AGE.fullmatch(values["max_age"]),
            _INVALID,
            "max_age must be a number of seconds",
        ),
        (
            "acr_values" in values and not levels_of(values["acr_values"]),
            OAuthError.UNMET_AUTHENTICATION_REQUIREMENTS,
            "acr_values names no level of this provider; see acr_values_supported",
        ),
        (
            "claims" in values and claims_request.read(values["claims"]) is None,
            _INVALID,
            "claims must be JSON as OpenID Connect Core 5.5 has it",
        ),
        (
            _acr(_wanted(values)).essential and not _may_be_met(_acr(_wanted(values))),
            OAuthError.UNMET_AUTHENTICATION_REQUIREMENTS,
            "the essential claim acr names no level of this provider; see acr_values_supported",
        ),
    )
    return next((Refused(error, text) for wrong, error, text in checks if wrong), None)


class SignInWhy(StrEnum):
    """Why the person must be asked."""

    NO_SESSION = "no_session"
    ASKED_ANEW = "prompt_login"
    TOO_LONG_AGO = "max_age"
    OTHER_PERSON = "id_token_hint"
    LEVEL_TOO_LOW = "acr_values"


def must_ask(
    request: Request, session: Session | None, asked_at: datetime, now: datetime
) -> SignInWhy | None:
    """Why `session` does not answer the request; None when it does.

    `asked_at` is when the request arrived: a sign-in since then satisfies `prompt=login`.
    """
    if session is None:
        return SignInWhy.NO_SESSION
    if not request.may_be_about(session.person.subject):
        return SignInWhy.OTHER_PERSON
    anew = {Prompt.LOGIN, Prompt.SELECT_ACCOUNT} & set(request.prompts)
    since = asked_at <= session.auth_time <= now  # clocks are set: a time to come satisfies nothing
    if anew and not since:
        return SignInWhy.ASKED_ANEW
    if request.max_age is not None and not since:
        age = now - session.auth_time
        if not timedelta(0) <= age <= request.max_age:
            return SignInWhy.TOO_LONG_AGO
    return None if reaches(session.level, request.demanded) else SignInWhy.LEVEL_TOO_LOW


REFUSALS: dict[SignInWhy, Refused] = {
    SignInWhy.NO_SESSION: Refused(
        OAuthError.LOGIN_REQUIRED, "the session ended meanwhile; begin a new sign-in"
    ),
    SignInWhy.ASKED_ANEW: Refused(OAuthError.LOGIN_REQUIRED, "the person was not asked anew"),
    SignInWhy.TOO_LONG_AGO: Refused(OAuthError.LOGIN_REQUIRED, "the sign-in is older than max_age"),
    SignInWhy.OTHER_PERSON: Refused(
        OAuthError.LOGIN_REQUIRED, "somebody else signed in than id_token_hint names"
    ),
    SignInWhy.LEVEL_TOO_LOW: Refused(
        OAuthError.UNMET_AUTHENTICATION_REQUIREMENTS, "the person has no factor of the demanded level"
    ),
}
"""What the relying party is told when a sign-in that came to its end does not answer the request."""


def silent(request: Request) -> bool:
    return Prompt.NONE in request.prompts


def answer_fields(target: Target, issuer: str, answer: Mapping[str, str]) -> dict[str, str]:
    """What the client is sent; `iss` tells mixed-up clients who answered (RFC 9207 §2)."""
    state = {"state": target.state} if target.state is not None else {}
    return {**answer, **state, "iss": issuer}


def answer_address(target: Target, issuer: str, answer: Mapping[str, str]) -> str:
    """The redirect that answers."""
    query = urlencode(answer_fields(target, issuer, answer))
    return f"{target.redirect_uri}{'&' if '?' in target.redirect_uri else '?'}{query}"


def refusal(refused: Refused) -> dict[str, str]:
    return {"error": refused.error.value, "error_description": refused.description}


def scopes_of(asked: str, client: Client) -> tuple[Scope, ...]:
    """Scopes that were asked for and may be, or are always given; others are ignored (Core §3.1.2.1), and the token
    endpoint says which are given (RFC 6749 §3.3).
    """
    words = set(asked.split())
    return tuple(
        scope for scope in Scope if scope in client.always or (scope in words and scope in client.scopes)
    )


def refreshes(asked: str, client: Client) -> bool:
    """Without `prompt=consent` (Core §11): relying parties are the office's own, and configured to."""
    return client.refresh == "always" or (client.may_refresh and OFFLINE_ACCESS in asked.split())


def levels_of(acr_values: str) -> list[AuthenticationLevel]:
    """Those we know; a request that names none of them cannot be met."""
    return [level for level in AuthenticationLevel if level.value in acr_values.split()]


def _wanted(values: Mapping[str, str]) -> ClaimsRequest:
    """Nothing for what cannot be read, which `_fault` refuses."""
    return claims_request.read(values.get("claims", "{}")) or NOTHING_MORE


def _acr(wanted: ClaimsRequest) -> Wish:
    """`acr` is told by the id token alone."""
    return wanted.id_token.get("acr", Wish())


def _may_be_met(acr: Wish) -> bool:
    return acr.values is None or any(level.value in acr.values for level in AuthenticationLevel)


def _demanded(values: Mapping[str, str], wanted: ClaimsRequest) -> AuthenticationLevel | None:
    """Both ways of asking hold (Core §5.5.1.1): the stronger of what each names at least."""
    least = (
        weakest(levels_of(values.get("acr_values", ""))),
        weakest([level for level in AuthenticationLevel if level.value in (_acr(wanted).values or ())]),
    )
    named = [level for level in least if level is not None]
    return max(named, key=ORDER.__getitem__, default=None)


def _meant(wanted: ClaimsRequest, client: Client) -> Meant | None:
    said = [wishes["sub"].values for wishes in (wanted.id_token, wanted.userinfo) if "sub" in wishes]
    named = [values for values in said if values is not None]
    if not named:
        return None
    return Meant(named[0].intersection(*named), client.subject_of)


def language_of(ui_locales: str) -> Language | None:
    """First language we speak; tags are compared by their primary subtag (RFC 5646 §2.2.1)."""
    for tag in ui_locales.split()[:20]:
        primary = tag.partition("-")[0].lower()
        if primary in set(Language):
            return Language(primary)
    return None


def _login_hint(text: str) -> str:
    return "" if login_fault(text) else text
