"""Which language a page is shown in: what was asked for now, then earlier, then by the browser."""

from aiohttp import web

from config.vocabulary import Language

LANGUAGE_COOKIE = "__Host-brana-language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # seconds
PREFERENCES_READ = 20  # members of Accept-Language looked at; the rest of a longer one is ignored

KNOWN = {language.value: language for language in Language}


def language_of(request: web.Request, default: Language = Language.CZECH) -> Language:
    """Language of the answer: `?lang=`, then the cookie, then Accept-Language, then `default`."""
    return (
        KNOWN.get(request.query.get("lang", ""))
        or KNOWN.get(request.cookies.get(LANGUAGE_COOKIE, ""))
        or preferred(request.headers.get("Accept-Language", ""))
        or default
    )


def preferred(accept_language: str) -> Language | None:
    """Best known language of an Accept-Language header (RFC 9110 §12.5.4); None where it names none.

    A member that cannot be read counts for nothing; of equal weights the first wins.
    """
    best: tuple[float, Language] | None = None
    for member in accept_language.split(",")[:PREFERENCES_READ]:
        tag, *parameters = (part.strip().lower() for part in member.split(";"))
        language = KNOWN.get(tag.partition("-")[0])
        weight = _weight(parameters)
        if language is not None and weight > 0 and (best is None or weight > best[0]):
            best = (weight, language)
    return best[1] if best else None


def _weight(parameters: list[str]) -> float:
    """The `q` of one member: 1 where it is missing, 0 (not wanted) where it is nonsense."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0 <= weight <= 1 else 0.0
    return 1.0


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
