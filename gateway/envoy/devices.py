"""People's connections are asked for the certificate of a device, and need not show one.

Only the authorities of devices are named in the question (RFC 8446 §4.2.4), so that a browser offers nobody's other
certificates. What is shown instead never ends a connection: the decision judges the leaf, and says the reason.
"""

from collections.abc import Sequence

from gateway.envoy.messages import Json, discovered

DEVICE_AUTHORITY = "brana.device-authority"


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
