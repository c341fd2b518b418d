"""Errors a relying party is told, and errors only the person may see: one closed list each."""

from dataclasses import dataclass
from enum import StrEnum


class OAuthError(StrEnum):
    """Codes of RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, OpenID Connect Core 1.0 §3.1.2.6."""

    INVALID_REQUEST = "invalid_request"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    INVALID_SCOPE = "invalid_scope"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    ACCESS_DENIED = "access_denied"
    LOGIN_REQUIRED = "login_required"
    CONSENT_REQUIRED = "consent_required"
    UNMET_AUTHENTICATION_REQUIREMENTS = "unmet_authentication_requirements"
    """OpenID Connect Core Error Code unmet_authentication_requirements 1.0."""
    REQUEST_NOT_SUPPORTED = "request_not_supported"
    REQUEST_URI_NOT_SUPPORTED = "request_uri_not_supported"
    REGISTRATION_NOT_SUPPORTED = "registration_not_supported"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_TOKEN = "invalid_token"
    INVALID_TARGET = "invalid_target"
    """RFC 8707 §2."""
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    SLOW_DOWN = "slow_down"


class Unsafe(StrEnum):
    """Why a request is answered by a page and by no redirect: where it would lead is not trusted."""

    CLIENT_UNKNOWN = "client_unknown"
    REDIRECT_URI_MISSING = "redirect_uri_missing"
    REDIRECT_URI_UNKNOWN = "redirect_uri_unknown"
    PARAMETER_REPEATED = "parameter_repeated"


class ClientFault(StrEnum):
    """Why a client is not believed. For the log alone: it is told `invalid_client`, or `slow_down`."""

    UNPROVEN = "invalid_client"
    """It is not known which one."""
    OTHER_WAY = "client_proof_of_another_kind"
    SECRET_WRONG = "client_secret_wrong"
    ASSERTION_WRONG = "client_assertion_wrong"
    ASSERTION_FOR_ANOTHER = "client_assertion_for_another"
    ASSERTION_OUT_OF_TIME = "client_assertion_out_of_time"
    ASSERTION_USED_TWICE = "client_assertion_used_twice"
    MUST_WAIT = "client_must_wait"


class CodeFault(StrEnum):
    """Why a code is not exchanged. For the log alone: the relying party is told `invalid_grant` in every case."""

    UNKNOWN = "code_unknown"
    OF_ANOTHER_CLIENT = "code_of_another_client"
    USED_TWICE = "code_used_twice"
    EXPIRED = "code_expired"
    REDIRECT_URI_DIFFERS = "redirect_uri_differs"
    VERIFIER_WRONG = "verifier_wrong"
    SESSION_ENDED = "session_ended"


class TokenFault(StrEnum):
    """Why a client may not give a token back."""

    OF_ANOTHER_CLIENT = "token_of_another_client"


class RefreshFault(StrEnum):
    """Why a refresh token is not good. For the log alone, as `CodeFault`."""

    UNKNOWN = "refresh_token_unknown"
    OF_ANOTHER_CLIENT = "refresh_token_of_another_client"
    USED_TWICE = "refresh_token_used_twice"
    WITHDRAWN = "refresh_token_withdrawn"
    EXPIRED = "refresh_token_expired"
    SESSION_ENDED = "session_ended"


@dataclass(frozen=True, slots=True)
class Refused:
    """What a relying party is told. `description` says what is wrong and how to mend it; ASCII, no quotes."""

    error: OAuthError
    description: str
