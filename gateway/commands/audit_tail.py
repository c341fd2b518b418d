"""`brana audit tail`: entries that fit, as they are added. Who follows is recorded once, before anything is shown."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Event

import click

from gateway.audit import acts
from gateway.audit.entry import Code
from gateway.audit.search import News, Query, Search
from gateway.commands.audit_asked import municipality_of, reason_of
from gateway.commands.audit_filters import asked, filters, narrowed
from gateway.commands.audit_shown import as_json, as_text, known_reasons
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.state import existing_state, now
from gateway.storage.audit_search import LogSearch

EVERY = 1.0  # seconds
BEHIND_ALL = 2**62

Wait = Callable[[], bool]
"""Until the next look; whether there is to be one."""


@click.command(help="Entries that fit, as they are added, until Ctrl-C. That you follow the log is recorded.")
@configuration
@filters
@click.option("--lines", type=click.IntRange(0, 1000), default=10, show_default=True,
              help="Entries that are there already, shown first.")  # fmt: skip
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
    entry = acts.searched(
        now(),
        subject=operator(),
        person=operator(),
        query={"follow": "yes"} | query.described(),
        found=min(lines, len(page.entries)),
        form="command",
        purpose=purpose.strip(),
    )
    asyncio.run(state.record([entry]))
    for one in reversed(page.entries[:lines]):
        click.echo(as_json(one) if machine else as_text(one, reasons))
    stop = Event()
    try:
        for news in followed(log, query, begin, lambda: not stop.wait(EVERY)):
            for one in news.entries:
                click.echo(as_json(one) if machine else as_text(one, reasons))
            if left_out := news.not_shown + news.not_looked_at:
                click.echo(f"{told(news)} ({left_out} in all); `brana audit search` finds them", err=True)
    except KeyboardInterrupt:
        return


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
