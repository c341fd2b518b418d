"""The question to another provider, and its answer as the browser brings it (OpenID Connect Core 1.0 §3.1.2)."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from idp.broker.metadata import Metadata
from idp.broker.upstream import Upstream
from idp.login.handle import FlowId, Handle, HandleHash, hashed, read_flow_id, read_handle
from idp.login.refusal import Refusal
from idp.login.upstream import Gone
from idp.oidc.pkce import challenge_of

CODE_MAX = 4096  # characters; RFC 6749 sets no bound, and a question must have one
NO_ANSWERS = frozenset({"temporarily_unavailable", "server_error"})  # RFC 6749 §4.1.2.1


def state_of(flow: FlowId, handle: Handle) -> str:
    """Which sign-in is to go on, and that the answer is to this very question."""
    return f"{flow}.{handle}"


def read_state(text: str) -> tuple[FlowId | None, HandleHash | None]:
    flow, _, rest = text.partition(".")
    handle = read_handle(rest)
    return read_flow_id(flow), hashed(handle) if handle is not None else None


def address(
    upstream: Upstream,
    metadata: Metadata,
    gone: Gone,
    state: str,
    redirect_uri: str,
    login_hint: str,
    locale: str,
) -> str:
    """Where the browser is sent."""
    asked = {
        "response_type": "code",
        "client_id": upstream.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(dict.fromkeys(("openid", *upstream.scopes))),
        "state": state,
        "nonce": gone.nonce,
        "code_challenge": challenge_of(gone.verifier),
        "code_challenge_method": "S256",
        "ui_locales": locale,
    }
    if gone.anew or gone.linking:
        asked["max_age"] = "0"
    if gone.linking:  # by its own page: else one would be linked who only left a session there
        asked["prompt"] = "login"
    if upstream.levels:
        asked["acr_values"] = " ".join(upstream.levels)
    if login_hint:
        asked["login_hint"] = login_hint
    joint = "&" if "?" in metadata.authorization_endpoint else "?"
    return f"{metadata.authorization_endpoint}{joint}{urlencode(asked)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What the browser brought."""

    flow: FlowId | None
    state: HandleHash | None
    code: str = field(default="", repr=False)
    issuer: str | None = None
    fault: Refusal | None = None
    """Why nothing more is asked by it."""


def read(pairs: Sequence[tuple[str, str]], upstream: Upstream) -> Returned:
    """Doubt is a fault: whatever stands twice is not there."""
    names = [name for name, _ in pairs]
    once = {name: value for name, value in pairs if names.count(name) == 1}
    flow, state = read_state(once.get("state", ""))
    code, error, issuer = once.get("code", ""), once.get("error"), once.get("iss")
    fault: Refusal | None = None
    if issuer is not None and not hmac.compare_digest(issuer.encode(), upstream.issuer.encode()):
        fault = Refusal.UPSTREAM_MIXED_UP
    elif error is not None:
        fault = Refusal.UPSTREAM_UNREACHABLE if error in NO_ANSWERS else Refusal.UPSTREAM_DENIED
    elif (
        not 0 < len(code) <= CODE_MAX
        or not code.isascii()
        or not code.isprintable()
        or len(set(names)) != len(names)
    ):
        fault = Refusal.UPSTREAM_ANSWER_UNREADABLE
    return Returned(flow=flow, state=state, code=code, issuer=issuer, fault=fault)
