"""`brana person suspend|resume|suspended`: whom the gateway lets in nowhere, also where pages do not work."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.table import Table

from config.vocabulary import Language, SubjectId
from gateway.audit.acts import looked
from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.person import person_of
from gateway.commands.preflight import CannotStart
from gateway.commands.sessions import answering, office_of, said_ended, tell
from gateway.commands.state import State, existing_state, now
from gateway.commands.suspending import ending_with
from gateway.commands.terminal import console, local_time
from gateway.incidents.by import By
from gateway.incidents.refused import ActRefused
from gateway.incidents.suspending import Suspending, Whom
from gateway.incidents.suspension import Suspension
from gateway.sessions.store import Open
from gateway.web.officer.incident_words import REFUSALS
from idp.directory.errors import DirectoryUnusable

T = TypeVar("T")
SEE = "see `brana person suspended`"
LISTED = 200


@click.group(help="Suspend a person at the gateway, and lift it.")
def command() -> None: ...


@command.command(help="End all sessions of a person, and let nobody in by that account until it is lifted.")
@configuration
@click.argument("login")
@click.option("--why", required=True, help="Kept with it and in the audit log.")
@click.option("--until", type=MOMENT, default=None, metavar="MOMENT",
              help="It ends by itself then; without a zone that of Prague.")  # fmt: skip
@click.option(
    "--incident", type=click.IntRange(1), default=None, help="Number of the incident it belongs to."
)
def suspend(configuration: Path, login: str, why: str, until: datetime | None, incident: int | None) -> None:
    async def work(state: State) -> tuple[Suspension, int]:
        whom = await _whom(state, login)
        suspending = suspending_beside(state)
        return await suspending.suspend(whom, why, in_prague(until), by_operator(), now(), incident)

    made, ended = run(configuration, work)
    click.echo(f"{made.login} is suspended{until_when(made)}; {said_ended(ended)}")


@command.command(help="Let a suspended person sign in again.")
@configuration
@click.argument("login")
@click.option("--why", required=True, help="Kept with it and in the audit log.")
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
@click.option("--all", "over", is_flag=True, help="Also whose suspension is over, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def suspended(configuration: Path, *, over: bool, as_json: bool) -> None:
    async def work(state: State) -> list[Suspension]:
        some = await state.suspensions.latest(LISTED) if over else await state.suspensions.standing(now())
        found = [one for one in some if one.device is None]
        look = looked(now(), subject=operator(), command="person suspended", of="", found=len(found))
        await state.record([look])
        return found

    found = run(configuration, work)
    if as_json:
        click.echo(
            json.dumps(
                [{**told(one), "login": one.login, "name": one.name} for one in found],
                ensure_ascii=False,
                indent=2,
            )
        )
        return
    if not found:
        click.echo("nobody is suspended")
        return
    table = Table("login", "name", "since", "until", "by", "why")
    for one in found:
        end = one.lifted_at or one.until
        until = "it is lifted" if end is None else local_time(end)
        table.add_row(one.login, one.name, local_time(one.since), until, one.by.name, one.why)
    console().print(table)


def until_when(made: Suspension) -> str:
    return "" if made.until is None else f" until {local_time(made.until)}"


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
    )


def told(one: Suspension) -> dict[str, str | int | None]:
    return {
        "id": one.id,
        "subject": one.subject,
        "why": one.why,
        "by": one.by.name,
        "since": one.since.isoformat(),
        "until": one.until.isoformat() if one.until else None,
        "incident": one.incident,
        "lifted_at": one.lifted_at.isoformat() if one.lifted_at else None,
        "lifted_by": one.lifted_by.name if one.lifted_by else None,
        "lifted_why": one.lifted_why or None,
    }
