"""`brana audit export --as FORM`: what a search finds, as the officers' page hands it out."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click

from gateway.audit import reading_acts
from gateway.audit.entry import Entry
from gateway.audit.exporting import EntryGone, Exporting, Prepared
from gateway.audit.search import Query
from gateway.audit.selection import MOST_BY_COMMAND, ExportRefused, Wanted, Why
from gateway.commands.audit_shown import known_reasons
from gateway.commands.operator import operator
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, now
from gateway.storage.audit_search import LogSearch
from gateway.storage.audit_selection import StoredSelection

REFUSALS: dict[Why, tuple[str, str]] = {
    Why.PURPOSE: ("the purpose says nothing, or too much", "write it on one line of 3 to 200 characters"),
    Why.CONDITIONS: ("a part of a name fits too many people", "write more of the name, or the login"),
    Why.NOTHING: (
        "no entry fits, or none that is sealed",
        "see `brana audit search` with the same conditions",
    ),
    Why.TOO_MUCH: (
        f"more than {MOST_BY_COMMAND} entries fit",
        "narrow it by --since and --until, or export a span: without --as it has no bound",
    ),
    Why.NOT_SEARCHED: (
        "not all of the log is indexed yet, and a part is not given as if it were the whole",
        "ask for a newer time, or later: the running product makes the index",
    ),
    Why.NOT_SEALED: (
        "there is no checkpoint of ours that proves these entries",
        "run `brana audit verify`; without --proofs they can be given",
    ),
    Why.TOO_LONG: ("the search takes too long", "narrow it by --since and --until"),
    Why.UNDER_WAY: ("another export is under way", "try again in a moment"),
}
Opened = Callable[[Path], BinaryIO]


def give(
    state: State,
    file: Path,
    query: Query,
    wanted: Wanted,
    opened: Opened,
    span: tuple[datetime | None, datetime | None],
) -> None:
    """Raises CannotStart. `span`: times of the acts; `opened`: makes the file, for its owner's eyes."""
    since, until = span
    asked = replace(query, since=since or query.since, until=until or query.until)
    exporting = Exporting(
        log=LogSearch(state.database),
        source=StoredSelection(state.database, state.log_known, state.vouching),
        origin=state.settings.public.domain,
        reasons=known_reasons(state),
        record=state.record,
        early=None,
    )
    try:
        prepared = asyncio.run(_given(exporting, file, asked, wanted, opened))
    except ExportRefused as refused:
        raise CannotStart(*REFUSALS[refused.reason]) from refused
    except EntryGone as gone:
        raise CannotStart(str(gone), "nothing is left of the file") from gone
    click.echo(f"{file}: {len(prepared.numbers)} entries")
    if (prover := prepared.prover) is not None:
        click.echo(f"sealed at {prover.sealings[-1].reach}; the log's key is\n{prover.vouching.key}")


async def _given(exporting: Exporting, file: Path, query: Query, wanted: Wanted, opened: Opened) -> Prepared:
    def look(found: int) -> Entry:
        by, asked = operator(), {"command": "audit export"} | query.described()
        return reading_acts.searched(now(), subject=by, person=by, query=asked, found=found, form="export")

    prepared = await exporting.prepare(query, wanted, look, now())
    written = opened(file)
    try:
        with written:
            async for part in exporting.given(prepared):
                written.write(part)
    except BaseException:
        file.unlink(missing_ok=True)  # a part must not look like the whole
        raise
    return prepared
