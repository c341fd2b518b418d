"""Headers that every answer of ours carries: what a page may load, who may frame it, who may keep it."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType


def content_security_policy(
    form_targets: Iterable[str] = (),
    form_action: str = "",
    *,
    scripts: bool = False,
    frames: Iterable[str] = (),
) -> str:
    """Policy of a page (CSP Level 3): own styles and images, forms to us, and no script at all.

    `scripts`: own files of script may run and ask the page's own host; nothing written into the page ever may.

    `form_targets` are further origins (`https://portal.example.cz`, `https://*.example.cz`) that a form
    may lead to: browsers apply `form-action` to the redirects after a POST as well. `form_action`: the one address that
    forms of the page lead to, and nothing of ours. `frames`: addresses, without a query, that it may load in frames.
    """
    framed = " ".join(frames)
    own_frames = f"frame-src {framed}; " if framed else ""
    form_action = form_action or " ".join(("'self'", *form_targets))
    own_scripts = "script-src 'self'; connect-src 'self'; " if scripts else ""
    return (
        f"default-src 'none'; {own_scripts}{own_frames}style-src 'self'; img-src 'self' data:; "
        f"form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    )


TRANSPORT_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Strict-Transport-Security": "max-age=63072000",  # two years, RFC 6797
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
"""For everything we answer with, files and machine-readable answers too."""

SECURITY_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        **TRANSPORT_HEADERS,
        "Content-Security-Policy": content_security_policy(),
        "Referrer-Policy": "same-origin",  # with no-referrer, forms carry `Origin: null` and look foreign
        "X-Frame-Options": "DENY",  # for browsers that know no frame-ancestors
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cache-Control": "no-store",
    }
)
"""For pages."""


def page_headers(
    form_targets: Iterable[str] = (),
    form_action: str = "",
    *,
    scripts: bool = False,
    frames: Sequence[str] = (),
) -> dict[str, str]:
    """`SECURITY_HEADERS` of a page whose forms may lead to further origins, and that may run our scripts.

    `frames`: see `content_security_policy`; other hosts' pages need not say that they may be in ours.
    """
    policy = content_security_policy(form_targets, form_action, scripts=scripts, frames=frames)
    embeds = {"Cross-Origin-Embedder-Policy": "unsafe-none"} if frames else {}
    return {**SECURITY_HEADERS, **embeds, "Content-Security-Policy": policy}
