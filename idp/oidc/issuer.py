"""The provider's own address: the `iss` of everything it says."""

from config.settings import Public

HTTPS = 443


def origin_of(host: str, public: Public) -> str:
    """`https://host[:port]` as browsers see it."""
    port = public.advertised_port or public.port
    return f"https://{host}" if port == HTTPS else f"https://{host}:{port}"


def issuer_of(public: Public) -> str:
    """OpenID Connect Discovery 1.0 §3: no query, no fragment, no final slash."""
    return origin_of(f"login.{public.domain}", public)
