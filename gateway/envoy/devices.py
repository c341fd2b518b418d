"""People's connections are asked for the certificate of a device, and need not show one.

Only the authorities of devices are named in the question (RFC 8446 §4.2.4), so that a browser offers nobody's other
certificates. What is shown instead never ends a connection: the decision judges the leaf, and says the reason.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.envoy.messages import Json, discovered

DEVICE_AUTHORITY = "brana.device-authority"
_TOLD, _CERTIFICATES = "devices", "certificates"


def told_of(authorities: Sequence[str]) -> dict[str, Any]:
    """What the keys for gates say of those that certify devices (PEM)."""
    return {_TOLD: {_CERTIFICATES: list(authorities)}}


def certificates_in(keys: Mapping[str, Any]) -> tuple[str, ...]:
    """The inverse; a control plane of the version before says nothing of them."""
    return tuple(keys.get(_TOLD, {}).get(_CERTIFICATES, ()))


def device_authority(authorities: Sequence[str]) -> list[Json]:
    """As a secret of its own, so that another authority disturbs no connection. `authorities`: PEM, those before
    a rotation too; where there are none, nobody is asked.
    """
    if not authorities:
        return []
    context = {
        "trusted_ca": {"inline_string": "".join(authorities)},
        "trust_chain_verification": "ACCEPT_UNTRUSTED",
    }
    return [{"name": DEVICE_AUTHORITY, "validation_context": context}]


def asking_for(authority: str, tls: Json) -> Json:
    """The TLS context of people's connections, made to ask for a certificate; `authority` names the secret.

    Without resumption: a session that is resumed proves no key, and Envoy cannot say of it whether its certificate
    was verified.
    """
    common = tls["common_tls_context"] | {
        "validation_context_sds_secret_config": {"name": authority, "sds_config": discovered()}
    }
    return tls | {
        "common_tls_context": common,
        "require_client_certificate": False,
        "disable_stateless_session_resumption": True,
        "disable_stateful_session_resumption": True,
    }
