"""`brana policy apply`: the policies of a folder come into force, or are proposed, as `policies.from_files` says."""

import asyncio
import sys
from pathlib import Path

import click
import msgspec

from config.problem import ConfigurationRefused
from gateway.commands.applying import Applied, apply
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.policy_folder import json_option, policy_folder, texts_in_force
from gateway.commands.proposing import Proposed
from gateway.commands.sessions import tell
from gateway.commands.state import State, existing_state, now
from policies.load import CasesBroken
from policies.texts import Texts

NOT_ALL = "what was not proposed: mend it, or apply the folder again when what it rests on has been approved"


@click.command(
    name="apply",
    help="Put the policies of FOLDER in the place of those in force, on all nodes; where they are proposed, propose "
    "what differs. The files of the configuration stay as they are.",
    short_help="Bring the policies of a folder into force.",
)
@configuration
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--instead-of", metavar="VERSION", help="Only if that version is in force.")
@json_option
def apply_folder(configuration: Path, folder: Path, instead_of: str | None, *, as_json: bool) -> None:
    meant = policy_folder(configuration, folder)
    read, files, written = meant.read()
    if found := [*written, *meant.brought(texts_in_force(configuration, meant.settings), written)]:
        raise ConfigurationRefused(sorted(found))
    broken, untried = meant.broken(read, files)
    if broken:
        raise CasesBroken(broken)
    for one in untried:
        click.echo(f"to be judged by people: {one}", err=True)
    state = existing_state(configuration)
    try:
        done = asyncio.run(_applied(state, meant.texts(), instead_of))
    finally:
        state.database.close()
    version = "" if done.version is None else done.version.version
    if as_json:
        click.echo(
            msgspec.json.encode(
                {"version": version, "proposed": [proposed_as_json(one) for one in done.proposed]}
            )
        )
    else:
        click.echo("\n".join(_told(version, done)))
    sys.exit(any(one.reason for one in done.proposed))


async def _applied(state: State, texts: Texts, instead_of: str | None) -> Applied:
    done = await apply(state, texts, operator(), now(), instead_of)
    if done.version is not None:
        await tell(state, f"policies {done.version.version} in force")
    return done


def _told(version: str, done: Applied) -> list[str]:
    if version:
        return [f"policies now: {version}"]
    said = list(done.said) or ["nothing differs from the policies in force"]
    return [*said, NOT_ALL] if any(one.reason for one in done.proposed) else said


def proposed_as_json(one: Proposed) -> dict[str, object]:
    return {
        "scope": one.scope,
        "proposal": "" if one.reason else one.name,
        "already": one.already is not None,
        "reason": one.reason,
        "objections": list(one.objections),
    }
