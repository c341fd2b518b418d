"""`brana directory …`: what the replicas of the office directories know, and how fresh it is; a preview of roles."""

import asyncio
import contextlib
import os
from pathlib import Path

import click
from rich.table import Table

from config.settings import Directory
from gateway.audit.acts import removal_confirmed
from gateway.commands import lock
from gateway.commands.directory_preview import preview
from gateway.commands.directory_read import ReadInChild
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.reading_bar import ReadingBar, reading_bar
from gateway.commands.same_person import GIVE_NUMBERS, numbers_of_many
from gateway.commands.sessions import tell
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.control import ask_to_sync
from gateway.storage.audit import append
from gateway.storage.directory import StoredReplica
from gateway.storage.directory_reading import StoredReading
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnusable
from idp.directory.survey_reading import count
from idp.directory.sync.kinds import form_and_source
from idp.directory.sync.news import held_back
from idp.directory.sync.replica import ReplicaState, Size

SHOWN = 20  # problems; with --all all of them


@click.group(help="What is known of the office directories, and bringing it up to date.")
def command() -> None: ...


command.add_command(preview)


@command.command(help="People, groups, freshness, trouble and unusable entries of each directory.")
@configuration
@click.option("--all", "everything", is_flag=True, help=f"All unusable entries, not only the first {SHOWN}.")
def status(configuration: Path, *, everything: bool) -> None:
    state = existing_state(configuration)
    of_many = asyncio.run(numbers_of_many(state))
    for settings in state.settings.directories:
        console().print(_table(state, settings))
        for one in of_many:
            if one.directory == settings.name:
                click.echo(f"  {one.number!r}, {one.accounts} accounts: {GIVE_NUMBERS}")
        told = asyncio.run(StoredReading(state.database).problems(settings.name))
        for problem in told if everything else told[:SHOWN]:
            click.echo(f"  {problem.dn}: {problem.what}")
        if not everything and len(told) > SHOWN:
            click.echo(f"  … and {len(told) - SHOWN} more; see them with --all")


@command.command(help="Let the removal that is held back take effect; only this one passes.")
@configuration
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def confirm(configuration: Path, name: str, *, yes: bool) -> None:
    state = existing_state(configuration)
    settings = _named(state, name)
    replica = StoredReplica(state.database)
    held = replica.standing(settings.name).held
    if held is None:
        raise CannotStart(f"nothing of {name} is held back", "see `brana directory status`")
    if not yes:
        question = f"{held.removal} are gone since {local_time(held.at)}. Were they really removed?"
        click.confirm(question, abort=True)
    entry = removal_confirmed(now(), operator(), settings.name, str(held.removal))
    if not replica.confirm(settings.name, held, lambda connection: append(connection, [entry])):
        raise CannotStart(f"what is held back of {name} is another removal by now", "look at it again")
    asyncio.run(tell(state, f"confirmed: {held.removal}"))
    click.echo(f"confirmed: {held.removal}")


@command.command(help="Bring what is known of a directory up to date now.")
@configuration
@click.argument("name")
@click.option("--full", is_flag=True, help="Read all of it, not only what changed.")
def sync(configuration: Path, name: str, *, full: bool) -> None:
    state = existing_state(configuration)
    settings = _named(state, name)
    replica = StoredReplica(state.database)
    with reading_bar(settings.name) as bar:
        if bar.watched:
            bar.expect(_expected(settings, _size(replica, replica.standing(settings.name))))
        if lock.is_taken(state.settings.state.directory):
            trouble = asyncio.run(_by_the_product(state, settings.name, bar, full=full))
        else:  # nobody listened to changes, so everything is read
            trouble = _here(state, settings, bar)
    if trouble:
        raise CannotStart(trouble, "see `brana directory status`")
    synced_at = replica.standing(settings.name).synced_at
    assert synced_at is not None
    click.echo(f"{name} is known as it was at {local_time(synced_at, seconds=True)}")


def _expected(settings: Directory, size: Size | None) -> int:
    """About as many as the last time; counted where there was none. A trouble is left to the reading to tell."""
    if size is not None:
        return size.people + size.groups
    with contextlib.suppress(DirectoryUnusable):
        return count(settings)
    return 0


async def _by_the_product(state: State, name: str, bar: ReadingBar, *, full: bool) -> str:
    """What went wrong; empty when nothing did. Raises NotRunning, NotTold."""
    trouble = "the running product did not say how it ended"
    async for step in ask_to_sync(state.run / "control.sock", name, full=full):
        if step.next_at is not None:
            trouble = (
                f"{name} was not read; all of it is read next at {local_time(step.next_at, seconds=True)}"
            )
        elif step.ended:
            trouble = step.trouble
        else:
            bar.read(step.people, step.groups)
    return trouble


def _here(state: State, settings: Directory, bar: ReadingBar) -> str:
    read = ReadInChild(state.database.place, settings, os.getpid())
    try:
        held = read(lambda progress: bar.read(progress.people, progress.groups))
    except DirectoryUnusable as trouble:
        return str(trouble)
    finally:
        StoredReplica(state.database).sweep()
    return str(held_back(settings.name, held)) if held else ""


def _named(state: State, name: str) -> Directory:
    for one in state.settings.directories:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in state.settings.directories)
    raise CannotStart(f"no directory is called {name!r}", f"there are: {names}")


def _table(state: State, settings: Directory) -> Table:
    replica = StoredReplica(state.database)
    standing = replica.standing(settings.name)
    size = _size(replica, standing)
    table = Table(show_header=False, title=settings.name, title_justify="left")
    rows = {
        "kind": settings.kind,
        "servers": ", ".join(settings.servers),
        "people, groups, memberships": f"{size.people}, {size.groups}, {size.memberships}"
        if size
        else "none yet",
        "as it was at": local_time(standing.synced_at, seconds=True) if standing.synced_at else "never read",
        "read as a whole": local_time(standing.full_at, seconds=True) if standing.full_at else "never",
        "position": standing.position or "none",
        "trouble": standing.trouble or "none",
        "slower than it could be": _advice(settings, standing, replica),
        "held back": (
            f"{standing.held.removal} would vanish, read {local_time(standing.held.at)}; if they were really "
            f"removed: brana directory confirm {settings.name}"
            if standing.held
            else ""
        ),
    }
    for label, value in rows.items():
        if value:
            table.add_row(label, value)
    return table


def _advice(settings: Directory, standing: ReplicaState, replica: StoredReplica) -> str:
    try:
        _, source = form_and_source(settings, replica, now)
    except DirectoryMisconfigured as trouble:
        return str(trouble)
    return source.manner(standing.position).advice if standing.position else ""


def _size(replica: StoredReplica, standing: ReplicaState) -> Size | None:
    return None if standing.generation is None else replica.size(standing.generation)
