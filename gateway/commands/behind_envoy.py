"""How a server that hears only what Envoy lets through differs from one that faces the network by itself."""

from typing import Any

from gateway.envoy.hardening import HEADERS_KIB

LONGEST_LINE = 2 * HEADERS_KIB * 1024  # bytes: Envoy has refused longer ones; see BEHIND_ENVOY
BEHIND_ENVOY: dict[str, Any] = {
    "access_log": None,
    # What aiohttp refuses by itself it quotes, to the browser and in the log: a session's handle, for one,
    # which no script may read. So nothing that Envoy lets through may be too long for it.
    "max_line_size": LONGEST_LINE,
    "max_field_size": LONGEST_LINE,
    # No honest form is compressed, and inflating a stranger's zeros costs a thousand times what they sent.
    "auto_decompress": False,
}
