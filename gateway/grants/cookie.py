"""Our cookies, all host-only (`__Host-`, RFC 6265bis §4.1.3.2): never shared between two applications."""

from datetime import timedelta

from idp.http import cookie_header

PREFIX = "__Host-brana-"
GRANT = PREFIX + "grant"
GRANT_OF_ONE = GRANT + "-"  # + the application, where it shares its host
SESSION = PREFIX + "session"
SIGN_IN = PREFIX + "signin-"  # + the first characters of the attempt's state: two tabs, two attempts


def set_cookie(name: str, value: str, lifetime: timedelta) -> str:
    """Value of a Set-Cookie header: Lax, so that links from mail and portal arrive signed in."""
    return f"{name}={value}; Max-Age={int(lifetime.total_seconds())}; Path=/; Secure; HttpOnly; SameSite=Lax"


def clear_cookie(name: str) -> str:
    return set_cookie(name, "", timedelta(0))


def read_cookies(header: str) -> dict[str, str]:
    """Our cookies in a Cookie header."""
    return cookie_header.read_cookies(header, PREFIX)
