"""`brana sessions list|revoke`: who is signed in, and ending it now."""

import asyncio
import getpass
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.table import Column, Table

from config.vocabulary import SessionId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.commands import lock
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state, now
from gateway.control import NotRunning, NotTold, tell_changed
from gateway.sessions.office import SessionOffice
from gateway.sessions.revocation import RevokedList
from gateway.sessions.session import EndReason, Session
from idp import events

RESTART = timedelta(seconds=10)  # a control plane that died is back by then


@click.group(help="List and end sessions.")
def command() -> None: ...


@command.command(name="list", help="Open sessions, latest activity first.")
@configuration
@click.option("--user", default="", help="Only those of this login name.")
def list_sessions(configuration: Path, user: str) -> None:
    state = existing_state(configuration)
    sessions = asyncio.run(_open_sessions(state, user))
    table = Table(Column("session", no_wrap=True), "user", "name", "for", "signed in", "last seen", "address")
    for one in sessions:
        where = state.district.name(one.municipality or "")
        times = [_local(one.authenticated_at), _local(one.last_seen_at)]
        table.add_row(one.id, one.login, one.name, where, *times, one.address)
    Console().print(table)


@command.command(help="End sessions at once: by name, or all of a person.")
@configuration
@click.argument("session", nargs=-1)
@click.option("--user", default="", help="All sessions of this login name.")
def revoke(configuration: Path, session: tuple[str, ...], user: str) -> None:
    if bool(session) == bool(user):
        raise click.UsageError("name sessions (see `brana sessions list`), or --user, not both")
    state = existing_state(configuration)
    ended = asyncio.run(_revoke(state, [SessionId(one) for one in session], user))
    missing = set(session) - {one.id for one in ended}
    if not ended or missing:
        names = f" {', '.join(sorted(missing))}" if missing else f" of {user!r}"
        raise CannotStart(f"no open session{names}; {_ended(len(ended))}", "see `brana sessions list`")
    click.echo(_ended(len(ended)))


async def _open_sessions(state: State, user: str) -> list[Session]:
    found = await state.sessions.open_ones()
    alive = [one for one in found if one.why_over(state.settings.sign_in, now()) is None]
    return [one for one in alive if not user or one.login.casefold() == user.casefold()]


async def _revoke(state: State, names: list[SessionId], user: str) -> list[Session]:
    chosen = [one for one in await _open_sessions(state, user) if user or one.id in names]
    return await end_sessions(state, chosen, f"cli:{getpass.getuser()}")


async def end_sessions(state: State, chosen: list[Session], operator: str) -> list[Session]:
    """End them here and at the provider, and have the running product act on it. Raises NotTold."""
    moment = now()
    office = SessionOffice(
        state.sessions,
        RevokedList(lambda _: None),  # the running product reads the table when it is told
        state.settings.sign_in,
        state.settings.grants.lifetime,
    )
    by = Entry(code=Code.SESSION_ENDED, outcome=Outcome.SUCCESS, at=moment, subject=operator)
    await office.end(chosen, EndReason.ENDED_BY_OFFICER, by, moment)
    for one in chosen:
        sid = SessionId(one.provider_sid)
        await state.identities.end_session(sid, events.EndReason.BY_OFFICER, moment)
    if chosen:
        await _tell(state, len(chosen))
    return chosen


async def _tell(state: State, ended: int) -> None:
    try:
        await tell_changed(
            state.run / "control.sock", lambda: lock.is_taken(state.settings.state.directory), RESTART
        )
    except NotRunning:
        return  # nothing runs, so nothing holds a grant as fresh; the next start reads the table
    except NotTold:
        click.echo(f"{_ended(ended)} in the database", err=True)
        raise


def _ended(count: int) -> str:
    return f"{count} {'session' if count == 1 else 'sessions'} ended"


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
