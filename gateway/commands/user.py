"""`brana user …`: a person as directory and gateway know them; lost factors, enrolment codes, exceptions."""

import asyncio
from pathlib import Path

import click
from rich.table import Table

from config.alphabet import alphabetical
from config.vocabulary import Language
from gateway.commands import enrolment_code, exceptions, recheck
from gateway.commands.drawn_names import TakesDrawnNames
from gateway.commands.looking import looking
from gateway.commands.operator import acting, operator
from gateway.commands.options import configuration
from gateway.commands.person import has_of, named, person_of, the_one
from gateway.commands.preflight import CannotStart
from gateway.commands.same_person import other_accounts
from gateway.commands.sessions import ONLY_SIGNED_ON, end_sessions, open_of, said_ended
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.sessions.lost_factors import Meanwhile, Removal
from gateway.sessions.officers_act import NotDone
from idp.directory.person import Person
from idp.directory.subject import directory_of
from idp.events import Factor
from idp.login.authenticator import Authenticator, AuthenticatorId, Credential
from idp.login.trust import still_new
from idp.login.upstream import Link

KINDS = {Factor.ONE_TIME_CODE: "one-time codes", Factor.KEY: "passkey or security key"}


@click.group(help="Show a person, read one again; second factors, enrolment codes, exceptions.")
def command() -> None: ...


command.add_command(enrolment_code.command)
command.add_command(recheck.command)
for _exceptions in (exceptions.grant, exceptions.listing, exceptions.end):
    command.add_command(_exceptions)


@command.command(
    help="State, roles, second factor and sessions of a person, by login name.", short_help="Show a person."
)
@configuration
@click.argument("login")
def show(configuration: Path, login: str) -> None:
    asyncio.run(_show(existing_state(configuration), login))


@command.command(
    name="reset-factor",
    help="Remove all second factors and recovery codes of a person and end all sessions. The person enrols anew "
    "with a code of `brana user enrolment-code`.",
    short_help="Remove lost second factors.",
)
@configuration
@click.argument("login")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset_factor(configuration: Path, login: str, *, yes: bool) -> None:
    state = existing_state(configuration)
    person = asyncio.run(person_of(state, login))
    if asyncio.run(has_of(state, person.subject)).why_not(None):
        raise _nothing_to_remove(person)
    if not yes:
        click.confirm(f"Remove all second factors of {person.name} ({person.login})?", abort=True)
    ended = asyncio.run(_reset_factor(state, person))
    click.echo(f"second factors of {person.login} removed; {said_ended(ended)}")


@command.command(
    name="remove-factor",
    help="Remove one second factor of a person, or a link with another provider, as `brana user show` names it, and "
    "end all sessions: for one that the person did not add. All of them: `brana user reset-factor`.",
    short_help="Remove one second factor.",
    cls=TakesDrawnNames,
)
@configuration
@click.argument("login")
@click.argument("factor")
def remove_factor(configuration: Path, login: str, factor: str) -> None:
    state = existing_state(configuration)
    removed, ended = asyncio.run(_remove_factor(state, login, factor))
    called = f"link with {removed.provider}" if isinstance(removed, Link) else _called(removed)
    click.echo(f"{called} of {login} removed; {said_ended(ended)}")


async def _remove_factor(state: State, login: str, factor: str) -> tuple[Authenticator | Link, int]:
    person = await person_of(state, login)
    which, has = AuthenticatorId(factor), await has_of(state, person.subject)
    wrong = has.why_not(which)
    if wrong is not None:
        raise _not_removable(person, which, wrong)
    found = has.link(which) or next(one for one in has.authenticators if one.id == which)
    return found, await _removed(state, person, which)


async def _reset_factor(state: State, person: Person) -> int:
    """In one transaction: whoever holds the factor must not sign in again between it and the sessions."""
    if (await has_of(state, person.subject)).why_not(None):
        raise _nothing_to_remove(person)
    return await _removed(state, person)


