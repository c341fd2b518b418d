"""`brana user show|recheck|reset-factor`: a person as directory and gateway know them, and a lost second factor."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import click
from rich.table import Table

from config.vocabulary import Language, SubjectId
from gateway.audit.acts import looked
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.reasons import REASONS
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.sessions import end_sessions, office_of, said_ended, tell
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.sessions.recheck import Recheck, Rechecked
from gateway.sessions.session import Session
from gateway.storage.directory_reading import StoredReading
from idp.directory.federation import Federation
from idp.directory.person import Person
from idp.directory.subject import directory_of


@click.group(help="Show a person, read one again in the directory, or remove a lost second factor.")
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


@command.command(
    help="Read a person in the directory at once: who left or may not work is out, other roles count from now on.",
    short_help="Read a person in the directory at once.",
)
@configuration
@click.argument("login")
def recheck(configuration: Path, login: str) -> None:
    state = existing_state(configuration)
    found = asyncio.run(_recheck(state, login))
    reason = REASONS.name(found.reason)
    click.echo(f"{found.login}: {reason.in_language(Language.ENGLISH) if reason else found.reason}")
    for what, roles in (("gained", found.gained), ("lost", found.lost)):
        for where, role in roles:
            click.echo(f"{what}: {role.title_in(Language.ENGLISH)} in {state.district.name(where)} ({where})")
    if found.ended:
        click.echo(said_ended(found.ended))


async def _recheck(state: State, login: str) -> Rechecked:
    federation, moment = _federation(state), now()
    try:
        subject, known = await _whom(state, federation, login)
        by = Entry(code=Code.PERSON_RECHECKED, outcome=Outcome.SUCCESS, at=moment, subject=operator())
        recheck = Recheck(office_of(state), federation.person, state.record)
        found = await recheck.read_again(subject, known, by, moment)
    finally:
        federation.close()
    await tell(state, found.ended)
    return found


async def _whom(state: State, federation: Federation, login: str) -> tuple[SubjectId, str]:
    """Of people with sessions too whom no directory knows any more. Nobody is asked when the login is theirs alone."""
    signed_in = {one.subject: one.login for one in await state.sessions.open_ones() if _is(one, login)}
    if not signed_in:
        person = _the_one(await _named(federation, login), login)
        return person.subject, person.login
    if len(signed_in) > 1:
        raise _several(login, (f"{name} ({subject})" for subject, name in signed_in.items()))
    return next(iter(signed_in.items()))


def _is(session: Session, login: str) -> bool:
    return session.subject == login or session.login.casefold() == login.casefold()


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
    return _the_one(await _people(state, login), login)


async def _people(state: State, login: str) -> list[Person]:
    federation = _federation(state)
    try:
        return await _named(federation, login)
    finally:
        federation.close()


def _federation(state: State) -> Federation:
    """Groups in groups are known from the replica, as at a sign-in."""
    above = StoredReading(state.database).above_now
    return Federation(state.settings.directories, state.district, above=above)


async def _named(federation: Federation, login: str) -> list[Person]:
    """Whoever answers to the login, or the one whose identifier it is."""
    if directory_of(SubjectId(login)) in federation.readers:
        person = await federation.person(SubjectId(login))
        return [] if person is None else [person]
    return await federation.named(login)


def _the_one(people: list[Person], login: str) -> Person:
    if not people:
        raise CannotStart(f"no directory has anybody with the login {login!r}", "check the spelling")
    if len(people) > 1:
        raise _several(login, (f"{one.name} ({one.subject})" for one in people))
    return people[0]


def _several(login: str, people: Iterable[str]) -> CannotStart:
    return CannotStart(
        f"{login!r} is the login of several people: {', '.join(people)}",
        "write the login with a realm of the directory, or the identifier in the place of the login",
    )


async def _show(state: State, login: str) -> None:
    """Recorded before anything is shown, that there is nobody too."""
    people = await _people(state, login)
    found = len(people)
    await state.record([looked(now(), subject=operator(), command="user show", of=login, found=found)])
    console().print(await _table(state, _the_one(people, login)))


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
    table.add_row("directory", directory_of(person.subject))
    table.add_row("mail", person.mail)
    table.add_row("account", person.state)
    for held in person.roles:
        title = held.role.title_in(Language.ENGLISH)
        place = f"{title} in {state.district.name(held.municipality)} ({held.municipality})"
        others = ", ".join(one.in_place_of for one in person.standing_in if one.held == held)
        table.add_row("role", f"{place}, in place of {others}" if others else place)
    table.add_row("second factor", "enrolled" if enrolled else "none; enrolled at the next sign-in")
    for one in sessions:
        table.add_row("session", f"{one.id} since {local_time(one.opened_at)} from {one.address}")
    return table
