"""`brana keys list|rotate`: which keys sign and verify, and having others do it, in order or at once."""

import asyncio
from pathlib import Path

import click
from rich.table import Column, Table

from gateway.commands.keys_in_force import SAML_ANNOUNCE, changes
from gateway.commands.looking import looking
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.sessions import tell
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.grants.keys import Purpose
from gateway.grants.ring import BY_HAND, WHICH, KeptKey, KeyRing, all_that_must_change
from gateway.storage.audit import append
from gateway.storage.key_rotation import ring, rotate


@click.group(help="List and change signing keys.")
def command() -> None: ...


@command.command(name="list", help="Keys that are kept: which one signs, which are still believed.")
@configuration
def list_keys(configuration: Path) -> None:
    state = existing_state(configuration)
    found = asyncio.run(_look(state))
    table = Table(Column("key", no_wrap=True), "purpose", "made", "signs from", "state")
    moment = now()
    for one in found.keys:
        signs = one.purpose is Purpose.CHECKPOINT or found.signing(one.purpose, moment).id == one.id
        times = (local_time(one.created_at), local_time(max(one.signs_from, one.created_at)))
        table.add_row(one.id, one.purpose, *times, _standing(one, signs=signs))
    console().print(table)


@command.command(
    name="rotate",
    help="Make new keys. They are announced, then sign; those before are believed until what they signed is over.",
    short_help="Make new keys, in order or at once.",
)
@configuration
@click.option("--which", type=click.Choice(list(WHICH)), default="all", show_default=True, help="Whose keys.")
@click.option(
    "--compromised", is_flag=True,
    help="Somebody else may have the keys: nothing they signed is believed from now on. Nobody is signed out.",
)  # fmt: skip
def rotate_keys(configuration: Path, which: str, *, compromised: bool) -> None:
    state = existing_state(configuration)
    made = asyncio.run(_rotate(state, which, compromised=compromised))
    click.echo(f"made: {', '.join(made)}")
    if not compromised:
        announced = SAML_ANNOUNCE if which == "saml" else state.settings.keys.announce
        click.echo(f"each signs from {announced} on; see `brana keys list`")


def _standing(key: KeptKey, *, signs: bool) -> str:
    moment = now()
    if not key.believed(moment):
        return "believed no more"
    until = "" if key.ends_at is None else f", believed until {local_time(key.ends_at)}"
    return ("signs" if signs else "announced" if key.signs_from > moment else "verifies") + until


async def _look(state: State) -> KeyRing:
    """Recorded before anything is shown."""
    found = await state.database.read(lambda connection: ring(connection, state.seal))
    await state.record([looking("keys list", found=len(found.keys))])
    return found


async def _rotate(state: State, which: str, *, compromised: bool) -> list[str]:
    moment, purposes = now(), WHICH[which]
    with_saml = bool(state.settings.saml_service_providers)
    if which == "saml" and not with_saml:
        raise click.UsageError("there are no saml_service_providers, so no key signs for them")
    if compromised and which == "all" and with_saml:
        purposes = (*purposes, *BY_HAND)
    if compromised:
        purposes = all_that_must_change(purposes)
    wanted = changes(state.settings, purposes, compromised=compromised)
    made = await state.database.write(
        lambda connection: rotate(connection, state.seal, append, wanted, operator(), moment)
    )
    await tell(state, f"made: {', '.join(made)}")
    return made
