"""`brana person suspend|resume|suspended`: whom the gateway lets in nowhere, also where pages do not work."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from config.vocabulary import Language, SubjectId
from gateway.commands import suspension_options as options
from gateway.commands.audit_moments import in_prague
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.person import person_of
from gateway.commands.preflight import CannotStart
from gateway.commands.sessions import answering, office_of, said_ended, tell
from gateway.commands.state import State, existing_state, now
from gateway.commands.suspending import ending_with
from gateway.incidents.by import By
from gateway.incidents.refused import ActRefused
from gateway.incidents.suspending import Suspending, Whom
from gateway.incidents.suspension import Suspension
from gateway.sessions.store import Open
from gateway.web.officer.incident_words import REFUSALS
from idp.directory.errors import DirectoryUnusable
from idp.directory.same_person import no_others

T = TypeVar("T")
SEE = "see `brana person suspended`"


@click.group(help="Suspend a person at the gateway, and lift it.")
def command() -> None: ...


@command.command(help="End all sessions of a person, and let nobody in by that account until it is lifted.")
@configuration
@click.argument("login")
@options.suspension
def suspend(configuration: Path, login: str, why: str, until: datetime | None, incident: int | None) -> None:
    suspend_whom(configuration, lambda state: _whom(state, login), why, until, incident)


def suspend_whom(
    configuration: Path,
    whom: Callable[[State], Awaitable[Whom]],
    why: str,
    until: datetime | None,
    incident: int | None,
) -> None:
    """A person or a device; what was done is told on the terminal."""

    async def work(state: State) -> tuple[Suspension, int]:
        suspending = suspending_beside(state)
        meant = await whom(state)
        return await suspending.suspend(meant, why, in_prague(until), by_operator(), now(), incident)

    made, ended = run(configuration, work)
    click.echo(f"{made.login} is suspended{options.until_when(made)}; {said_ended(ended)}")


@command.command(help="Let a suspended person sign in again.")
@configuration
@click.argument("login")
@options.why
def resume(configuration: Path, login: str, why: str) -> None:
    async def work(state: State) -> Suspension:
        standing = await state.suspensions.standing(now())
        found = [one.subject for one in standing if login in (one.login, one.subject)]
        if len(found) > 1:
            raise CannotStart(f"{login!r} is the login of several people", f"name the identifier; {SEE}")
        subject = found[0] if found else SubjectId(login)
        return await suspending_beside(state).resume(subject, why, by_operator(), now())

    lifted = run(configuration, work)
    click.echo(f"{lifted.login} can sign in again")


@command.command(help="Who is suspended now.")
@configuration
@options.over
@options.as_json
def suspended(configuration: Path, *, over: bool, as_json: bool) -> None:
    found = run(
        configuration, lambda state: options.asked_for(state, "person suspended", devices=False, over=over)
    )
    if as_json:
        options.show_json(found, lambda one: {"login": one.login, "name": one.name})
        return
    columns = {"login": lambda one: one.login, "name": lambda one: one.name}
    options.show(found, columns, "nobody is suspended")


def by_operator() -> By:
    who = operator()
    return By(subject=who, login=who)


def run(configuration: Path, work: Callable[[State], Coroutine[Any, Any, T]]) -> T:
    """What is refused is said with what helps."""
    state = existing_state(configuration)
    try:
        return asyncio.run(work(state))
    except ActRefused as refused:
        said = REFUSALS[refused.reason]
        title, advice = said.title[Language.ENGLISH], said.advice[Language.ENGLISH]
        raise CannotStart(f"{title} ({said.reason})", advice) from refused
    finally:
        state.database.close()


async def _whom(state: State, login: str) -> Whom:
    """As the directory has them, or their sessions while it does not answer. Raises CannotStart."""
    try:
        person = await person_of(state, login)
    except DirectoryUnusable:
        found = Open(await state.sessions.open_ones(), await state.sessions.sign_ons())
        people = answering(found, login)
        if len(people) != 1:
            raise
        [(subject, known)] = people.items()
        return Whom(subject, known)
    return Whom(person.subject, person.login, person.name)


def suspending_beside(state: State) -> Suspending:
    """Beside a running product, which is told to look again. Raises what `sessions.tell` does."""

    async def took() -> None:
        await tell(state, "the suspension is")

    return Suspending(
        store=state.suspensions,
        sessions=office_of(state),
        ending=partial(ending_with, state),
        stop=lambda news, moment: state.identities.stop_sign_ins(news, state.settings.sign_in, moment),
        took=took,
        record=state.record,
        others=no_others,  # an operator is nobody's account
    )
