"""`brana audit tail`: entries that fit, as they are added. Who follows is recorded once, before anything is shown.

It ends by a signal, after `--for`, or when nobody reads what it writes any more, and then with 0: that is no fault.
"""

import asyncio
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import click

from gateway.audit import reading_acts
from gateway.audit.entry import Code
from gateway.audit.search import News, Query, Search
from gateway.commands.audit_asked import municipality_of, reason_of
from gateway.commands.audit_filters import asked, filters, narrowed
from gateway.commands.audit_moments import Length
from gateway.commands.audit_shown import as_json, as_text, known_reasons
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.state import existing_state, now
from gateway.storage.audit_search import LogSearch

EVERY = 1.0  # seconds
BEHIND_ALL = 2**62

Wait = Callable[[], bool]
"""Until the next look; whether there is to be one."""


@click.command(
    help="Entries that fit, as they are added, until Ctrl-C or for as long as you say. "
    "That you follow the log is recorded."
)
@configuration
@filters
@click.option("--lines", type=click.IntRange(0, 1000), default=10, show_default=True,
              help="Entries that are there already, shown first.")  # fmt: skip
@click.option("--for", "length", type=Length(), default=None, metavar="LENGTH",
              help="End after so long, as `15 min`; left out: only Ctrl-C ends it.")  # fmt: skip
@click.option("--json", "machine", is_flag=True, help="One JSON object a line.")
def tail(  # noqa: PLR0913, PLR0917 - the options of the command
    configuration: Path,
    person: str | None,
    municipality: str | None,
    application: str | None,
    outcome: str | None,
    codes: Sequence[Code],
    reason: str | None,
    text: str | None,
    view: str | None,
    where: Query,
    purpose: str,
    lines: int,
    length: timedelta | None,
    *,
    machine: bool,
) -> None:
    state = existing_state(configuration)
    reasons = known_reasons(state)
    where = narrowed(state, view, where)
    query = replace(
        asked(where, text=text, person=person, application=application, outcome=outcome, codes=codes),
        municipality=asyncio.run(municipality_of(state, municipality))
        if municipality
        else where.municipality,
        reason=asyncio.run(reason_of(state, reason, reasons)) if reason else where.reason,
    )
    log = LogSearch(state.database)
    begin = asyncio.run(log.behind(query, BEHIND_ALL)).end
    page = asyncio.run(log.page(query, limit=max(lines, 1)))
    entry = reading_acts.searched(
        now(),
        subject=operator(),
        person=operator(),
        query={"follow": "yes"} | query.described(),
        found=min(lines, len(page.entries)),
        form="command",
        purpose=purpose.strip(),
    )
    asyncio.run(state.record([entry]))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for one in reversed(page.entries[:lines]):
            click.echo(as_json(one) if machine else as_text(one, reasons))
        for news in followed(log, query, begin, Pause(length)):
            for one in news.entries:
                click.echo(as_json(one) if machine else as_text(one, reasons))
            if left_out := news.not_shown + news.not_looked_at:
                click.echo(f"{told(news)} ({left_out} in all); `brana audit search` finds them", err=True)
    except KeyboardInterrupt:
        return
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is buffered has nowhere to go


class Pause:
    """Between two looks: for `EVERY`, or until the end, or until nobody reads the output any more."""

    def __init__(self, length: timedelta | None) -> None:
        self._ends = None if length is None else time.monotonic() + length.total_seconds()
        self._poll = select.poll()
        with suppress(OSError, ValueError):  # an output that is no file
            self._poll.register(sys.stdout, 0)  # an error or a hang-up is told unasked

    def __call__(self) -> bool:
        left = EVERY if self._ends is None else min(EVERY, self._ends - time.monotonic())
        return left > 0 and not self._poll.poll(left * 1000)


def followed(log: Search, query: Query, begin: int, wait: Wait) -> Iterator[News]:
    """What was added behind the number `begin`, look by look; nothing is repeated and nothing is passed over untold."""
    for _ in count():
        if not wait():
            return
        news = asyncio.run(log.behind(query, begin))
        begin = news.end
        yield news


def told(news: News) -> str:
    said = [
        f"{number} {words}"
        for number, words in (
            (news.not_shown, "more fit and are not shown"),
            (news.not_looked_at, "were too many to be looked at"),
        )
        if number
    ]
    return ", ".join(said)
