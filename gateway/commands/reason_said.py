"""The reason that a command is given: three words at least, as pages ask of requests, emergency access and reviews."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from gateway.asks.wish import WORDS, words_in

Command = TypeVar("Command", bound=Callable[..., Any])
TOO_SHORT = f"say why in {WORDS} words at least: whoever reads of it later has nothing else"


def in_words(_context: click.Context, _option: click.Parameter, written: str) -> str:
    """Raises click.BadParameter. What else a reason may not be is said by whoever keeps it."""
    if words_in(written) < WORDS:
        raise click.BadParameter(TOO_SHORT)
    return written


def why_option(kept: str, name: str = "--why") -> Callable[[Command], Command]:
    """One that has to be given. `kept`: where it is, in a sentence."""
    return click.option(name, required=True, callback=in_words, help=f"In {WORDS} words at least. {kept}")
