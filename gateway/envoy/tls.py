"""How the listener speaks TLS, with which certificate, and what browsers are told about it (HSTS)."""

import base64

from config.settings import Hsts, Tls
from gateway.envoy.messages import Json, discovered, overwrite, typed

CERTIFICATE = "brana.certificate"
DOWNSTREAM = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"
CIPHERS_1_2 = (
    "[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]",
    "[ECDHE-RSA-AES128-GCM-SHA256|ECDHE-RSA-CHACHA20-POLY1305]",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
)
"""With TLS 1.2: forward secrecy and authenticated encryption alone (RFC 9325 §4.2)."""
VERSIONS = {"1.2": "TLSv1_2", "1.3": "TLSv1_3"}


def tls_context(tls: Tls) -> Json:
    """Of the one listener people reach. Ciphers of TLS 1.3 are all good, and not chosen (RFC 8446 §B.4)."""
    parameters: Json = {
        "tls_minimum_protocol_version": VERSIONS[tls.minimum],
        "tls_maximum_protocol_version": VERSIONS["1.3"],
        "ecdh_curves": list(tls.curves),
    }
    if tls.minimum == "1.2":
        parameters["cipher_suites"] = list(CIPHERS_1_2)
    return typed(
        DOWNSTREAM,
        common_tls_context={
            "tls_params": parameters,
            "alpn_protocols": list(tls.protocols),
            "tls_certificate_sds_secret_configs": [{"name": CERTIFICATE, "sds_config": discovered()}],
        },
    )


def certificate(chain: bytes, key: bytes) -> Json:
    """The certificate as a secret of its own; its files are read and judged before Envoy hears of them."""
    return {
        "name": CERTIFICATE,
        "tls_certificate": {"certificate_chain": _inline(chain), "private_key": _inline(key)},
    }


def _inline(content: bytes) -> Json:
    return {"inline_bytes": base64.b64encode(content).decode()}


def strict_transport(hsts: Hsts) -> Json:
    """The header `Strict-Transport-Security` (RFC 6797 §6.1), over whatever an application says."""
    words = [f"max-age={int(hsts.max_age.total_seconds())}"]
    words += ["includeSubDomains"] if hsts.include_subdomains else []
    words += ["preload"] if hsts.preload else []
    return overwrite("strict-transport-security", "; ".join(words))
