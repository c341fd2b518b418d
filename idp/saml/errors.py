"""Why a service provider's request is not answered: one closed list for the page, one for the answer's status."""

from enum import StrEnum

STATUS = "urn:oasis:names:tc:SAML:2.0:status:"


class Unsafe(StrEnum):
    """Told by a page and to nobody else: who asks, or where an answer would go, is not trusted."""

    UNREADABLE = "saml_request_unreadable"
    PROVIDER_UNKNOWN = "saml_provider_unknown"
    ADDRESS_UNKNOWN = "saml_address_unknown"
    SIGNATURE_MISSING = "saml_signature_missing"
    SIGNATURE_WRONG = "saml_signature_wrong"
    FOR_ANOTHER = "saml_request_for_another"
    OUT_OF_TIME = "saml_request_out_of_time"
    USED_TWICE = "saml_request_used_twice"


class Denial(StrEnum):
    """Told to the service provider, as a status (SAML core §3.2.2.2)."""

    NO_PASSIVE = "saml_not_without_asking"
    LEVEL_UNMET = "saml_level_unmet"
    NAME_UNMET = "saml_name_not_offered"
    NAME_SHARED = "saml_name_shared"
    ACCESS_DENIED = "access_denied"
    UNAVAILABLE = "temporarily_unavailable"
    SESSION_ENDED = "session_ended"


STATUSES: dict[Denial, str] = {
    Denial.NO_PASSIVE: STATUS + "NoPassive",
    Denial.LEVEL_UNMET: STATUS + "NoAuthnContext",
    Denial.NAME_UNMET: STATUS + "InvalidNameIDPolicy",
    Denial.NAME_SHARED: STATUS + "InvalidNameIDPolicy",
    Denial.ACCESS_DENIED: STATUS + "RequestDenied",
    Denial.UNAVAILABLE: STATUS + "AuthnFailed",
    Denial.SESSION_ENDED: STATUS + "AuthnFailed",
}


class RequestRefused(Exception):
    """A message that is not answered. `provider`: who sent it, where that is known."""

    def __init__(self, reason: Unsafe, provider: str = "") -> None:
        super().__init__(reason.value)
        self.reason, self.provider = reason, provider
