"""`brana clients list|show|rotate|end-secret`: applications that administrators have connected, and their secrets."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.table import Table

from config.vocabulary import Language
from gateway.clients.office import OVERLAP, OVERLAP_MAX, ClientOffice
from gateway.clients.own import OwnClient
from gateway.clients.refused import ActRefused, Why
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.relying_parties import around
from gateway.commands.sessions import tell
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.incidents.by import By
from gateway.web.clients.not_done import shown

T = TypeVar("T")
HOUR = timedelta(hours=1)


@click.group(help="Applications that administrators have connected by the pages, and their secrets.")
def command() -> None: ...


@command.command(name="list", help="Connected applications: of the configuration, and of the pages.")
@configuration
def list_clients(configuration: Path) -> None:
    state = existing_state(configuration)
    table = Table("id", "name", "municipality", "state", "secrets", "kept in")
    for one in state.settings.oidc_clients:
        table.add_row(one.id, "", "", "in force", "", "the configuration")
    for own in _run(state, lambda office: office.all()):
        where = state.district.name(own.described.municipality)
        table.add_row(own.id, own.described.title, where, _standing(own), _secrets(own), "the database")
    console().print(table)


@command.command(help="One connected application, with its secrets and when each was last used.")
@configuration
@click.argument("client")
def show(configuration: Path, client: str) -> None:
    state = existing_state(configuration)
    own = _run(state, lambda office: _named(office, client))
    said = own.described
    table = Table(show_header=False, title=said.title)
    table.add_row("id", own.id)
    table.add_row("municipality", state.district.name(said.municipality))
    table.add_row("state", _standing(own))
    table.add_row("sign-ins return to", "\n".join(said.redirect_uris))
    table.add_row("proves itself by", said.authentication)
    table.add_row("application that policies decide about", said.application or "none: whoever may sign in")
    for one in own.secrets:
        until = "" if one.ends_at is None else f", until {local_time(one.ends_at)}"
        used = "never" if one.used_at is None else local_time(one.used_at)
        old = ", OLDER THAN A YEAR" if one.old(now()) else ""
        made = f"of {local_time(one.made_at)} by {one.made_by}"
        table.add_row("secret", f"{one.id} {made}{until}, last used: {used}{old}")
    console().print(table)


@command.command(
    help="Make a new secret for a connected application and print it once; only its hash is kept. The one before "
    "stays good for a while, so that the application can be changed over.",
    short_help="Make a new secret and print it once.",
)
@configuration
@click.argument("client")
@click.option(
    "--overlap",
    type=click.IntRange(0, OVERLAP_MAX // HOUR),
    default=OVERLAP // HOUR,
    show_default=True,
    help="Hours for which the secret before stays good.",
)
def rotate(configuration: Path, client: str, overlap: int) -> None:
    state = existing_state(configuration)
    made = _run(state, lambda office: office.make_secret(client, overlap * HOUR, _by(), now()))
    text, kept = made
    click.echo(f"Secret {kept.id} of {client}. It is shown this once:\n\n    {text}\n")
    click.echo(
        f"Those before are good for {overlap} hours; end one by `brana clients end-secret {client} SECRET`."
    )


@command.command(name="end-secret", help="End a secret of a connected application at once.")
@configuration
@click.argument("client")
@click.argument("secret")
def end_secret(configuration: Path, client: str, secret: str) -> None:
    state = existing_state(configuration)
    _run(state, lambda office: office.end_secret(client, secret, _by(), now()))
    click.echo(f"secret {secret} of {client} is good no more")


def _run(state: State, work: Callable[[ClientOffice], Coroutine[Any, Any, T]]) -> T:
    """Beside a running product, which is told to look again; what is refused is said with what helps."""

    async def took() -> None:
        await tell(state, "the change is")

    office = ClientOffice(state.own_clients, lambda: around(state), took, state.record)
    try:
        return asyncio.run(work(office))
    except ActRefused as refused:
        told = shown(refused.reason)
        title = f"{told.title[Language.ENGLISH]} ({told.reason})"
        raise CannotStart(title, "see `brana clients list`") from refused


async def _named(office: ClientOffice, name: str) -> OwnClient:
    """Raises ActRefused."""
    found = await office.one(name)
    if found is None:
        raise ActRefused(Why.UNKNOWN)
    return found


def _by() -> By:
    who = operator()
    return By(subject=who, login=who)


def _standing(own: OwnClient) -> str:
    return "in force" if own.suspended_at is None else f"suspended since {local_time(own.suspended_at)}"


def _secrets(own: OwnClient) -> str:
    if not own.described.has_secrets:
        return own.described.authentication
    good = own.good_secrets(now())
    old = ", one older than a year" if own.has_old_secret(now()) else ""
    return f"{len(good)} good{old}"
