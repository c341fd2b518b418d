"""Whose stream it is and what was asked, as Envoy says it: nothing here comes from the client."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.rests_on import of_fresh

ROUTE, REQUEST, ADDRESS, MARK = "x-brana-route", "x-brana-request", "x-brana-address", "x-brana-mark"
THUMBPRINT, TUNNEL = "x-brana-thumbprint", "x-brana-tunnel"
FRESH, DECIDED = "x-brana-fresh", "x-brana-decided"
"""Metadata of the call that Envoy makes for each stream; values are filled in from its own state."""
UNSAID = "-"  # how Envoy writes what it does not know


class NotFromEnvoy(Exception):
    """A call without the words that Envoy's configuration gives it; such a stream is not let through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    session: str
    revocation_id: str
    """`<sid>.<generation>` of the grant or decision that let it in."""
    application: str
    municipality: str
    """Whose resource it is; stays as it was when the stream began, whatever the person acts for by now."""
    action: str
    """Behind it `@` and the name of the route, where that has one (`config.asked_word`)."""
    address: str
    """Of the client, without port."""
    request_id: str
    mark: str = ""
    """Of the settings by which the application is served (`config.marks`); empty: not said."""
    thumbprint: str = ""
    """SHA-256 of the certificate that its connection has shown, hexadecimal; empty: none."""
    in_tunnel: str = ""
    """The device's address in its tunnel, where the connection came through one."""


def read_stream(said: Mapping[str, str]) -> Stream:
    """From the call's metadata (names in lower case). Raises NotFromEnvoy."""
    route = said.get(ROUTE, "").split(" ")
    fresh, decided = said.get(FRESH, "").split(" "), said.get(DECIDED, "").split(" ")
    # The two forms of `gateway/envoy/access_log.py`: of a fresh grant, and of a decision made for this request.
    revocation_id, municipality = (fresh[0], fresh[1]) if len(fresh) == 2 else _decided(decided)
    revocation_id = of_fresh(revocation_id)[0]
    session = revocation_id.rpartition(".")[0]
    address, request_id = said.get(ADDRESS, ""), said.get(REQUEST, "")
    if len(route) != 3 or not session or not municipality or address in ("", UNSAID):
        raise NotFromEnvoy(f"route {said.get(ROUTE)!r}, request {request_id!r}")
    return Stream(
        session=session,
        revocation_id=revocation_id,
        application=route[0],
        municipality=municipality,
        action=route[2],
        address=address,
        request_id=request_id,
        mark=said.get(MARK, "").removeprefix(UNSAID),
        thumbprint=said.get(THUMBPRINT, "").removeprefix(UNSAID),
        in_tunnel=said.get(TUNNEL, "").removeprefix(UNSAID),
    )


def _decided(words: list[str]) -> tuple[str, str]:
    """`<application> <municipality> <revocation id> …` (docs/architecture.md, "Life of a request")."""
    return (words[2], words[1]) if len(words) >= 3 else ("", "")
