"""What a command shows: tables whose values stand as they are."""

import os
import sys

from rich.console import Console

WIDTH = 160  # columns where neither a terminal nor COLUMNS says how wide it is: a row is a line in a pipe


def console() -> Console:
    """No value is taken for markup: names come from the directory, and `[/b]` may be part of one."""
    measured = "COLUMNS" in os.environ or bool(sys.stdout and sys.stdout.isatty())
    return Console(width=None if measured else WIDTH, markup=False, emoji=False, highlight=False)
