"""What a browser says of languages: the cookie with the one that was chosen, and its own order. Pure."""

from config.vocabulary import Language

LANGUAGE_COOKIE = "__Host-brana-language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # seconds
PREFERENCES_READ = 20  # members of Accept-Language looked at; the rest of a longer one is ignored

KNOWN = {language.value: language for language in Language}


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
