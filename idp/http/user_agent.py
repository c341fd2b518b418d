"""What a person recognises a session by: the browser and the system of its User-Agent header.

The header is anybody's to write (RFC 9110 §10.1.5): this is a hint for people, nothing is decided by it.
"""

from config.vocabulary import Language

READ = 512  # characters of the header looked at

BROWSERS = (  # the first mark found decides: later browsers carry the marks of earlier ones
    ("Edg/", "Microsoft Edge"),
    ("EdgA/", "Microsoft Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("SeznamBrowser/", "Seznam.cz"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("HeadlessChrome/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
UNKNOWN = {Language.CZECH: "neznámý prohlížeč", Language.ENGLISH: "unknown browser"}


def describe(user_agent: str, language: Language) -> str:
    """`Firefox, Windows`; what is not known is left out, and nothing known is said so."""
    text = user_agent[:READ]
    known = [_first(BROWSERS, text), _first(SYSTEMS, text)]
    return ", ".join(name for name in known if name) or UNKNOWN[language]


def _first(marks: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for mark, name in marks if mark in text), "")
