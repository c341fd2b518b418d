"""Names and handles: 256-bit random texts given to a browser, of which only the hash is kept."""

import hashlib
import re
import secrets
from base64 import urlsafe_b64encode
from typing import NewType

from config.drawn_name import drawn_name
from config.vocabulary import DeviceId, SessionId

Handle = NewType("Handle", str)
"""43 characters, base64url of 256 random bits. A credential: never stored, never logged."""

HandleHash = NewType("HandleHash", bytes)
"""SHA-256 of a handle. Nothing slower is needed for 256 random bits."""

FlowId = NewType("FlowId", str)
"""Public name of one sign-in attempt, 22 characters. Worth nothing without the browser's handle."""

_HANDLE = re.compile(r"[A-Za-z0-9_-]{43}")
_NAME = re.compile(r"[A-Za-z0-9_-]{22}")


def new_handle() -> Handle:
    return Handle(secrets.token_urlsafe(32))


def new_session_id() -> SessionId:
    return SessionId(drawn_name())


def new_flow_id() -> FlowId:
    return FlowId(secrets.token_urlsafe(16))


def hashed(handle: Handle) -> HandleHash:
    return HandleHash(hashlib.sha256(handle.encode("ascii")).digest())


def device_of(handle: Handle) -> DeviceId:
    """What a browser is called by its cookie: half of the hash, which tells nobody the cookie."""
    return DeviceId(urlsafe_b64encode(hashed(handle)[:16]).rstrip(b"=").decode())


def read_handle(text: str | None) -> Handle | None:
    """A handle as a client sent it, or None for what cannot be one."""
    return Handle(text) if text is not None and _HANDLE.fullmatch(text) else None


def read_flow_id(text: str | None) -> FlowId | None:
    return FlowId(text) if text is not None and _NAME.fullmatch(text) else None
