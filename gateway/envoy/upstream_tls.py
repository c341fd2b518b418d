"""TLS to the servers of an application: whose certificate is believed, under which name, and what we show.

Authorities and our own certificates are secrets of their own, named by their files, so that applications share
them and Envoy reads them again when they are replaced by renaming.
"""

from collections.abc import Iterable

from config.settings import Application, UpstreamTls
from config.upstreams import is_address
from gateway.envoy.messages import Json, discovered, typed
from gateway.envoy.upstreams import upstreams_of

TLS = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
ALPN = {"http1": "http/1.1", "http2": "h2"}
BY_NAME = "name"  # key of an endpoint's metadata, by which its transport socket is found
MATCHED = "envoy.transport_socket_match"


def upstream_secrets(applications: Iterable[Application]) -> list[Json]:
    """Each file once. Envoy is told names of files, never what is in them."""
    made: dict[str, Json] = {}
    for application in applications:
        if (tls := application.tls) is None:
            continue
        made[_authority(tls)] = {"validation_context": {"trusted_ca": {"filename": str(tls.authority)}}}
        if tls.certificate is not None:
            made[_ours(tls)] = {
                "tls_certificate": {
                    "certificate_chain": {"filename": str(tls.certificate)},
                    "private_key": {"filename": str(tls.key)},
                }
            }
    return [{"name": name} | made[name] for name in sorted(made)]


def transport(application: Application) -> Json:
    """Fields of the cluster; nothing for servers without TLS."""
    if application.tls is None:
        return {}
    names = list(dict.fromkeys(name_of(application.tls, one.host) for one in upstreams_of(application)))
    sockets = [_socket(application, application.tls, name) for name in names]
    matches = [
        {"name": name, "match": {BY_NAME: name}, "transport_socket": one}
        for name, one in zip(names, sockets, strict=True)
    ]
    # Whatever is not matched gets TLS as well: nothing goes out in the open by mistake.
    return {"transport_socket": sockets[0]} | (
        {"transport_socket_matches": matches} if len(names) > 1 else {}
    )


def marked(application: Application, host: str) -> Json:
    """Field of an endpoint: the name that its certificate must bear."""
    if application.tls is None:
        return {}
    name = name_of(application.tls, host)
    return {"metadata": {"filter_metadata": {MATCHED: {BY_NAME: name}}}}


def name_of(tls: UpstreamTls, host: str) -> str:
    return (tls.server_name or host).lower()


def _socket(application: Application, tls: UpstreamTls, name: str) -> Json:
    """`name`: what the certificate must bear as an alternative name (RFC 9525 §6), and what we ask for."""
    kind = "IP_ADDRESS" if is_address(name) else "DNS"
    context: Json = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2", "tls_maximum_protocol_version": "TLSv1_3"},
        "alpn_protocols": [ALPN[application.protocol]],
        "combined_validation_context": {
            "default_validation_context": {
                "match_typed_subject_alt_names": [{"san_type": kind, "matcher": {"exact": name}}]
            },
            "validation_context_sds_secret_config": _by_discovery(_authority(tls)),
        },
    }
    if tls.certificate is not None:
        context["tls_certificate_sds_secret_configs"] = [_by_discovery(_ours(tls))]
    asked = {} if kind == "IP_ADDRESS" else {"sni": name}  # RFC 6066 §3: no addresses
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": typed(TLS, common_tls_context=context, **asked),
    }


def _by_discovery(name: str) -> Json:
    return {"name": name, "sds_config": discovered()}


def _authority(tls: UpstreamTls) -> str:
    return f"authority {tls.authority}"


def _ours(tls: UpstreamTls) -> str:
    return f"certificate {tls.certificate} {tls.key}"
