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

from config.vocabulary import Language
from gateway.audit import reading_acts
from gateway.commands.audit_asked import municipality_of
from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.called_by import names_of
from gateway.commands.decisions import titles_of
from gateway.commands.looking import read_for
from gateway.commands.operator import operator
from gateway.commands.options import configuration, language
from gateway.commands.policies_asked import as_if_open, faults_in
from gateway.commands.policy_draft import Draft, drafted
from gateway.commands.policy_simulate_shown import as_content, as_text, table
from gateway.commands.preflight import CannotStart
from gateway.commands.shared_policies import own_texts, standing
from gateway.commands.simulating import Told, simulated
from gateway.commands.simulation_work import work_of
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console
from gateway.policy_office.incident import Incident
from gateway.storage.audit_decisions import Period
from policies.model import Text
from policies.reasons import Names
from policies.simulated import Report
from policies.texts import MUNICIPALITIES, REGION, Texts, texts_of

CS, EN = Language.CZECH, Language.ENGLISH
DAYS = 30
HIDDEN: Text = {
    CS: "Něco je teď uzavřeno při incidentu a počítá se za uzavřené tak i tak; co by tam složka změnila, řekne "
    "--as-if-open.",
    EN: "Something is closed in an incident at the moment, and counts as closed in both; --as-if-open tells "
    "what the draft would change there.",
}
AS_IF_OPEN: Text = {
    CS: "Počítá se tak i tak, jako by při incidentu teď nic uzavřeno nebylo.",
    EN: "Told as if nothing were closed in an incident at the moment, in both.",
}
REPLAYING: Text = {CS: "Rozhodnutí znovu", EN: "Replaying decisions"}
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
@language
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
def simulate(
    *,
    configuration: Path,
    folder: Path,
    days: int | None,
    since: datetime | None,
    until: datetime | None,
    municipality: str | None,
    open_: bool,
    language: Language,
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
        draft = drafted(state, folder, texts_of(folder / REGION, folder / MUNICIPALITIES), language)
        found = asyncio.run(
            _simulate(state, draft, (begin, end), municipality, language, open_=open_, as_json=as_json)
        )
    finally:
        state.database.close()
    if found.changes:
        sys.exit(CHANGES)


async def _simulate(
    state: State,
    draft: Draft,
    span: tuple[datetime, datetime],
    municipality: str | None,
    language: Language,
    *,
    open_: bool,
    as_json: bool,
) -> Report:
    where = await municipality_of(state, municipality) if municipality else None
    today, incidents = _in_force(state)
    counting = () if open_ else incidents
    work = work_of(state.settings, state.district, today, draft.texts, Period(*span, where), counting)
    with _bar(REPLAYING[language], quiet=as_json) as told:
        try:
            with faults_in(language):
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
    entry = reading_acts.searched(
        now(), subject=by, person=by, query=asked, found=found.decisions, form="command", purpose=read_for()
    )
    await state.record([entry])
    called = await names_of(state, {row.subject for row in found.rows})
    if as_json:
        click.echo(msgspec.json.encode({**as_content(found, called), **draft.as_json()}).decode())
        return found
    click.echo("\n".join([*draft.warning(language), as_text(found, language), *draft.stays]))
    if incidents:
        click.echo((AS_IF_OPEN if open_ else HIDDEN)[language])
    if found.rows:
        console().print(table(found, called, Names(state.district, titles_of(state.settings)), language))
    return found


def _in_force(state: State) -> tuple[Texts, Sequence[Incident]]:
    """And what is closed at the moment. Raises SharedPoliciesUnusable."""
    state.keys  # noqa: B018 - opened before the transaction
    found = state.database.read_now(partial(standing, state))
    return (own_texts(state.settings), ()) if found is None else (found.version.texts, found.incidents)


@contextmanager
def _bar(what: str, *, quiet: bool) -> Iterator[Told]:
    """Of the decisions that are done, where somebody watches."""
    watched = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = quiet or not watched.is_terminal
    with Progress(*columns, transient=True, console=watched, disable=hidden) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
