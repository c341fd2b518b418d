"""`brana user enrolment-code LOGIN`: an officer's word, on paper or by telephone, that a person may enrol."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import click

from gateway.commands.operator import acting
from gateway.commands.options import configuration
from gateway.commands.person import has_of, person_of
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import local_time
from idp.directory.person import Person
from idp.login.officer import issue_enrolment_code
from idp.login.spoken_code import SpokenCode, new_spoken_code, written


@click.command(
    name="enrolment-code",
    help="Print a single-use code with which a person without a second factor enrols one at the next sign-in. "
    "Make sure first that it is that person who gets it. Earlier codes of the person no longer work.",
    short_help="Let a person enrol a second factor.",
)
@configuration
@click.argument("login")
@click.option(
    "--hours",
    type=click.IntRange(1, 24),
    default=24,
    show_default=True,
    help="How long the code is good for.",
)
def command(configuration: Path, login: str, hours: int) -> None:
    state = existing_state(configuration)
    person, code, until = asyncio.run(_issued(state, login, timedelta(hours=hours)))
    click.echo(f"for: {person.name} ({person.login})")
    click.echo(f"code: {written(code)}")
    click.echo(f"good once, until {local_time(until)}")


async def _issued(state: State, login: str, lifetime: timedelta) -> tuple[Person, SpokenCode, datetime]:
    person = await person_of(state, login)
    if (await has_of(state, person.subject)).why_not(None) is None:
        raise CannotStart(
            f"{person.login} has a second factor",
            "that one proves further ones; if it is lost, say `brana user reset-factor` first",
        )
    code, moment = new_spoken_code(), now()
    until = moment + lifetime
    await state.identities.transact(
        lambda book: issue_enrolment_code(book, person.subject, person.login, code, acting(), moment, until)
    )
    return person, code, until
