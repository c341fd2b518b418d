"""`brana audit verify|search|codes`: prove the log whole; find entries. Both are recorded.

What a verification found is told first: a log that takes no entry is when its verdict is wanted most.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from config.vocabulary import SessionId
from gateway.audit import reading_acts
from gateway.audit.anchors import within
from gateway.audit.checkpoint import Checkpoint, unseal
from gateway.audit.entry import Code, Entry
from gateway.audit.facts import moment
from gateway.audit.note import DASH, LARGEST, NoteRefused
from gateway.audit.places import BLOCK
from gateway.audit.reasons import Reasons
from gateway.audit.recomputation import VerificationNotRecorded
from gateway.audit.search import Altered, Page, Query, Unreadable
from gateway.audit.verify_report import Report
from gateway.commands.audit_alerts import alerts
from gateway.commands.audit_ask import ask
from gateway.commands.audit_asked import municipality_of, reason_of
from gateway.commands.audit_filters import asked, filters, narrowed
from gateway.commands.audit_handed_out import export, key, proof, verifier
from gateway.commands.audit_holds import hold, holds, release, shards
from gateway.commands.audit_incidents import tell_incidents
from gateway.commands.audit_keys import log_keys
from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.audit_receivers import receivers
from gateway.commands.audit_report import report as compliance_report
from gateway.commands.audit_schema import tell_alien_objects
from gateway.commands.audit_shown import as_json, as_text, known_reasons, tell_not_searched, tell_reached
from gateway.commands.audit_tail import tail
from gateway.commands.audit_views import views
from gateway.commands.audit_witnesses import checkpoint, witnesses
from gateway.commands.entry_codes import catalogue
from gateway.commands.index_checks import IndexChecks, all_checked
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.reading_ahead import reading_ahead
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import local_time
from gateway.storage.audit_evidence import verify_log
from gateway.storage.audit_retention import Retention
from gateway.storage.audit_search import LogSearch
from gateway.storage.end_marks import behind_the_end


@click.group(help="Verify and search the audit log; hand out parts of it with proofs.")
def command() -> None: ...


for each in (
    ask,
    tail,
    export,
    proof,
    verifier,
    key,
    log_keys,
    views,
    compliance_report,
    receivers,
    alerts,
    shards,
    hold,
    holds,
    release,
    checkpoint,
    witnesses,
):
    command.add_command(each)


UNSIGNED = ", and no signature says that: an older version deleted them"


@command.command(
    help="Recompute the whole log, and hold incidents against it. Exit code 0 when it is whole and the verification "
    "is recorded; 1, with the first broken entry, when it is not, with those that stand behind its end without its "
    "mark, or with triggers, rules and views on its tables that Brána did not make."
)
@configuration
@click.option("--checkpoint", "kept", multiple=True, type=click.Path(path_type=Path),
              help="File with a checkpoint that was kept elsewhere; the log must still contain it.")  # fmt: skip
@click.option("--index", is_flag=True,
              help="Also whether the index of the search hides nothing; what differs is made again.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="No progress, and no word about a log that is whole.")
def verify(configuration: Path, kept: tuple[Path, ...], *, index: bool, quiet: bool) -> None:
    state = existing_state(configuration)
    checkpoints_kept = [_checkpoint(path, state) for path in kept]
    report = _recomputed(state, checkpoints_kept, quiet=quiet)
    # before this verification is recorded, as that marks the end
    by_hand = range(0) if report.broken else state.database.read_now(behind_the_end)
    for apart in checkpoints_kept:
        if within(apart.reach, report.dropped):
            what = f"the checkpoint kept elsewhere of {apart.reach} entries"
            click.echo(f"{what} lies in a month that was deleted: it was held against nothing", err=True)
    if report.broken is not None:
        click.echo(f"the log is NOT whole: {report.broken}", err=True)
    elif not quiet:
        checkpoints = f"{report.checkpoints} signed checkpoint{'' if report.checkpoints == 1 else 's'}"
        click.echo(
            f"the log is whole: {report.entries} entries, {report.sealed} of them under {checkpoints}, "
            f"{report.not_yet_sealed} not yet sealed\n"
            f"root {report.root.hex()}"
        )
        for one in report.dropped:
            until = f"{moment(one.ended):%Y-%m-%d}"
            click.echo(
                f"entries {one.first} to {one.end - 1}, received until {until}, were deleted after their time; "
                f"their last checkpoint fits{UNSIGNED if one.told in report.unsigned else ''}"
            )
    if by_hand:
        click.echo(
            f"the end of the log does NOT bear its mark: entries {by_hand[0]} to {by_hand[-1]} may have been added or "
            "changed by hand",
            err=True,
        )
    sys.stdout.flush()
    by = reading_acts.verifying(now(), subject=operator())
    finding = "whole" if report.broken is None else str(report.broken)
    entry = reading_acts.verified(
        by, now(), whole=report.broken is None, entries=report.entries, finding=finding
    )
    _record_verification(state, entry)
    rewritten, hung = tell_incidents(state), tell_alien_objects(state)
    altered = index and _altered(asyncio.run(all_checked(state.database, now)))
    if report.broken is not None or by_hand or rewritten or hung or altered:
        sys.exit(1)


def _altered(checks: IndexChecks) -> bool:
    """Whether anything beside the log stood otherwise; each is told."""
    for number in checks.altered:
        span = f"entries {number * BLOCK} to {(number + 1) * BLOCK - 1}"
        click.echo(f"the search index did NOT say what {span} say; it is made again", err=True)
    if checks.names:
        click.echo(
            f"{checks.names} names of people did NOT stand as entries have them; they do again", err=True
        )
    return bool(checks.altered or checks.names)


def _recomputed(state: State, kept: Sequence[Checkpoint], *, quiet: bool) -> Report:
    """With a bar of the entries that are done, where somebody watches."""
    file = state.settings.state.directory / "checkpoints.log"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    watched = Console(stderr=True)
    with Progress(
        *columns, transient=True, console=watched, disable=quiet or not watched.is_terminal
    ) as progress:
        task = progress.add_task("Recomputing the log")
        with reading_ahead(state.database.place) as ahead:
            return verify_log(
                state.database,
                file,
                [state.log_verifier()],
                kept,
                lambda done, total: progress.update(task, completed=done, total=total),
                ahead,
            )


def _checkpoint(path: Path, state: State) -> Checkpoint:
    """What is no checkpoint of ours says nothing about the log, so there is no verdict then."""
    try:
        with path.open("rb") as file:
            return unseal(file.read(LARGEST + 1).decode("utf-8"), state.log_keys())
    except OSError as error:
        why = error.strerror or "it cannot be read"
    except UnicodeDecodeError:
        why = "it is not text"
    except NoteRefused as error:
        why = error.why
    raise CannotStart(
        f"--checkpoint {path}: this is no checkpoint that {state.settings.public.domain} signed: {why}",
        "name a file with one note out of a copy of checkpoints.log, from its first line to the one that begins "
        f"with {DASH.strip()}; nothing was verified",
    )


def _record_verification(state: State, entry: Entry) -> None:
    try:
        asyncio.run(state.record([entry]))
    except Exception as error:
        raise VerificationNotRecorded(error) from error


@command.command(help="Entries that fit, newest first.")
@configuration
@filters
@click.option("--session", default=None)
@click.option("--request-id", default=None)
@click.option(
    "--since",
    type=MOMENT,
    metavar="MOMENT",
    default=None,
    help="A day or a time; without a zone that of Prague.",
)
@click.option(
    "--until", type=MOMENT, metavar="MOMENT", default=None, help="Before this time; written likewise."
)
@click.option(
    "--without-own-reading", is_flag=True, help="Leave out that you read the log by these commands."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--json", "machine", is_flag=True, help="One JSON object a line.")
def search(  # noqa: PLR0913, PLR0917 - the options of the command
    configuration: Path,
    person: str | None,
    municipality: str | None,
    application: str | None,
    outcome: str | None,
    codes: Sequence[Code],
    session: str | None,
    request_id: str | None,
    reason: str | None,
    text: str | None,
    view: str | None,
    where: Query,
    since: datetime | None,
    until: datetime | None,
    purpose: str,
    limit: int,
    *,
    without_own_reading: bool,
    machine: bool,
) -> None:
    state = existing_state(configuration)
    where = narrowed(state, view, where)
    query = replace(
        asked(where, text=text, person=person, application=application, outcome=outcome, codes=codes),
        session=SessionId(session) if session else where.session,
        request_id=request_id or where.request_id,
        since=in_prague(since) or where.since,
        until=in_prague(until) or where.until,
        without_reading_of=operator() if without_own_reading else None,
    )
    if query.since is not None and query.until is not None and query.since >= query.until:
        raise click.UsageError("--until is not after --since: no time lies between them")
    reasons = known_reasons(state)
    page = asyncio.run(_search(state, query, limit, municipality, reason, reasons, purpose.strip()))
    found = page.entries
    tell_not_searched(page.not_searched)
    tell_reached(page.reached)
    if not found and not machine and page.reached is None:
        click.echo("no entry fits", err=True)
    if len(found) < limit and not machine and page.reached is None:
        _tell_of_deleted(state, query)
    for one in found:
        click.echo(as_json(one) if machine else as_text(one, reasons))
    for damage, said in ((Unreadable, "cannot be read"), (Altered, "were altered")):
        if number := sum(isinstance(one, damage) for one in found):
            click.echo(f"{number} of these entries {said}; run `brana audit verify`", err=True)


def _tell_of_deleted(state: State, query: Query) -> None:
    """Whoever finds nothing there must not take it for nothing having happened."""
    kept = asyncio.run(Retention(state.database).kept(state.settings.audit.kept_months))
    if (gone := kept.deleted(query.since, query.until)) is not None:
        began, ended = map(local_time, gone)
        click.echo(f"what was received from {began} until {ended} was deleted after its time", err=True)


@command.command(help="Every code of an entry, and what it says.")
def codes() -> None:
    click.echo(catalogue())


async def _search(
    state: State,
    query: Query,
    limit: int,
    municipality: str | None,
    reason: str | None,
    reasons: Reasons,
    purpose: str,
) -> Page:
    query = replace(
        query,
        municipality=await municipality_of(state, municipality) if municipality else query.municipality,
        reason=await reason_of(state, reason, reasons) if reason else query.reason,
    )
    page = await LogSearch(state.database).page(query, limit=limit)
    entry = reading_acts.searched(
        now(),
        subject=operator(),
        person=operator(),
        query=query.described(),
        found=len(page.entries),
        form="command",
        purpose=purpose,
    )
    await state.record([entry])
    return page
