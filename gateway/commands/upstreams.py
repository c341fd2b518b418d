"""Other identity providers, as the built-in one asks them."""

import ssl
from collections.abc import Sequence
from pathlib import Path

from config.district import District
from config.settings import UpstreamProvider
from idp.broker.client import UpstreamClient
from idp.broker.upstream import Upstream, host_of
from idp.login.needed_level import NAMED

USUAL = ("RS256", "ES256")
"""Signatures of id tokens, where the configuration names none: what every provider has, and its successor."""


def upstreams_of(configured: Sequence[UpstreamProvider], district: District) -> dict[str, UpstreamClient]:
    """By name, in the order of the configuration. Reads their files; raises OSError, ssl.SSLError."""
    return {one.name: _client(one, district) for one in configured}


def _client(one: UpstreamProvider, district: District) -> UpstreamClient:
    return UpstreamClient(
        upstream=Upstream(
            name=one.name,
            issuer=one.issuer,
            hosts=frozenset({host_of(one.issuer), *one.hosts}),
            client_id=one.client_id,
            secret=_secret(one.client_secret_file),
            scopes=tuple(one.scopes),
            algorithms=tuple(one.algorithms) or USUAL,
            levels={each.acr: NAMED[each.level] for each in one.levels},
            municipality_of=district.code_of if one.kind == "caais" else None,
        ),
        title=one.title,
        realms=frozenset(one.realms),
        tls=_tls(one),
    )


def _secret(file: Path | None) -> str | None:
    return None if file is None else file.read_text(encoding="utf-8").strip()


def _tls(one: UpstreamProvider) -> ssl.SSLContext:
    """Trusts the provider's authority alone, where one is named; our certificate is shown to whoever asks for it."""
    context = ssl.create_default_context(cafile=None if one.authority is None else str(one.authority))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if one.certificate is not None and one.key is not None:
        context.load_cert_chain(one.certificate, one.key)
    return context
