"""`brana policy export|replace`: policies that the control planes of a fleet share."""

import asyncio
from pathlib import Path

import click

from config.fleet import NodeName
from config.sources import Noting
from gateway.commands.fitness import checked
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.publishing import Proposal, put_in_place_of
from gateway.commands.sessions import tell
from gateway.commands.shared_policies import described, own_texts, published
from gateway.commands.state import State, existing_state, now


@click.command(help="Write the policies in force in the fleet into a new folder.")
@configuration
@click.argument("folder", type=click.Path(path_type=Path))
def export(configuration: Path, folder: Path) -> None:
    state = existing_state(configuration)
    try:
        _node_of(state)
        found = state.database.read_now(published)
    finally:
        state.database.close()
    if found is None:
        raise CannotStart(
            "no policies are published yet", "the first control plane that starts publishes its own"
        )
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise CannotStart(f"{folder} exists", "name a new folder") from error
    for name, text in found.texts.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8", newline="")
    click.echo(f"{folder}: {len(found.texts)} files, {described(found)}")


@click.command(
    help="Put this node's policies in the place of VERSION, which is in force, whoever published it."
)
@configuration
@click.argument("version")
def replace(configuration: Path, version: str) -> None:
    sources = Noting()
    settings, _, book = checked(configuration, sources)
    state = existing_state(configuration)
    try:
        made = Proposal(
            texts=own_texts(settings, sources), book=book, by=operator(), node=_node_of(state), at=now()
        )
        asyncio.run(_replaced(state, made, version))
    finally:
        state.database.close()
    click.echo(f"policies now: {book.version}, in place of {version}")


async def _replaced(state: State, made: Proposal, version: str) -> None:
    new = await put_in_place_of(state, made, version)
    await tell(state, f"policies {new.version} published")


def _node_of(state: State) -> NodeName:
    if state.settings.fleet is None:
        raise CannotStart(
            "this machine is no node of a fleet: its policies are its own files",
            "say `brana reload` to take them",
        )
    return NodeName(state.settings.fleet.node)
