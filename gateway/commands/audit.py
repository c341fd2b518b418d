"""`brana audit verify|search`: prove the log whole; find entries. Both are recorded."""

import asyncio
import getpass
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from config.vocabulary import ApplicationId, Language, MunicipalityCode, SessionId
from gateway.audit import acts
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Outcome
from gateway.audit.note import Signer
from gateway.audit.search import Query
from gateway.audit.titles import sentence
from gateway.commands.options import configuration
from gateway.commands.state import State, now, open_state
from gateway.storage.audit_evidence import verify_log
from gateway.storage.audit_search import LogSearch

PRAGUE = ZoneInfo("Europe/Prague")


@click.group(help="Verify and search the audit log.")
def command() -> None: ...


@command.command(help="Recompute the whole log. Exit code 1 and the first broken entry when it is not whole.")
@configuration
@click.option("--checkpoint", "kept", multiple=True, type=click.Path(path_type=Path, exists=True),
              help="A checkpoint that was kept elsewhere; the log must still contain it.")  # fmt: skip
def verify(configuration: Path, kept: tuple[Path, ...]) -> None:
    state = open_state(configuration)
    signer = Signer(state.settings.public.domain, state.keys.checkpoint)
    file = state.settings.state.directory / "checkpoints.log"
    with Progress(transient=True, console=Console(stderr=True)) as progress:
        progress.add_task("Recomputing the log", total=None)
        report = verify_log(
            state.database, file, [signer.verifier], [path.read_text(encoding="utf-8") for path in kept]
        )
    finding = "whole" if report.broken is None else str(report.broken)
    entry = acts.verified(
        now(), subject=_operator(), whole=report.broken is None, entries=report.entries, finding=finding
    )
    asyncio.run(state.record([entry]))
    if report.broken is not None:
        click.echo(f"the log is NOT whole: {report.broken}", err=True)
        sys.exit(1)
    click.echo(
        f"the log is whole: {report.entries} entries, {report.sealed} of them under "
        f"{report.checkpoints} signed checkpoints, {report.not_yet_sealed} not yet sealed\n"
        f"root {report.root.hex()}"
    )


@command.command(help="Entries that fit, newest first.")
@configuration
@click.option("--person", default=None, help="Login, subject, or part of a name.")
@click.option("--municipality", default=None, help="Six-digit code.")
@click.option("--application", default=None, help="Id of the application.")
@click.option("--outcome", type=click.Choice([one.value for one in Outcome]), default=None)
@click.option(
    "--code", "codes", multiple=True, type=click.Choice([one.value for one in Code]), help="May be repeated."
)
@click.option("--session", default=None)
@click.option("--request-id", default=None)
@click.option("--reason", default=None, help="Named reason of a refusal.")
@click.option("--since", type=click.DateTime(), default=None, help="Local time (Europe/Prague).")
@click.option("--until", type=click.DateTime(), default=None, help="Before this local time.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def search(  # noqa: PLR0913, PLR0917 - the options of the command
    configuration: Path,
    person: str | None,
    municipality: str | None,
    application: str | None,
    outcome: str | None,
    codes: Sequence[str],
    session: str | None,
    request_id: str | None,
    reason: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    query = Query(
        person=person,
        municipality=MunicipalityCode(municipality) if municipality else None,
        application=ApplicationId(application) if application else None,
        outcome=Outcome(outcome) if outcome else None,
        codes=frozenset(Code(code) for code in codes),
        session=SessionId(session) if session else None,
        request_id=request_id,
        reason=reason,
        since=since.replace(tzinfo=PRAGUE) if since else None,
        until=until.replace(tzinfo=PRAGUE) if until else None,
    )
    state = open_state(configuration)
    found = asyncio.run(_search(state, query, limit))
    for one in found:
        click.echo(_as_json(one) if as_json else _as_text(one))


async def _search(state: State, query: Query, limit: int) -> Sequence[Recorded]:
    page = await LogSearch(state.database).page(query, limit=limit)
    entry = acts.searched(
        now(),
        subject=_operator(),
        person=getpass.getuser(),
        query=query.described(),
        found=len(page.entries),
        form="command",
    )
    await state.record([entry])
    return page.entries


def _operator() -> str:
    return f"cli:{getpass.getuser()}"


def _as_json(recorded: Recorded) -> str:
    content = {
        "sequence": recorded.sequence,
        "received_at": recorded.received_at,
        "entry": asdict(recorded.entry),
    }
    return msgspec.json.encode(content).decode()


def _as_text(recorded: Recorded) -> str:
    at = recorded.entry.at.astimezone(PRAGUE).strftime("%Y-%m-%d %H:%M:%S")
    return f"{recorded.sequence:>8}  {at}  {sentence(recorded.entry, Language.ENGLISH)}"
