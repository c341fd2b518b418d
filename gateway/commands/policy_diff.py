"""`brana policy diff`: what a folder would change in the policies in force, policy by policy."""

import sys
from pathlib import Path

import click
import msgspec

from config.vocabulary import Language
from gateway.commands.options import configuration, language
from gateway.commands.policy_apply import NOTHING, NOTHING_NEW
from gateway.commands.policy_draft import draft_of
from gateway.commands.policy_folder import folder_argument, json_option, policy_folder
from policies.difference import difference, told


@click.command(
    help="Show what differs between the policies in force and those of FOLDER, else of the configuration. Of a folder "
    "that notes which version it follows: what `apply` would change.",
    short_help="Show what differs from the policies in force.",
)
@configuration
@folder_argument
@json_option
@language
def diff(*, configuration: Path, folder: Path | None, as_json: bool, language: Language) -> None:
    meant = policy_folder(configuration, folder)
    draft = draft_of(configuration, meant.settings, folder, meant.texts(), language)
    found = difference({} if draft.there is None else draft.there.texts, draft.texts, meant.offered)
    if as_json:
        content = {"weakens": found.weakens, **msgspec.to_builtins(found), **draft.as_json()}
        click.echo(msgspec.json.encode(content))
    else:
        nothing = (NOTHING_NEW if draft.kept else NOTHING)[language]
        changes = list(told(found, language)) or [nothing]
        click.echo("\n".join([*draft.warning(language), *changes, *draft.stays]))
    sys.exit(1 if found else 0)
