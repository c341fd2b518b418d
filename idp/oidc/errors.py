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
    INVALID_REQUEST_OBJECT = "invalid_request_object"
    INVALID_REQUEST_URI = "invalid_request_uri"
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
    INVALID_DPOP_PROOF = "invalid_dpop_proof"
    """RFC 9449 §12.2."""
    AUTHORIZATION_PENDING = "authorization_pending"
    """RFC 8628 §3.5."""
    EXPIRED_TOKEN = "expired_token"


class Unsafe(StrEnum):
    """Why a request is answered by a page and by no redirect: where it would lead is not trusted."""

    CLIENT_UNKNOWN = "client_unknown"
    REDIRECT_URI_MISSING = "redirect_uri_missing"
    REDIRECT_URI_UNKNOWN = "redirect_uri_unknown"
    PARAMETER_REPEATED = "parameter_repeated"


class RequestFault(StrEnum):
    """Why what a client signed or left here is not taken for its request."""

    OBJECT_WRONG = "request_object_wrong"
    """None of its keys signed it, or it has not the form of a request."""
    OBJECT_FOR_ANOTHER = "request_object_for_another"
    OBJECT_OUT_OF_TIME = "request_object_out_of_time"
    OBJECT_USED_TWICE = "request_object_used_twice"
    NOT_SIGNED = "request_not_signed"
    NOT_PUSHED = "request_not_pushed"
    KEYS_MISSING = "request_keys_missing"
    """It signs, and we know no key of it."""
    TWO_WAYS = "request_in_two_ways"
    URI_ELSEWHERE = "request_uri_elsewhere"
    """An address, which nobody here asks."""
    URI_UNKNOWN = "request_uri_unknown"
    URI_OF_ANOTHER = "request_uri_of_another_client"
    URI_USED_TWICE = "request_uri_used_twice"
    URI_EXPIRED = "request_uri_expired"


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
    CERTIFICATE_WRONG = "client_certificate_wrong"
    """None was shown, or another one's."""
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


class ConsentFault(StrEnum):
    """Why a client outside the centre gets no token, whatever it was given before."""

    MISSING = "consent_required"
    """Withdrawn meanwhile, or it was the centre's own before."""


class CertificateFault(StrEnum):
    """Why it is not believed that somebody has the certificate of a token (RFC 8705 §3)."""

    MISSING = "client_certificate_missing"
    DIFFERS = "client_certificate_differs"


class DpopFault(StrEnum):
    """Why it is not believed that somebody holds the key of a token (RFC 9449)."""

    MISSING = "dpop_proof_missing"
    WRONG = "dpop_proof_wrong"
    """Of another form, algorithm or kind of key than is taken, or not signed by the key in it."""
    FOR_ANOTHER = "dpop_proof_for_another"
    """Another method, address or token."""
    OUT_OF_TIME = "dpop_proof_out_of_time"
    USED_TWICE = "dpop_proof_used_twice"
    KEY_DIFFERS = "dpop_key_differs"
    """The token, or the code, is bound to another one."""
    NOT_BOUND = "token_not_bound"
    """A token that is bound to no key was shown as if it were."""
    NOT_FOR_PROGRAMS = "dpop_not_for_programs"
    """Access tokens of technical accounts are bound to no key."""


class DeviceFault(StrEnum):
    """Why a program is not let in by a code that somebody types (RFC 8628)."""

    CODE_UNKNOWN = "user_code_unknown"
    """Mistyped, guessed, or its time is over."""
    CODE_ANSWERED = "user_code_answered"
    OF_ANOTHER_PERSON = "user_code_of_another_person"
    """Somebody else has typed it before."""
    MUST_WAIT = "user_code_must_wait"
    DENIED = "denied_by_person"
    SESSION_ENDED = "session_ended"
    DEVICE_CODE_UNKNOWN = "device_code_unknown"
    DEVICE_CODE_OF_ANOTHER_CLIENT = "device_code_of_another_client"
    DEVICE_CODE_USED_TWICE = "device_code_used_twice"
    DEVICE_CODE_EXPIRED = "device_code_expired"
    TOO_MANY = "too_many_device_codes"
    """Asked for from one place."""


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
    fault: RequestFault | DpopFault | CertificateFault | None = None
    """What the log has in place of the error."""

    @property
    def reason(self) -> str:
        """Named."""
        return self.fault or self.error

    status: int | None = None
    """Of HTTP, where it is not the one that the error usually has."""
