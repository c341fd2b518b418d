"""The discovery document (OpenID Connect Discovery 1.0 §3): what this provider offers, no more."""

from typing import Any

from config.vocabulary import AuthenticationLevel, Language
from idp.oidc.assertion import ALGORITHMS
from idp.oidc.authorize import Prompt
from idp.oidc.client import Method, Scope
from idp.oidc.refresh_token import OFFLINE_ACCESS

PATH = "/.well-known/openid-configuration"
ENDPOINTS = {
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
    "userinfo_endpoint": "/userinfo",
    "end_session_endpoint": "/logout",
    "jwks_uri": "/jwks",
}
CLAIMS = (
    *("sub", "iss", "aud", "iat", "exp", "auth_time", "nonce", "at_hash", "sid", "acr", "amr"),
    *("name", "preferred_username", "locale", "email", "brana_roles", "brana_facts_at", "brana_ends_at"),
)


def document(issuer: str, *, programs: bool = False) -> dict[str, Any]:
    """`programs`: whether technical accounts may get tokens."""
    further = ["client_credentials"] if programs else []
    return {
        "issuer": issuer,
        **{name: issuer + path for name, path in ENDPOINTS.items()},
        "scopes_supported": [*(scope.value for scope in Scope), OFFLINE_ACCESS],
        "claims_supported": list(CLAIMS),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", *further],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "token_endpoint_auth_methods_supported": [method.value for method in Method],
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": [level.value for level in AuthenticationLevel],
        "prompt_values_supported": [prompt.value for prompt in Prompt],
        "ui_locales_supported": [language.value for language in Language],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
    }
