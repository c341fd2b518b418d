"""`brana policy check`: everything that is wrong with policies and cases, in one go."""

import sys
from pathlib import Path

import click
import msgspec

from config.problem import together
from config.settings import Settings
from gateway.commands.options import configuration
from gateway.commands.policy_folder import (
    folder_argument,
    json_option,
    policy_folder,
    problem_as_json,
    texts_in_force,
)
from gateway.commands.shared_policies import SharedPoliciesUnusable
from policies.texts import Texts


@click.command(
    help="Read, review and try the policies of FOLDER, else of the configuration; list all problems at once.",
    short_help="Read, review and try policies; list all problems.",
)
@configuration
@folder_argument
@json_option
def check(configuration: Path, folder: Path | None, *, as_json: bool) -> None:
    meant = policy_folder(configuration, folder)
    read, files, written = meant.read()
    brought = meant.brought(_in_force(configuration, meant.settings), written)
    broken, untried = ([], []) if written else meant.broken(read, files)
    problems = sorted([*written, *brought]) if written else [*brought, *broken]
    # in force already, so no fault of a change: told, and a check of a repository goes on
    old = [one for one in meant.in_vain() if one not in brought]
    found, warned = together(problems), together(old)
    said = sum(len(one.said) for one in files)
    if as_json:
        told = {
            "fit": not found,
            "version": read.version,
            "policies": read.contents.policies,
            "cases": said,
            "problems": [problem_as_json(one) for one in found],
            "warnings": [problem_as_json(one) for one in warned],
            "untried": [problem_as_json(one) for one in untried],
        }
        click.echo(msgspec.json.encode(told))
    elif not found:
        click.echo(
            f"fit to come into force: {read.contents.policies} policies, {said} cases, version {read.version}"
        )
    for one in () if as_json else found:
        click.echo(str(one), err=True)
    for one in () if as_json else untried:
        click.echo(f"to be judged by people: {one}", err=True)
    for one in () if as_json else warned:
        click.echo(f"in force already: {one}", err=True)
    sys.exit(1 if found else 0)


def _in_force(configuration: Path, settings: Settings) -> Texts:
    """None where those cannot be loaded: a folder that is to take their place can be checked all the same."""
    try:
        return texts_in_force(configuration, settings)
    except SharedPoliciesUnusable:
        return {}
