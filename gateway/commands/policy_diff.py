"""`brana policy diff`: what differs from the policies in force, policy by policy."""

import sys
from pathlib import Path

import click
import msgspec

from config.vocabulary import Language
from gateway.commands.options import configuration
from gateway.commands.policy_folder import folder_argument, json_option, policy_folder, texts_in_force
from policies.difference import difference, told


@click.command(
    help="Show what differs between the policies in force and those of FOLDER, else of the configuration.",
    short_help="Show what differs from the policies in force.",
)
@configuration
@folder_argument
@json_option
@click.option(
    "--language",
    type=click.Choice([one.value for one in Language]),
    default="en",
    help="Of titles and words.",
)
def diff(configuration: Path, folder: Path | None, *, as_json: bool, language: str) -> None:
    meant = policy_folder(configuration, folder)
    found = difference(texts_in_force(configuration, meant.settings), meant.texts(), meant.offered)
    if as_json:
        click.echo(msgspec.json.encode({"weakens": found.weakens, **msgspec.to_builtins(found)}))
    else:
        for line in told(found, Language(language)):
            click.echo(line)
        if not found:
            click.echo("nothing differs from the policies in force")
    sys.exit(1 if found else 0)
