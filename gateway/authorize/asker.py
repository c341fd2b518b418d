"""Who waits for the answer: a person who opened a page or sent a form, a frame of a page, or a program.

Fetch Metadata (W3C) says it where the browser sends it. Older browsers and programs are told apart by what they
accept and send. Doubt says "program": a reason as data harms nobody, a sign-in page in a script's hands does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""What a form of a page is sent as (HTML, "form submission")."""
FRAMES = frozenset({"iframe", "frame", "embed", "object", "fencedframe"})
OPENED = ("GET", "HEAD", "POST")
UNKNOWN_LENGTH = "-"  # how Envoy says that a request has no such header


class Asker(StrEnum):
    PAGE = "page"
    FORM = "form"
    FRAME = "frame"
    """A page within a page: no place to sign in, as ours let nobody frame them."""
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that a page of this host sent."""

    length: int | None
    """Bytes of its body; None: not said."""


def asker(method: str, headers: Mapping[str, str]) -> Asker:
    """`headers` is case-insensitive."""
    if _says_it_is_a_program(headers):
        return Asker.PROGRAM
    mode = headers.get("Sec-Fetch-Mode")
    navigates = mode == "navigate" if mode is not None else _wants_a_page(method, headers)
    if not navigates or method not in OPENED:
        return Asker.PROGRAM
    if headers.get("Sec-Fetch-Dest") in FRAMES:
        return Asker.FRAME
    return Asker.FORM if method == "POST" else Asker.PAGE


def form_sent(method: str, headers: Mapping[str, str]) -> Sent | None:
    """None for what is no form, or not of a page of the host that is asked."""
    if asker(method, headers) is not Asker.FORM or not from_our_page(headers, headers.get("Host", "")):
        return None
    length = headers.get("x-brana-content-length", UNKNOWN_LENGTH)
    return Sent(int(length) if length.isascii() and length.isdigit() else None)


def from_our_page(headers: Mapping[str, str], host: str) -> bool:
    """Whether a request that changes something was sent by a page of the same origin.

    The browser says so itself (Fetch Metadata, `Sec-Fetch-Site`); an older one sends Origin, which must be
    the one that was asked. A request with neither is refused. `host` is the Host header, with its port.
    """
    site = headers.get("Sec-Fetch-Site")
    origin = headers.get("Origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None:
        return _without_usual_port(origin) == f"https://{_without_usual_port(host)}"
    return site is not None


def _without_usual_port(authority: str) -> str:
    return authority.lower().removesuffix(":443")


def _says_it_is_a_program(headers: Mapping[str, str]) -> bool:
    return (
        "Upgrade" in headers  # a web socket (RFC 6455 §4.1)
        or headers.get("Authorization", "").lower().startswith("bearer ")  # no browser does for a page
        or headers.get("X-Requested-With", "").lower() == "xmlhttprequest"
        or "prefetch" in headers.get("Sec-Purpose", headers.get("Purpose", "")).lower()  # nobody looks yet
        or headers.get("Service-Worker", "").lower() == "script"
    )


def _wants_a_page(method: str, headers: Mapping[str, str]) -> bool:
    """Of a browser that sends no Fetch Metadata: HTML in Accept, and of a POST a form's content."""
    if "text/html" not in headers.get("Accept", "").lower():
        return False
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return method != "POST" or kind in FORM_TYPES or not kind
