"""What a command shows: tables whose values stand as they are, and times as the office's clock shows them."""

import os
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console

PRAGUE = ZoneInfo("Europe/Prague")
WIDTH = 160  # columns where neither a terminal nor COLUMNS says how wide it is: a row is a line in a pipe


def console() -> Console:
    """No value is taken for markup: names come from the directory, and `[/b]` may be part of one."""
    measured = "COLUMNS" in os.environ or bool(sys.stdout and sys.stdout.isatty())
    return Console(width=None if measured else WIDTH, markup=False, emoji=False, highlight=False)


def local_time(moment: datetime, *, seconds: bool = False) -> str:
    """In Prague, with the zone: an hour in October comes twice. At most 24 characters."""
    return moment.astimezone(PRAGUE).strftime("%Y-%m-%d %H:%M:%S %Z" if seconds else "%Y-%m-%d %H:%M %Z")
