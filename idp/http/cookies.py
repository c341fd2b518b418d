"""The provider's cookies: host-only, secure, unreadable to scripts."""

from datetime import timedelta

from aiohttp import web

from config.vocabulary import NO_DEVICE, DeviceId
from idp.http.cookie_header import read_cookies
from idp.login.handle import Handle, HandleHash, device_of, hashed, read_handle

PREFIX = "__Host-brana-"
LOGIN = PREFIX + "login"
"""Binds sign-ins that were begun to this browser."""
SSO = PREFIX + "sso"
"""The session at the provider."""
KNOWN = PREFIX + "browser"
"""Somebody completed a sign-in in this browser: its guesses are counted apart from strangers'."""
DEVICE = PREFIX + "device"
"""What a browser is called in the log, from its first completed sign-in on; the same at each further one."""

KNOWN_FOR = timedelta(days=180)


def read(request: web.Request, name: str) -> Handle | None:
    header = "; ".join(request.headers.getall("Cookie", ()))
    return read_handle(read_cookies(header, PREFIX).get(name))


def read_hashed(request: web.Request, name: str) -> HandleHash | None:
    handle = read(request, name)
    return hashed(handle) if handle is not None else None


def device(request: web.Request) -> DeviceId:
    """Of the browser; NO_DEVICE before its first completed sign-in."""
    handle = read(request, DEVICE)
    return device_of(handle) if handle is not None else NO_DEVICE


def give(response: web.StreamResponse, name: str, handle: Handle, lifetime: timedelta | None = None) -> None:
    """Lax, as people come here by links and redirects of other hosts; None: until the browser is closed."""
    seconds = None if lifetime is None else int(lifetime.total_seconds())
    response.set_cookie(name, handle, max_age=seconds, path="/", secure=True, httponly=True, samesite="Lax")


def take_away(response: web.StreamResponse, name: str) -> None:
    response.del_cookie(name, path="/", secure=True, httponly=True, samesite="Lax")
