"""What a browser says of languages: the cookie with the one that was chosen, and its own order. Pure.

One choice is good at all hosts, so this cookie alone is shared by them. It guards nothing: whoever sets it chooses a
language. The gate shows it to our own pages only.
"""

from config.vocabulary import Language

LANGUAGE_COOKIE = "brana-language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # seconds
PREFERENCES_READ = 20  # members of Accept-Language looked at; the rest of a longer one is ignored

KNOWN = {language.value: language for language in Language}


def chosen(cookies: str) -> Language | None:
    """The language of a Cookie header; None where none was chosen, or nonsense."""
    for pair in cookies.split(";"):
        name, _, value = pair.strip(" \t").partition("=")
        if name == LANGUAGE_COOKIE and value in KNOWN:
            return KNOWN[value]
    return None


def language_cookie(language: Language, domain: str) -> str:
    """Value of a Set-Cookie header that keeps a choice for a year at every host of the domain."""
    return (
        f"{LANGUAGE_COOKIE}={language}; Domain={domain}; Max-Age={LANGUAGE_COOKIE_AGE}; "
        "Path=/; Secure; HttpOnly; SameSite=Lax"
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