async def _removed(state: State, person: Person, only: AuthenticatorId | None = None) -> int:
    """How many sessions ended with it."""
    removal = Removal(login=person.login, by=acting(), only=only)
    sessions = await state.sessions.open_of([person.subject])
    store = state.sessions_that_end(state.single_sign_on.ending_without_factor(removal))
    try:
        return len(await end_sessions(state, sessions, operator(), [person.subject], store))
    except Meanwhile as quicker:
        raise _not_removable(person, only, quicker.reason) from quicker


def _not_removable(person: Person, which: AuthenticatorId | None, wrong: NotDone) -> CannotStart:
    if which is None:
        return _nothing_to_remove(person)
    if wrong is NotDone.ONLY_FACTOR:
        return CannotStart(
            f"it is the only second factor of {person.login}",
            "say `brana user reset-factor`, which takes the recovery codes too, and give a new code",
        )
    return CannotStart(f"{person.login} has no second factor {which!r}", "see `brana user show`")


def _nothing_to_remove(person: Person) -> CannotStart:
    return CannotStart(f"{person.login} has no second factor", "give a code: `brana user enrolment-code`")


async def _show(state: State, login: str) -> None:
    """Recorded before anything is shown, that there is nobody too."""
    people = await named(state, login)
    found = len(people)
    await state.record([looking("user show", of=login, found=found)])
    console().print(await _table(state, the_one(people, login)))


async def _table(state: State, person: Person) -> Table:
    held, codes, exception, links = await state.identities.look(
        lambda book: (
            book.authenticators(person.subject),
            book.recovery_codes_left(person.subject),
            book.exception_of(person.subject, now()),
            book.links_of(person.subject),
        )
    )
    found = await open_of(state, person.subject)
    table = Table(show_header=False, title=person.name)
    table.add_row("login", person.login)
    table.add_row("subject", person.subject)
    table.add_row("directory", directory_of(person.subject))
    table.add_row("mail", person.mail)
    table.add_row("account", person.state)
    for other in await other_accounts(state, person.subject):
        table.add_row("other account", f"{other.login} ({other.subject})")
    for place in sorted(person.roles, key=lambda one: alphabetical(state.district.name(one.municipality))):
        title = place.role.title_in(Language.ENGLISH)
        where = f"{title} in {state.district.name(place.municipality)} ({place.municipality})"
        others = ", ".join(one.in_place_of for one in person.standing_in if one.held == place)
        systems = ", ".join(one.by for one in person.pushed if one.held == place)
        by = f", by the personnel system {systems}" if systems else ""
        table.add_row("role", f"{where}, in place of {others}" if others else f"{where}{by}")
    for said in person.work.told():
        fact, _, value = said.partition(" ")
        table.add_row(fact.replace("_", " "), value)
    for one in held:
        alone = isinstance(one.means, Credential) and one.means.replaces_the_password
        new, more = still_new(one, now()), ", signs in without a password too" if alone else ""
        later = f", counts in full from {local_time(new.until)}" if new is not None else ""
        table.add_row(
            "second factor", f"{_called(one)} since {local_time(one.enrolled_at)}{more}{later}: {one.id}"
        )
    if not held:
        table.add_row("second factor", "none; enrols one with a code of `brana user enrolment-code`")
    table.add_row("recovery codes", f"{codes} unused")
    for link in links:
        called = f" as {link.name!r}" if link.name else ""
        since = local_time(link.linked_at)
        table.add_row("linked with", f"{link.provider}{called} since {since}: {link.identity.name}")
    if exception is not None:
        table.add_row(
            "exception", f"password alone until {local_time(exception.ends_at)}: {exception.reason}"
        )
    for session in found.sessions:
        since = local_time(session.opened_at)
        table.add_row("session", f"{session.id} since {since} from {session.address}")
    for sign_on in found.sign_ons:
        since = local_time(sign_on.created_at)
        table.add_row("session", f"{sign_on.sid} since {since} from {sign_on.address}, {ONLY_SIGNED_ON}")
    return table


def _called(one: Authenticator) -> str:
    """By its kind, and the name its owner gave it."""
    return f"{KINDS[one.factor]} {one.name!r}" if one.name else KINDS[one.factor]
