"""`brana policy simulate FOLDER`: what the recorded decisions would have come to by other policies.

Reading the log for it is recorded before anything is told.
"""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from config.asked_word import asked_word
from config.vocabulary import Language
from gateway.audit import acts
from gateway.commands.audit_asked import municipality_of
from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.policies_asked import as_if_open
from gateway.commands.policy_draft import drafted
from gateway.commands.preflight import CannotStart
from gateway.commands.shared_policies import own_texts, standing
from gateway.commands.simulating import Told, simulated
from gateway.commands.simulation_work import work_of
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console
from gateway.policy_office.incident import Incident
from gateway.storage.audit_decisions import Period
from gateway.web.simulating import NOT_ASKED
from policies.rule_titles import with_title
from policies.simulate import Change
from policies.simulated import Report, Side
from policies.simulated import Told as Row
from policies.texts import MUNICIPALITIES, REGION, Texts, texts_of

DAYS = 30
HIDDEN = (
    "Something is closed in an incident at the moment, and counts as closed in both; --as-if-open tells "
    "what the draft would change there."
)
AS_IF_OPEN = "Told as if nothing were closed in an incident at the moment, in both."
CHANGES = 3
"""Exit code where the draft would change a decision."""


@click.command(
    help="Replay the recorded decisions against the policies of FOLDER (with region and municipalities in it, as "
    "`brana policy export` writes them; where it notes which version it follows, as `apply` would put it upon those in "
    "force): who would gain, who would lose. Nothing is changed. "
    f"Exit code 0 when no decision would be another, {CHANGES} when some would.",
    short_help="What the recorded decisions would come to by other policies.",
)
@configuration
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--days", type=click.IntRange(1, 3660), default=None, help=f"The last days; {DAYS} if nothing is said."
)
@click.option("--from", "since", type=MOMENT, metavar="MOMENT", default=None,
              help="Instead: from a day or a time on; without a zone that of Prague.")  # fmt: skip
@click.option(
    "--to", "until", type=MOMENT, metavar="MOMENT", default=None, help="Before this time; now if not said."
)
@click.option(
    "--municipality", default=None, help="Only resources of one: code, organisation number or name."
)
@as_if_open
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
def simulate(
    configuration: Path,
    folder: Path,
    days: int | None,
    since: datetime | None,
    until: datetime | None,
    municipality: str | None,
    *,
    open_: bool,
    as_json: bool,
) -> None:
    if days is not None and since is not None:
        raise click.UsageError("--days and --from say the same: give one of them")
    end = in_prague(until) or now()
    begin = in_prague(since) or end - timedelta(days=days or DAYS)
    if begin >= end:
        raise click.UsageError("--to is not after the beginning: no time lies between them")
    state = existing_state(configuration)
    try:
        found = asyncio.run(
            _simulate(state, folder, (begin, end), municipality, open_=open_, as_json=as_json)
        )
    finally:
        state.database.close()
    if found.changes:
        sys.exit(CHANGES)


async def _simulate(
    state: State,
    folder: Path,
    span: tuple[datetime, datetime],
    municipality: str | None,
    *,
    open_: bool,
    as_json: bool,
) -> Report:
    where = await municipality_of(state, municipality) if municipality else None
    draft = drafted(state, folder, texts_of(folder / REGION, folder / MUNICIPALITIES))
    today, incidents = _in_force(state)
    counting = () if open_ else incidents
    work = work_of(state.settings, state.district, today, draft.texts, Period(*span, where), counting)
    with _bar(quiet=as_json) as told:
        try:
            found = simulated(work, told)
        except BrokenProcessPool as broken:
            raise CannotStart(
                "a process of the simulation was ended before it was done",
                "see that there is memory, and try again",
            ) from broken
    asked = {"command": "policy simulate", "draft": found.draft}
    asked |= {"since": span[0].isoformat(), "until": span[1].isoformat()}
    asked |= {"municipality": where} if where else {}
    by = operator()
    entry = acts.searched(now(), subject=by, person=by, query=asked, found=found.decisions, form="command")
    await state.record([entry])
    if as_json:
        click.echo(msgspec.json.encode({**msgspec.to_builtins(found), **draft.as_json()}).decode())
        return found
    click.echo("\n".join([*draft.warning(Language.ENGLISH), as_text(found), *draft.stays]))
    if incidents:
        click.echo(AS_IF_OPEN if open_ else HIDDEN)
    if found.rows:
        console().print(_table(found))
    return found


def _in_force(state: State) -> tuple[Texts, Sequence[Incident]]:
    """And what is closed at the moment. Raises SharedPoliciesUnusable."""
    state.keys  # noqa: B018 - opened before the transaction
    found = state.database.read_now(partial(standing, state))
    return (own_texts(state.settings), ()) if found is None else (found.version.texts, found.incidents)


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Told]:
    """Of the decisions that are done, where somebody watches."""
    watched = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = quiet or not watched.is_terminal
    with Progress(*columns, transient=True, console=watched, disable=hidden) as progress:
        task = progress.add_task("Replaying decisions", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def as_text(found: Report) -> str:
    lines = [
        f"{found.decisions} recorded decisions, policies {found.today} in force, draft {found.draft}",
        f"{found.losses:>9}  would be refused; people: {found.losing}",
        f"{found.gains:>9}  would be permitted; people: {found.gaining}",
        f"{found.in_part:>9}  would permit the same, and carry along something else",
        f"{found.unchanged:>9}  would be the same",
        f"{found.already:>9}  are decided otherwise by the policies in force already; the draft changes nothing",
        *(
            f"{number:>9}  cannot be replayed: {_in_words(why)}"
            for why, number in found.not_replayable.items()
        ),
    ]
    if found.left_out:
        lines.append(f"{found.left_out:>9}  of these are not in the table below")
    return "\n".join(lines)


def _in_words(why: str) -> str:
    """As the pages say it; programs read the name."""
    return NOT_ASKED[why].en if why in NOT_ASKED else why


def _table(found: Report) -> Table:
    heads = ("", "person", "application", "asked", "along", "now", "draft", "entries")
    table = Table(*(Column(head, overflow="fold") for head in heads))
    for row in found.rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> tuple[str, ...]:
    return (
        "loses" if row.change is Change.LOSES else "gains",
        row.login or row.subject,
        f"{row.application} of {row.municipality}: {asked_word(row.action, row.route)}",
        str(row.asked),
        str(row.along),
        _side(row.before),
        _side(row.after),
        ", ".join(map(str, row.examples)),
    )


def _side(side: Side) -> str:
    word, name = ("permit", side.rule) if side.permitted else ("refuse", side.reason)
    return f"{word}: {with_title(side.title, name, Language.ENGLISH)}"
