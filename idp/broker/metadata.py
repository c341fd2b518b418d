"""What another provider says of itself (OpenID Connect Discovery 1.0 §3), as far as it is believed."""

import msgspec

from idp.broker.refused import UNREADABLE, UpstreamRefused
from idp.broker.upstream import Upstream
from idp.login.refusal import Refusal


class Metadata(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""
    """Where people sign out of it (RP-Initiated Logout 1.0 §2.1); empty: nowhere that we would send them."""
    authorization_response_iss_parameter_supported: bool = False
    """Whether each answer names the issuer (RFC 9207 §3)."""


def read(body: bytes, upstream: Upstream) -> Metadata:
    """Raises UpstreamRefused: of another issuer (§4.3), or with an endpoint on a host that nobody named to us."""
    try:
        said = msgspec.json.decode(body, type=Metadata)
    except UNREADABLE as error:
        raise UpstreamRefused(Refusal.UPSTREAM_UNUSABLE, "its metadata cannot be read") from error
    if said.issuer != upstream.issuer:
        raise UpstreamRefused(Refusal.UPSTREAM_UNUSABLE, "its metadata name another issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not upstream.allows(getattr(said, name)):
            detail = f"its {name} is not https on its issuer's host or one of `hosts`"
            raise UpstreamRefused(Refusal.UPSTREAM_UNUSABLE, detail)
    if said.end_session_endpoint and not upstream.allows(said.end_session_endpoint):
        return msgspec.structs.replace(said, end_session_endpoint="")
    return said
