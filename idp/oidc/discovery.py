"""The discovery document (OpenID Connect Discovery 1.0 §3): what this provider offers, no more."""

from typing import Any

from config.vocabulary import AuthenticationLevel, Language
from idp.oidc import device_grant, dpop
from idp.oidc.assertion import ALGORITHMS
from idp.oidc.authorize import Prompt, ResponseMode
from idp.oidc.claims import OF_SCOPE
from idp.oidc.client import Method, Scope
from idp.oidc.refresh_token import OFFLINE_ACCESS

PATH = "/.well-known/openid-configuration"
PAR_PATH = "/par"
ENDPOINTS = {
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
    "userinfo_endpoint": "/userinfo",
    "end_session_endpoint": "/logout",
    "revocation_endpoint": "/revoke",
    "introspection_endpoint": "/introspect",
    "pushed_authorization_request_endpoint": PAR_PATH,
    "device_authorization_endpoint": device_grant.ENDPOINT,
    "jwks_uri": "/jwks",
}
MUTUAL_ENDPOINTS = {
    name: path
    for name, path in ENDPOINTS.items()
    if name not in {"authorization_endpoint", "end_session_endpoint", "jwks_uri"}
}
"""Where programs come, and no browser: also served where a certificate is asked for (RFC 8705 §5)."""
CLAIMS = (
    *("sub", "iss", "aud", "iat", "exp", "auth_time", "nonce", "at_hash", "sid", "acr", "amr"),
    *(name for names in OF_SCOPE.values() for name in names),
)


def document(issuer: str, *, programs: bool = False, mutual: str | None = None) -> dict[str, Any]:
    """`programs`: whether technical accounts may get tokens. `mutual`: where clients show certificates."""
    methods = tuple(method for method in Method if mutual is not None or method is not Method.TLS)
    proven = tuple(method for method in methods if method is not Method.NONE)
    further = ["client_credentials"] if programs else []
    return {
        "issuer": issuer,
        **{name: issuer + path for name, path in ENDPOINTS.items()},
        "scopes_supported": [*(scope.value for scope in Scope), OFFLINE_ACCESS],
        "claims_supported": list(CLAIMS),
        "response_types_supported": ["code"],
        "response_modes_supported": [mode.value for mode in ResponseMode],
        "grant_types_supported": ["authorization_code", "refresh_token", device_grant.GRANT_TYPE, *further],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "userinfo_signing_alg_values_supported": ["ES256", "RS256"],
        **_proofs("token_endpoint", methods),
        **_proofs("revocation_endpoint", methods),
        **_proofs("introspection_endpoint", proven),
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": [level.value for level in AuthenticationLevel],
        "prompt_values_supported": [prompt.value for prompt in Prompt],
        "ui_locales_supported": [language.value for language in Language],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_object_signing_alg_values_supported": ALGORITHMS,
        "request_uri_parameter_supported": False,  # of addresses; what was pushed has a name
        "require_pushed_authorization_requests": False,
        "require_signed_request_object": False,
        "authorization_response_iss_parameter_supported": True,
        "dpop_signing_alg_values_supported": dpop.ALGORITHMS,
        **_over_mutual_tls(mutual),
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
    }


def _over_mutual_tls(mutual: str | None) -> dict[str, Any]:
    """RFC 8705 §3.3, §5."""
    if mutual is None:
        return {}
    aliases = {name: mutual + path for name, path in MUTUAL_ENDPOINTS.items()}
    return {"tls_client_certificate_bound_access_tokens": True, "mtls_endpoint_aliases": aliases}


def _proofs(endpoint: str, methods: tuple[Method, ...]) -> dict[str, list[str]]:
    """How clients prove themselves there (RFC 8414 §2)."""
    return {
        f"{endpoint}_auth_methods_supported": [method.value for method in methods],
        f"{endpoint}_auth_signing_alg_values_supported": ALGORITHMS,
    }
