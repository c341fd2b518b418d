"""Tells how the replica of one directory fares: news to whoever lives on it, a note and advice to operators.

Laws: a trouble is worth recording when it begins and when it is over, not every time it is met; only a replica of
which nothing is held back is confirmed; the note that is kept says what is wrong now, or nothing.
"""

from collections.abc import Callable
from datetime import datetime

import structlog

from config.vocabulary import DirectoryName
from idp.directory.errors import DirectoryUnusable
from idp.directory.sync.news import News
from idp.directory.sync.replica import Replica, Touched

log = structlog.get_logger("directory")


class Reporter:
    """In one thread."""

    def __init__(self, directory: DirectoryName, replica: Replica, tell: Callable[[News], None]) -> None:
        self._name, self._replica, self._tell = directory, replica, tell
        self._trouble: type[DirectoryUnusable] | None = None
        self._noted = self._advised = ""

    @property
    def in_trouble(self) -> bool:
        return self._trouble is not None

    def goes_on_from(self, noted: str) -> None:
        """`noted`: what the last process left as a note."""
        self._noted = noted

    def changed(self, touched: Touched, at: datetime) -> None:
        """Something is newer; whether all of it is true was not said."""
        self._tell(News(directory=self._name, at=at, touched=touched))

    def confirmed(self, touched: Touched, at: datetime) -> None:
        first, self._trouble = self.in_trouble, None
        self._note("")
        self._tell(
            News(directory=self._name, at=at, confirmed=True, touched=touched, first_of_its_kind=first)
        )

    def failed(self, trouble: DirectoryUnusable, at: datetime) -> None:
        first, self._trouble = type(trouble) is not self._trouble, type(trouble)
        self._note(str(trouble))
        self._tell(News(directory=self._name, at=at, trouble=trouble, first_of_its_kind=first))

    def advise(self, advice: str) -> None:
        """Once, and again only when it is another."""
        if advice and advice != self._advised:
            log.warning("directory.advice", directory=self._name, advice=advice)
        self._advised = advice

    def _note(self, trouble: str) -> None:
        if trouble != self._noted:
            self._replica.note_trouble(self._name, trouble)
            self._noted = trouble
