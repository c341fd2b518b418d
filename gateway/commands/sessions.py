"""`brana sessions list|revoke`: who is signed in, and ending it now."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path

import click
from rich.table import Column, Table

from config.vocabulary import SessionId, SubjectId
from gateway.asking import NotRunning
from gateway.audit.entry import Code, Entry, Outcome
from gateway.commands import lock
from gateway.commands.drawn_names import TakesDrawnNames
from gateway.commands.looking import looking
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.control import NotTold, tell_changed
from gateway.sessions.office import SessionOffice
from gateway.sessions.revocation import RevokedList
from gateway.sessions.session import EndReason
from gateway.sessions.store import Open, SessionStore
from idp.directory.spelling import strictly
from idp.login.session import end_due

ONLY_SIGNED_ON = "only at the sign-in"
RESTART = timedelta(seconds=10)  # a control plane that died is back by then


@click.group(help="List and end sessions.")
def command() -> None: ...


@command.command(name="list", help="Open sessions, latest activity first.")
@configuration
@click.option("--user", default="", help="Only those of this login name.")
def list_sessions(configuration: Path, user: str) -> None:
    state = existing_state(configuration)
    found = asyncio.run(_look(state, user))
    if not found:
        click.echo(f"no open session of {user!r}" if user else "no open session")
        return
    table = Table(Column("session", no_wrap=True), "user", "name", "for", "signed in", "last seen", "address")
    for one in found.sessions:
        where = state.district.name(one.municipality or "")
        times = [local_time(one.authenticated_at), local_time(one.last_seen_at)]
        table.add_row(one.id, one.login, one.name, where, *times, one.address)
    for sign_on in found.sign_ons:
        who, times = sign_on.person, [local_time(sign_on.auth_time), local_time(sign_on.last_seen)]
        table.add_row(sign_on.sid, who.login, who.name, ONLY_SIGNED_ON, *times, sign_on.address)
    console().print(table)


@command.command(cls=TakesDrawnNames, help="End sessions at once: by name, or all of a person.")
@configuration
@click.argument("session", nargs=-1)
@click.option("--user", default="", help="All sessions of this login name.")
def revoke(configuration: Path, session: tuple[str, ...], user: str) -> None:
    if bool(session) == bool(user):
        raise click.UsageError("name sessions (see `brana sessions list`), or --user, not both")
    state = existing_state(configuration)
    ended = asyncio.run(_revoke(state, [SessionId(one) for one in session], user))
    missing = set(session) - ended.names()
    if not ended or missing:
        names = f" {', '.join(sorted(missing))}" if missing else f" of {user!r}"
        raise CannotStart(f"no open session{names}; {said_ended(len(ended))}", "see `brana sessions list`")
    click.echo(said_ended(len(ended)))


async def _look(state: State, user: str) -> Open:
    """Recorded before anything is shown."""
    found = await open_of(state, user)
    look = looking("sessions list", of=user, found=len(found))
    await state.record([look])
    return found


async def open_of(state: State, user: str) -> Open:
    """Of everybody, or whom a login or an identifier names."""
    limits, moment = state.settings.sign_in, now()
    found = Open(await state.sessions.open_ones(), await state.sessions.sign_ons())
    alive = Open(
        [one for one in found.sessions if one.why_over(limits, moment) is None],
        [one for one in found.sign_ons if end_due(one, moment, limits) is None],
    )
    return alive.of(answering(alive, user)) if user else alive


def answering(found: Open, login: str) -> Mapping[SubjectId, str]:
    """Whom of these a login, in any letters, or an identifier names; and the logins as they are known here."""
    people = {one.subject: one.login for one in found.sessions}
    people |= {
        one.person.subject: one.person.login for one in found.sign_ons if one.person.subject not in people
    }
    meant = strictly(login)
    return {who: known for who, known in people.items() if login == who or strictly(known) == meant}


async def _revoke(state: State, names: list[SessionId], user: str) -> Open:
    chosen = await open_of(state, user) if user else await state.sessions.open_named(names)
    people = chosen.people() if user else set()
    if len(people) > 1:
        raise CannotStart(
            f"{user!r} is the login of several people: {', '.join(sorted(people))}",
            "name one of these identifiers with --user, or single sessions",
        )
    return await end_sessions(state, chosen, operator(), people)


async def end_sessions(
    state: State,
    chosen: Open,
    by: str,
    everything_of: Collection[SubjectId] = (),
    store: SessionStore | None = None,
) -> Open:
    """End them and their single sign-on, and have the running product act on it. Raises NotTold.

    `store`: where something else happens in the same transaction.
    """
    moment = now()
    office = office_of(state, store)
    entry = Entry(code=Code.SESSION_ENDED, outcome=Outcome.SUCCESS, at=moment, subject=by)
    reason, sign_ons = EndReason.ENDED_BY_OFFICER, chosen.sign_ons
    await office.end(chosen.sessions, reason, entry, moment, everything_of, sign_ons)
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
