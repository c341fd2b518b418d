"""Which language a page is shown in: what was asked for now, then earlier, then by the browser."""

from aiohttp import web

from config.vocabulary import Language
from idp.http.preferred_language import KNOWN, chosen, language_cookie, preferred


def language_of(request: web.Request, default: Language = Language.CZECH) -> Language:
    """Language of the answer: `?lang=`, then the cookie, then Accept-Language, then `default`."""
    return (
        KNOWN.get(request.query.get("lang", ""))
        or chosen("; ".join(request.headers.getall("Cookie", [])))
        or preferred(request.headers.get("Accept-Language", ""))
        or default
    )


def remember(response: web.StreamResponse, request: web.Request, domain: str) -> None:
    """Keep a language that was asked for by `?lang=` for a year, at every host of the domain."""
    asked = KNOWN.get(request.query.get("lang", ""))
    if asked is not None:
        response.headers.add("Set-Cookie", language_cookie(asked, domain))
