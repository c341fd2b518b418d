"""Moments that entries keep in UTC, as the clocks of people show them. Pure."""

import re
from datetime import datetime

from config.vocabulary import Language
from idp.http.moments import moment_text

MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def as_clocks_show(text: str, language: Language) -> str:
    """A moment in Prague, with its zone; anything else as it is."""
    if MOMENT.fullmatch(text) is None:
        return text
    try:
        at = datetime.fromisoformat(text)
        return moment_text(at, language, "second" if at.second else "minute")
    except (ValueError, OverflowError):  # no day of any calendar
        return text
