"""`brana policy export|replace`: the policies in force as files, and files in their place."""

import asyncio
from pathlib import Path

import click

from config.sources import Noting
from gateway.commands.fitness import checked
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.publishing import Proposal, put_in_place_of
from gateway.commands.sessions import tell
from gateway.commands.shared_policies import described, in_force, node_of, own_texts
from gateway.commands.state import State, existing_state, now


@click.command(help="Write the policies in force into a new folder.")
@configuration
@click.argument("folder", type=click.Path(path_type=Path))
def export(configuration: Path, folder: Path) -> None:
    state = existing_state(configuration)
    try:
        found = in_force(state)
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
    help="Put the policies of the files here in the place of VERSION, which is in force, whoever published it."
)
@configuration
@click.argument("version")
def replace(configuration: Path, version: str) -> None:
    sources = Noting()
    settings, _, book = checked(configuration, sources)
    state = existing_state(configuration)
    try:
        made = Proposal(
            texts=own_texts(settings, sources), book=book, by=operator(), node=node_of(settings), at=now()
        )
        asyncio.run(_replaced(state, made, version))
    finally:
        state.database.close()
    click.echo(f"policies now: {book.version}, in place of {version}")


async def _replaced(state: State, made: Proposal, version: str) -> None:
    new = await put_in_place_of(state, made, version)
    await tell(state, f"policies {new.version} published")
