"""`brana sessions list|revoke`: who is signed in, and ending it now."""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import click
from rich.table import Column, Table

from config.vocabulary import SessionId, SubjectId
from gateway.audit.acts import looked
from gateway.audit.entry import Code, Entry, Outcome
from gateway.commands import lock
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.control import NotRunning, NotTold, tell_changed
from gateway.sessions.office import SessionOffice
from gateway.sessions.revocation import RevokedList
from gateway.sessions.session import EndReason, Session
from gateway.sessions.store import SessionStore
from idp.directory.spelling import strictly
from idp.login.book import Book

RESTART = timedelta(seconds=10)  # a control plane that died is back by then


@click.group(help="List and end sessions.")
def command() -> None: ...


@command.command(name="list", help="Open sessions, latest activity first.")
@configuration
@click.option("--user", default="", help="Only those of this login name.")
def list_sessions(configuration: Path, user: str) -> None:
    state = existing_state(configuration)
    sessions = asyncio.run(_look(state, user))
    if not sessions:
        click.echo(f"no open session of {user!r}" if user else "no open session")
        return
    table = Table(Column("session", no_wrap=True), "user", "name", "for", "signed in", "last seen", "address")
    for one in sessions:
        where = state.district.name(one.municipality or "")
        times = [local_time(one.authenticated_at), local_time(one.last_seen_at)]
        table.add_row(one.id, one.login, one.name, where, *times, one.address)
    console().print(table)


@command.command(help="End sessions at once: by name, or all of a person.")
@configuration
@click.argument("session", nargs=-1)
@click.option("--user", default="", help="All sessions of this login name.")
def revoke(configuration: Path, session: tuple[str, ...], user: str) -> None:
    if bool(session) == bool(user):
        raise click.UsageError("name sessions (see `brana sessions list`), or --user, not both")
    state = existing_state(configuration)
    ended, signed_on = asyncio.run(_revoke(state, [SessionId(one) for one in session], user))
    missing = set(session) - {one.id for one in ended}
    if not (ended or signed_on) or missing:
        names = f" {', '.join(sorted(missing))}" if missing else f" of {user!r}"
        raise CannotStart(f"no open session{names}; {said_ended(len(ended))}", "see `brana sessions list`")
    click.echo(said_ended(len(ended)) + ("" if ended else ", and the sign-in that had opened none yet"))


async def _look(state: State, user: str) -> list[Session]:
    """Recorded before anything is shown."""
    found = await _open_sessions(state, user)
    look = looked(now(), subject=operator(), command="sessions list", of=user, found=len(found))
    await state.record([look])
    return found


async def _open_sessions(state: State, user: str) -> list[Session]:
    found = await state.sessions.open_ones()
    alive = [one for one in found if one.why_over(state.settings.sign_in, now()) is None]
    return [one for one in alive if not user or user == one.subject or strictly(one.login) == strictly(user)]


async def _revoke(state: State, names: list[SessionId], user: str) -> tuple[list[Session], bool]:
    """Whether somebody was signed on, too: who has only been at the sign-in's own pages has no session to list."""
    chosen = [one for one in await _open_sessions(state, user) if user or one.id in names]
    signed_on = await _signed_on(state, user) if user else set()
    people = {one.subject for one in chosen} | signed_on if user else set()
    if len(people) > 1:
        raise CannotStart(
            f"{user!r} is the login of several people: {', '.join(sorted(people))}",
            "name one of these identifiers with --user, or single sessions",
        )
    return await end_sessions(state, chosen, operator(), people), bool(signed_on)


async def _signed_on(state: State, user: str) -> set[SubjectId]:
    """Whom the login meant last, or the identifier itself names, if they are signed in at the provider."""

    def query(book: Book) -> set[SubjectId]:
        meant = book.subject_of(strictly(user)) or SubjectId(user)
        return {one.person.subject for one in book.sessions_of_subject(meant)}

    return await state.identities.look(query)


async def end_sessions(
    state: State,
    chosen: list[Session],
    by: str,
    everything_of: Collection[SubjectId] = (),
    store: SessionStore | None = None,
) -> list[Session]:
    """End them and their single sign-on, and have the running product act on it. Raises NotTold.

    `store`: where something else happens in the same transaction.
    """
    moment = now()
    office = office_of(state, store)
    entry = Entry(code=Code.SESSION_ENDED, outcome=Outcome.SUCCESS, at=moment, subject=by)
    await office.end(chosen, EndReason.ENDED_BY_OFFICER, entry, moment, everything_of)
    await tell(state, said_ended(len(chosen)))  # with none too: whoever repeats a command that could not tell
    return chosen


def office_of(state: State, store: SessionStore | None = None) -> SessionOffice:
    """Changes sessions beside a running product, which reads the table of revocations when it is told."""
    return SessionOffice(
        store or state.sessions,
        RevokedList(lambda _: None),
        state.settings.sign_in,
        state.settings.grants.lifetime,
    )


async def tell(state: State, done: str) -> None:
    """Have the running product act on what is in the database by now; `done`: what that is. Raises NotTold."""
    try:
        await tell_changed(
            state.run / "control.sock", lambda: lock.is_taken(state.settings.state.directory), RESTART
        )
    except NotRunning:
        return  # nothing runs, so nothing holds a grant as fresh; the next start reads the table
    except NotTold:
        click.echo(f"{done} in the database", err=True)
        raise


def said_ended(count: int) -> str:
    return f"{count} {'session' if count == 1 else 'sessions'} ended"
