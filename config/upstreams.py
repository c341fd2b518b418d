"""Addresses of a hosted application's servers: `http://host:port` or `https://host:port`, and nothing behind it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address

from config.address import split_address

NAME = re.compile(
    r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?\Z"
)  # of a machine; RFC 1123 §2.1, and `_`


@dataclass(frozen=True, slots=True)
class Upstream:
    host: str
    """Name or IP address, without brackets."""
    port: int
    tls: bool

    @property
    def is_address(self) -> bool:
        return is_address(self.host)


@lru_cache(maxsize=4096)  # each is asked about by whoever checks it and by whoever tells Envoy of it
def upstream_of(text: str) -> Upstream | None:
    """None where it is not exactly scheme, host and port."""
    parts = split_address(text)
    if parts is None or not parts.hostname or not parts.port:
        return None
    if not (is_address(parts.hostname) or NAME.match(parts.hostname)):
        return None
    if parts.scheme not in ("http", "https") or text != f"{parts.scheme}://{parts.netloc}":
        return None
    return Upstream(parts.hostname, parts.port, parts.scheme == "https")


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # Envoy takes no zone
