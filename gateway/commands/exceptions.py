"""`brana user exception|exceptions|end-exception`: the register of who signs in by password alone, and why."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.table import Table

from gateway.authorize.exception_preview import password_opens
from gateway.commands.decisions import snapshot_of
from gateway.commands.looking import looking
from gateway.commands.operator import acting
from gateway.commands.options import configuration
from gateway.commands.person import person_of
from gateway.commands.preflight import CannotStart
from gateway.commands.reason_said import why_option
from gateway.commands.sessions import office_of, said_ended, tell
from gateway.commands.shared_policies import SharedPoliciesUnusable, book_in_force
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.sessions.assistance import end_of, last_day
from gateway.sessions.assisted import SHUT
from idp.directory.person import Person
from idp.directory.same_person import no_others
from idp.http.moments import PRAGUE
from idp.login.exception import REASON_MAX, SignInException, new_exception
from idp.login.needed_level import may_be_excepted
from idp.login.officer import ExceptionRuns, end_exceptions, grant_exception
from policies.load import PoliciesUnusable

OF_NO_USE = (
    "the policies let the password alone open nothing to this person, so the exception is of no use; "
    "help with the second factor instead, or change the policies"
)


@click.command(
    name="exception",
    help="Let a person sign in by password alone until the end of a day. Every such sign-in is recorded.",
    short_help="Let a person sign in by password alone for a time.",
)
@configuration
@click.argument("login")
@why_option("Kept in the register and the audit log.", "--reason")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d", "%d.%m.%Y", "%d. %m. %Y"]),
    metavar="DAY",
    required=True,
    help="The last day in Prague: 2026-11-28 or 28.11.2026.",
)
def grant(configuration: Path, login: str, reason: str, until: datetime) -> None:
    said, day, today = " ".join(reason.split()), until.date(), now().astimezone(PRAGUE).date()
    if len(said) > REASON_MAX:
        raise CannotStart("--reason is too long", f"say why in {REASON_MAX} characters or less")
    if day < today:
        raise CannotStart(f"--until {until:%Y-%m-%d} is over already", "name today or a later day")
    state = existing_state(configuration)
    longest = state.settings.sign_in.longest_exception
    last = last_day(now(), longest)
    if day > last:
        raise CannotStart(
            f"--until {until:%Y-%m-%d} is too far ahead: sign_in.longest_exception is {longest.days} days",
            f"name {last:%Y-%m-%d} or an earlier day, and grant another one then if it is still needed",
        )
    ends_at = end_of(day)
    try:
        person = asyncio.run(_granted(state, login, said, ends_at))
    except ExceptionRuns as error:
        raise CannotStart(
            f"an exception runs for {login} already, until {local_time(error.until)}",
            f"end it first, if it is to be changed: `brana user end-exception {login}`",
        ) from error
    click.echo(f"{person.login} signs in by password alone until {local_time(ends_at)}")
    if (doubt := _doubt(state, person)) is not None:
        click.echo(f"warning: {doubt}", err=True)


@click.command(name="exceptions", help="Show the register of exceptions.", short_help="Show the exceptions.")
@configuration
def listing(configuration: Path) -> None:
    granted = asyncio.run(_listed(existing_state(configuration)))
    if not granted:
        click.echo("no exceptions")
        return
    console().print(_table(granted, now()))


@click.command(
    name="end-exception",
    help="End a person's exception before its time, and sessions that it opened.",
    short_help="End an exception.",
)
@configuration
@click.argument("login")
def end(configuration: Path, login: str) -> None:
    person, ended = asyncio.run(_ended(existing_state(configuration), login))
    click.echo(f"the exception of {person.login} has ended; {said_ended(ended)}")


async def _granted(state: State, login: str, reason: str, until: datetime) -> Person:
    person, moment = await person_of(state, login), now()
    if person.state in SHUT:
        raise CannotStart(
            f"the directory lets nobody sign in as {person.login} ({person.state}), with an exception neither",
            "mend the account in the directory first",
        )
    if not may_be_excepted([held.role for held in person.roles]):
        raise CannotStart(
            f"{person.login} is an administrator or a security officer, for whom no exception is made",
            "help with the second factor instead: `brana user enrolment-code`",
        )
    granted = new_exception(person.subject, person.login, reason, acting(), moment, until)
    longest = state.settings.sign_in.longest_exception
    await state.identities.transact(lambda book: grant_exception(book, granted, longest))
    return person


def _doubt(state: State, person: Person) -> str | None:
    """Why the exception may be of no use, by the policies as they are written now, in a fleet by those in force."""
    settings, district = state.settings, state.district
    try:
        snapshot = snapshot_of(settings, district, book_in_force(state), no_others)  # by this account's own
    except (PoliciesUnusable, SharedPoliciesUnusable):
        return (
            "the policies cannot be read, so nobody knows what the exception opens; see `brana config check`"
        )
    return None if password_opens(person, snapshot, now()) else OF_NO_USE


async def _listed(state: State) -> Sequence[SignInException]:
    """Recorded before anything is shown."""
    granted = await state.identities.look(lambda book: book.exceptions())
    await state.record([looking("user exceptions", found=len(granted))])
    return granted


async def _ended(state: State, login: str) -> tuple[Person, int]:
    """With it sessions that it opened; what a crash leaves open at the gateway ends there within a minute."""
    person, moment = await person_of(state, login), now()
    ended = await state.identities.transact(
        lambda book: end_exceptions(book, person.subject, person.login, acting(), moment)
    )
    if not ended.exceptions:
        raise CannotStart(f"no exception runs for {person.login}", "see `brana user exceptions`")
    await office_of(state).end_with_provider(ended.sessions, moment)
    await tell(state, f"the exception of {person.login} has ended")
    return person, len(ended.sessions)


def _table(granted: Sequence[SignInException], moment: datetime) -> Table:
    table = Table("login", "state", "from", "until", "granted by", "reason")
    for one in granted:
        state = "runs" if one.runs(moment) else f"ended by {one.ended_by.name}" if one.ended_by else "over"
        until = one.ended_at or one.ends_at
        table.add_row(
            one.login, state, local_time(one.begins_at), local_time(until), one.granted_by.name, one.reason
        )
    return table
