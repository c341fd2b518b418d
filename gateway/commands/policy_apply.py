"""`brana policy apply`: the policies of a folder come into force, or are proposed, as `policies.from_files` says."""

import asyncio
import sys
from pathlib import Path

import click
import msgspec

from config.problem import ConfigurationRefused
from config.vocabulary import Language
from gateway.commands.applying import Applied, apply
from gateway.commands.operator import operator
from gateway.commands.options import configuration, language
from gateway.commands.policy_folder import JUDGED, json_option, policy_folder, texts_in_force
from gateway.commands.policy_line import NOTE, note, noted
from gateway.commands.proposing import Proposed
from gateway.commands.sessions import tell
from gateway.commands.shared_policies import described
from gateway.commands.state import State, existing_state, now
from gateway.policy_office.edited_parts import edited_parts
from policies.load import CasesBroken
from policies.model import Text
from policies.texts import Texts

CS, EN = Language.CZECH, Language.ENGLISH
NOT_ALL: Text = {
    CS: "co navrženo nebylo: opravte to, nebo složku použijte znovu, až bude schváleno, na čem to stojí",
    EN: "what was not proposed: mend it, or apply the folder again when what it rests on has been approved",
}
NOW: Text = {CS: "teď platí pravidla: {version}", EN: "policies now: {version}"}
CHANGED: Text = {CS: "změněno: {parts}", EN: "changed: {parts}"}
REMARKS: Text = {CS: "nic než poznámky", EN: "nothing but remarks"}
INSTEAD: Text = {CS: "místo: {before}", EN: "in the place of {before}"}
NOT_NOTED: Text = {
    CS: "pravidla platí, ale soubor {file} nelze zapsat: {error}",
    EN: "the policies are in force, but {file} cannot be written: {error}",
}
NOTHING: Text = {
    CS: "od platných pravidel se nic neliší",
    EN: "nothing differs from the policies in force",
}


@click.command(
    name="apply",
    help="Put the policies of FOLDER in the place of those in force, on all nodes; where they are proposed, propose "
    "what differs. The files of the configuration stay as they are. A folder that was exported notes which version it "
    "follows: in the place of another nothing is put.",
    short_help="Bring the policies of a folder into force.",
)
@configuration
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--instead-of", metavar="VERSION", help="Only if that version is in force, whatever the folder notes."
)
@json_option
@language
def apply_folder(
    *, configuration: Path, folder: Path, instead_of: str | None, as_json: bool, language: Language
) -> None:
    meant = policy_folder(configuration, folder)
    read, files, written = meant.read()
    if found := [*written, *meant.brought(texts_in_force(configuration, meant.settings), written)]:
        raise ConfigurationRefused(sorted(found), language)
    broken, untried = meant.broken(read, files)
    if broken:
        raise CasesBroken(broken, language)
    for one in untried:
        click.echo(JUDGED[language].format(problem=one.in_languages()[language]), err=True)
    state = existing_state(configuration)
    try:
        done = asyncio.run(_applied(state, meant.texts(), instead_of or noted(folder)))
    finally:
        state.database.close()
    if done.version is not None and noted(folder) is not None:
        try:
            note(folder, done.version.version)
        except OSError as error:
            click.echo(NOT_NOTED[language].format(file=folder / NOTE, error=error), err=True)
    click.echo(applied_as_json(done) if as_json else "\n".join(told(done, language)))
    sys.exit(not done.whole)


async def _applied(state: State, texts: Texts, instead_of: str | None) -> Applied:
    done = await apply(state, texts, operator(), now(), instead_of)
    if done.version is not None:
        await tell(state, f"policies {done.version.version} in force")
    return done


def told(done: Applied, language: Language = EN) -> list[str]:
    """What came of it, in lines."""
    if done.version is not None:
        before = {} if done.before is None else done.before.texts
        changed = ", ".join(edited_parts(before, done.version.texts)) or REMARKS[language]
        instead = (
            [] if done.before is None else [INSTEAD[language].format(before=described(done.before, language))]
        )
        now_ = NOW[language].format(version=done.version.version)
        return [now_, CHANGED[language].format(parts=changed), *instead]
    said = [one.said_in(language) for one in done.proposed] or [NOTHING[language]]
    return said if done.whole else [*said, NOT_ALL[language]]


def applied_as_json(done: Applied) -> bytes:
    version = "" if done.version is None else done.version.version
    proposed = [proposed_as_json(one) for one in done.proposed]
    return msgspec.json.encode({"version": version, "proposed": proposed})


def proposed_as_json(one: Proposed) -> dict[str, object]:
    return {
        "scope": one.scope,
        "proposal": "" if one.reason else one.name,
        "already": one.already is not None,
        "reason": one.reason,
        "objections": list(one.objections),
    }
