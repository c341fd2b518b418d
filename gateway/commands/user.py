"""`brana user show`: a person as directory and gateway know them."""

import asyncio
import getpass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from config.vocabulary import Language
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.sessions import end_sessions
from gateway.commands.state import State, existing_state, now
from idp.directory.person import Person
from idp.directory.reader import DirectoryReader


@click.group(help="Look at people of the directory.")
def command() -> None: ...


@command.command(help="State, roles, second factor and sessions of a person, by login name.")
@configuration
@click.argument("login")
def show(configuration: Path, login: str) -> None:
    asyncio.run(_show(existing_state(configuration), login))


@command.command(
    name="reset-factor",
    help="Remove a lost second factor and end all sessions; the person enrols anew at the next sign-in.",
)
@configuration
@click.argument("login")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset_factor(configuration: Path, login: str, *, yes: bool) -> None:
    state = existing_state(configuration)
    person = asyncio.run(_person(state, login))
    if not yes:
        click.confirm(f"Remove the second factor of {person.name} ({person.login})?", abort=True)
    ended = asyncio.run(_reset_factor(state, person))
    click.echo(f"second factor of {person.login} removed; {ended} sessions ended")


async def _reset_factor(state: State, person: Person) -> int:
    """The factor first: whoever holds it must not sign in again between the two."""
    operator = f"cli:{getpass.getuser()}"
    if not await state.identities.remove_factor(person.subject, person.login, operator, now()):
        raise CannotStart(f"{person.login} has no second factor", "the next sign-in offers to enrol one")
    return len(await end_sessions(state, await state.sessions.open_ones(person.subject), operator))


async def _person(state: State, login: str) -> Person:
    reader = DirectoryReader(state.settings.directory)
    try:
        person = await reader.named(login)
    finally:
        reader.close()
    if person is None:
        raise CannotStart(f"the directory has nobody with the login {login!r}", "check the spelling")
    return person


async def _show(state: State, login: str) -> None:
    Console().print(await _table(state, await _person(state, login)))


async def _table(state: State, person: Person) -> Table:
    enrolled = await state.identities.look(lambda book: book.factor(person.subject) is not None)
    sessions = [
        one
        for one in await state.sessions.open_ones(person.subject)
        if one.why_over(state.settings.sign_in, now()) is None
    ]
    table = Table(show_header=False, title=person.name)
    table.add_row("login", person.login)
    table.add_row("subject", person.subject)
    table.add_row("mail", person.mail)
    table.add_row("account", person.state)
    for held in person.roles:
        title = held.role.title_in(Language.ENGLISH)
        table.add_row("role", f"{title} in {state.district.name(held.municipality)} ({held.municipality})")
    table.add_row("second factor", "enrolled" if enrolled else "none; enrolled at the next sign-in")
    for one in sessions:
        table.add_row("session", f"{one.id} since {one.opened_at:%Y-%m-%d %H:%M} UTC from {one.address}")
    return table
