"""`brana policy diff`: what differs from the policies in force, policy by policy."""

import sys
from pathlib import Path

import click
import msgspec

from config.vocabulary import Language
from gateway.commands.options import configuration, language
from gateway.commands.policy_folder import folder_argument, json_option, policy_folder, texts_in_force
from policies.difference import difference, told
from policies.model import Text

NOTHING: Text = {
    Language.CZECH: "od platných pravidel se nic neliší",
    Language.ENGLISH: "nothing differs from the policies in force",
}


@click.command(
    help="Show what differs between the policies in force and those of FOLDER, else of the configuration.",
    short_help="Show what differs from the policies in force.",
)
@configuration
@folder_argument
@json_option
@language
def diff(*, configuration: Path, folder: Path | None, as_json: bool, language: Language) -> None:
    meant = policy_folder(configuration, folder)
    found = difference(texts_in_force(configuration, meant.settings), meant.texts(), meant.offered)
    if as_json:
        click.echo(msgspec.json.encode({"weakens": found.weakens, **msgspec.to_builtins(found)}))
    else:
        for line in told(found, language):
            click.echo(line)
        if not found:
            click.echo(NOTHING[language])
    sys.exit(1 if found else 0)
