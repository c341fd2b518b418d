"""`brana policy check`: everything that is wrong with policies and cases, in one go."""

import sys
from pathlib import Path

import click
import msgspec

from config.problem import together, told
from config.settings import Settings
from config.vocabulary import Language
from gateway.commands.options import configuration, language
from gateway.commands.policy_folder import (
    JUDGED,
    folder_argument,
    json_option,
    policy_folder,
    problem_as_json,
    texts_in_force,
)
from gateway.commands.shared_policies import SharedPoliciesUnusable
from policies.model import Text
from policies.never import Never
from policies.texts import Texts

CS, EN = Language.CZECH, Language.ENGLISH
FIT: Text = {
    CS: "může začít platit; pravidel: {policies}, případů: {cases}, nikdy: {nevers}, verze {version}",
    EN: "fit to come into force: {policies} policies, {cases} cases, {nevers} nevers, version {version}",
}
ALREADY: Text = {CS: "platí už teď: {problem}", EN: "in force already: {problem}"}


@click.command(
    help="Read, review and try the policies of FOLDER, else of the configuration; list all problems at once.",
    short_help="Read, review and try policies; list all problems.",
)
@configuration
@folder_argument
@json_option
@language
def check(*, configuration: Path, folder: Path | None, as_json: bool, language: Language) -> None:
    meant = policy_folder(configuration, folder)
    read, files, written = meant.read()
    before = _in_force(configuration, meant.settings)
    brought = meant.brought(before, written)
    broken, untried = ([], []) if written else meant.broken(read, files)
    problems = sorted([*written, *brought]) if written else [*brought, *broken]
    narrowed = [] if problems else meant.narrowed(before)
    # in force already, so no fault of a change: told, and a check of a repository goes on
    old = [one for one in meant.in_vain() if one not in brought]
    found, warned = together(problems), together(old)
    said = [one.said for file in files for one in file.said]
    if as_json:
        answer = {
            "fit": not found,
            "version": read.version,
            "policies": read.contents.policies,
            "cases": len(said),
            "problems": [problem_as_json(one) for one in found],
            "warnings": [problem_as_json(one) for one in warned],
            "untried": [problem_as_json(one) for one in untried],
            "narrowed": [problem_as_json(one) for one in narrowed],
        }
        click.echo(msgspec.json.encode(answer))
    elif not found:
        nevers = sum(isinstance(one, Never) for one in said)
        counted = {"policies": read.contents.policies, "cases": len(said) - nevers, "nevers": nevers}
        click.echo(FIT[language].format(version=read.version, **counted))
    if not as_json:
        plain: Text = dict.fromkeys(Language, "{problem}")
        for words, those in ((plain, found), (JUDGED, [*untried, *narrowed]), (ALREADY, warned)):
            for one in told(those, language):
                click.echo(words[language].format(problem=one))
    sys.exit(1 if found else 0)


def _in_force(configuration: Path, settings: Settings) -> Texts:
    """None where those cannot be loaded: a folder that is to take their place can be checked all the same."""
    try:
        return texts_in_force(configuration, settings)
    except SharedPoliciesUnusable:
        return {}
