"""What somebody can reach now by the factors there are."""

from datetime import datetime

from config.vocabulary import AuthenticationLevel, SubjectId
from idp.events import Factor
from idp.login.book import Book
from idp.login.level import LEVELS
from idp.login.trust import level_of


def reach_of(book: Book, subject: SubjectId, now: datetime) -> frozenset[AuthenticationLevel]:
    """What the person can reach now by each factor there is."""
    levels = {level_of(one, now) for one in book.authenticators(subject)}
    return frozenset(levels | {LEVELS[Factor.RECOVERY_CODE]} if book.recovery_codes_left(subject) else levels)
