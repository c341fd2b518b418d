"""Parts of an address as it is written in the configuration."""

from urllib.parse import SplitResult, urlsplit


def split_address(url: str) -> SplitResult | None:
    """Parts of an address; None where it is none, or its port is no port or it names a user."""
    try:
        parts = urlsplit(url)
        valid = bool(parts.port) or parts.port is None
    except ValueError:
        return None
    return parts if valid and "@" not in parts.netloc and url.isprintable() and " " not in url else None
