"""Syncs that somebody waits for: whatever happens, an answer comes."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

from config.vocabulary import DirectoryName
from idp.directory.errors import DirectoryMisconfigured
from idp.directory.sync.replica import Hold

Answer = Future[Hold | None]
"""What the sync that was wanted held back, or nothing; raises DirectoryUnusable."""


@dataclass(frozen=True, slots=True)
class Wanted:
    full: bool
    answer: Answer


@contextmanager
def failing(directory: DirectoryName, answers: Sequence[Answer]) -> Iterator[None]:
    """Whoever waits for these hears of a fault of ours, too."""
    try:
        yield
    except Exception as error:
        for answer in answers:
            if not answer.done():
                answer.set_exception(DirectoryMisconfigured(directory, f"the sync failed: {error}"))
        raise


def cancel(answers: Sequence[Answer], messages: Iterable[object]) -> None:
    """None of these is answered any more, nor what is wanted among the messages."""
    for answer in (*answers, *(one.answer for one in messages if isinstance(one, Wanted))):
        answer.cancel()
