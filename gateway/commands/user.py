"""`brana user show|reset-factor`: a person as directory and gateway know them, and a lost second factor."""

import asyncio
from pathlib import Path

import click
from rich.table import Table

from config.vocabulary import Language
from gateway.audit.acts import looked
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.sessions import end_sessions, said_ended
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from idp.directory.person import Person
from idp.directory.reader import DirectoryReader
from idp.directory.separation import judged


@click.group(help="Show a person, or remove a lost second factor.")
def command() -> None: ...


@command.command(
    help="State, roles, second factor and sessions of a person, by login name.", short_help="Show a person."
)
@configuration
@click.argument("login")
def show(configuration: Path, login: str) -> None:
    asyncio.run(_show(existing_state(configuration), login))


@command.command(
    name="reset-factor",
    help="Remove a lost second factor and end all sessions; the person enrols anew at the next sign-in.",
    short_help="Remove a lost second factor.",
)
@configuration
@click.argument("login")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset_factor(configuration: Path, login: str, *, yes: bool) -> None:
    state = existing_state(configuration)
    person = asyncio.run(_person(state, login))
    if not asyncio.run(_is_enrolled(state, person)):
        raise _nothing_to_remove(person)
    if not yes:
        click.confirm(f"Remove the second factor of {person.name} ({person.login})?", abort=True)
    ended = asyncio.run(_reset_factor(state, person))
    click.echo(f"second factor of {person.login} removed; {said_ended(ended)}")


async def _reset_factor(state: State, person: Person) -> int:
    """In one transaction: whoever holds the factor must not sign in again between it and the sessions."""
    if not await _is_enrolled(state, person):
        raise _nothing_to_remove(person)
    sessions = await state.sessions.open_ones(person.subject)
    by = operator()
    store = state.sessions_that_end(state.single_sign_on.ending_without_factor(person.login, by))
    return len(await end_sessions(state, sessions, by, [person.subject], store))


def _nothing_to_remove(person: Person) -> CannotStart:
    return CannotStart(f"{person.login} has no second factor", "the next sign-in offers to enrol one")


async def _is_enrolled(state: State, person: Person) -> bool:
    return await state.identities.look(lambda book: bool(book.authenticators(person.subject)))


async def _person(state: State, login: str) -> Person:
    return _known(await _named(state, login), login)


async def _named(state: State, login: str) -> Person | None:
    reader = DirectoryReader(state.settings.directories[0])
    try:
        person = await reader.named(login)
        separate = state.settings.sign_in.administrators_separate
        return judged(person) if person is not None and separate else person
    finally:
        reader.close()


def _known(person: Person | None, login: str) -> Person:
    if person is None:
        raise CannotStart(f"the directory has nobody with the login {login!r}", "check the spelling")
    return person


async def _show(state: State, login: str) -> None:
    """Recorded before anything is shown, that there is nobody too."""
    person = await _named(state, login)
    found = int(person is not None)
    await state.record([looked(now(), subject=operator(), command="user show", of=login, found=found)])
    console().print(await _table(state, _known(person, login)))


async def _table(state: State, person: Person) -> Table:
    enrolled = await _is_enrolled(state, person)
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
        table.add_row("session", f"{one.id} since {local_time(one.opened_at)} from {one.address}")
    return table
