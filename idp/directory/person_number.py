"""By which number a directory says whose an account is: one person may have several accounts. Pure.

Laws: accounts of one number are one person's, and of several any will do; an account without one stands alone; what
says nothing (`0`, `-`), or is said of too many, is no number. A number only ever takes something away: nobody may do
more by having one.
"""

import re
from collections.abc import Iterable

from config.settings import Directory
from idp.directory.entries import UNREADABLE, Entry, told_values
from idp.directory.spelling import strictly

NUMBERS = "#person"
"""Where a record keeps them among the attributes, which a version that knows nothing of them reads as well; no
attribute is called so (RFC 4512 §2.5)."""
MOST_ACCOUNTS = 20
"""Of one number in one directory. What more of them have is written where nobody has a number (`n/a`, `EXT`)."""
EMPTY = re.compile(r"[\W0_]*")
"""What is written where there is no number."""


def series_of(settings: Directory) -> str:
    """Numbers of one series name one person, in whatever directory."""
    return settings.person_series or settings.name


def numbers(told: Iterable[str]) -> tuple[str, ...]:
    """In comparable form, sorted; letter case and spaces around are no difference."""
    read = (strictly(one.strip()) for one in told if one != UNREADABLE)
    return tuple(sorted({one for one in read if not EMPTY.fullmatch(one)}))


def numbers_of(read: Entry, attribute: str) -> dict[str, tuple[str, ...]]:
    """As a record keeps them; nothing of whoever has none."""
    found = numbers(told_values(read, attribute)) if attribute else ()
    return {NUMBERS: found} if found else {}
