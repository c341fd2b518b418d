"""Which language a page is shown in: what was asked for now, then earlier, then by the browser."""

from aiohttp import web

from config.vocabulary import Language
from idp.http.preferred_language import KNOWN, LANGUAGE_COOKIE, LANGUAGE_COOKIE_AGE, preferred


def language_of(request: web.Request, default: Language = Language.CZECH) -> Language:
    """Language of the answer: `?lang=`, then the cookie, then Accept-Language, then `default`."""
    return (
        KNOWN.get(request.query.get("lang", ""))
        or KNOWN.get(request.cookies.get(LANGUAGE_COOKIE, ""))
        or preferred(request.headers.get("Accept-Language", ""))
        or default
    )


def remember(response: web.StreamResponse, request: web.Request) -> None:
    """Keep a language that was asked for by `?lang=` for a year, on this host."""
    asked = KNOWN.get(request.query.get("lang", ""))
    if asked is not None:
        response.set_cookie(
            LANGUAGE_COOKIE,
            asked.value,
            max_age=LANGUAGE_COOKIE_AGE,
            path="/",
            secure=True,
            httponly=True,
            samesite="Lax",
        )
