"""The path of a request as it is recorded. Pure."""

import re

_PARAMETERS = re.compile(r";[^/]*")


def recorded_path(path: str) -> str:
    """Without the parameters of its segments (RFC 3986 §3.3): older applications carry the session there."""
    return _PARAMETERS.sub("", path) if ";" in path else path
