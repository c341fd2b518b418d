"""`brana policy apply`: the policies of a folder come into force, or are proposed, as `policies.from_files` says."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from config.problem import ConfigurationRefused, Problem
from config.vocabulary import Language
from gateway.commands.applying import Applied, apply
from gateway.commands.operator import operator
from gateway.commands.options import configuration, language
from gateway.commands.policy_folder import JUDGED, PolicyFolder, json_option, policy_folder, texts_in_force
from gateway.commands.policy_following import Followed, followed
from gateway.commands.policy_line import NOTE, Line, has_note, line_of, note, noted
from gateway.commands.preflight import CannotStart
from gateway.commands.proposing import Proposed
from gateway.commands.sessions import tell
from gateway.commands.shared_policies import described
from gateway.commands.state import State, existing_state, now
from gateway.policy_office.edited_parts import edited_parts
from gateway.policy_office.version import Version
from policies.case_files import CaseFile
from policies.load import CasesBroken, Read
from policies.model import Text

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
NOTHING_NEW: Text = {
    CS: "nic z toho, co složka změnila, není nové",
    EN: "nothing that the folder changed is new",
}


@click.command(
    name="apply",
    help="Put the policies of FOLDER in the place of those in force, on all nodes; where they are proposed, propose "
    "what differs. The files of the configuration stay as they are. A folder that was exported notes which version it "
    "follows: what came into force since is kept, and what both changed is refused.",
    short_help="Bring the policies of a folder into force.",
)
@configuration
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--instead-of",
    metavar="VERSION",
    help="Only if that version is in force, whatever the folder notes: its name, or in quotation marks name and mark.",
)
@json_option
@language
def apply_folder(
    *, configuration: Path, folder: Path, instead_of: str | None, as_json: bool, language: Language
) -> None:
    meant = policy_folder(configuration, folder)
    reading = meant.read()
    if written := reading[-1]:
        found = [*written, *meant.brought(texts_in_force(configuration, meant.settings), written)]
        raise ConfigurationRefused(sorted(found), language)
    own = meant.texts()
    state = existing_state(configuration)
    try:
        what = followed(state, folder, own, instead_of, language)
        if what.texts != own:
            meant = meant.holding(what.texts)
            reading = meant.read()
        _fit(meant, reading, what.there, language)
        done = asyncio.run(_applied(state, what))
    finally:
        state.database.close()
    click.echo(
        applied_as_json(done, [one.named() for one in what.kept])
        if as_json
        else "\n".join(told(done, language, what))
    )
    if (stands := done.version or what.there) is not None and stands.texts == own and has_note(folder):
        _keep_up(folder, line_of(stands), language)
    sys.exit(not done.whole)


def _fit(
    meant: PolicyFolder,
    reading: tuple[Read, list[CaseFile], list[Problem]],
    there: Version | None,
    language: Language,
) -> None:
    """Raises PoliciesUnusable for faults, and for cases that do not hold; says what people have to judge."""
    read, files, written = reading
    before = {} if there is None else there.texts
    if found := [*written, *meant.brought(before, written)]:
        raise ConfigurationRefused(sorted(found), language)
    broken, untried = meant.broken(read, files)
    if broken:
        raise CasesBroken(broken, language)
    for one in (*untried, *meant.narrowed(before)):
        click.echo(JUDGED[language].format(problem=one.in_languages()[language]), err=True)


def _keep_up(folder: Path, line: Line, language: Language) -> None:
    """The folder follows what it says itself. What is in force is so, whether or not that can be noted."""
    try:
        if noted(folder, language) == line:
            return
        note(folder, line)
    except (OSError, CannotStart) as error:
        click.echo(NOT_NOTED[language].format(file=folder / NOTE, error=error), err=True)


async def _applied(state: State, what: Followed) -> Applied:
    done = await apply(state, what.texts, operator(), now(), what.meant)
    if done.version is not None:
        await tell(state, f"policies {done.version.version} in force")
    return done


def told(done: Applied, language: Language = EN, what: Followed | None = None) -> list[str]:
    """What came of it, in lines. `what`: of a folder."""
    in_force = done.version or (None if what is None else what.there)
    kept = [] if what is None or in_force is None else what.told(in_force, language)
    if kept and not done.version and not done.proposed:
        return [NOTHING_NEW[language], *kept]
    return [*_done(done, language, what), *kept]


def _done(done: Applied, language: Language, what: Followed | None) -> list[str]:
    if done.version is not None:
        before = {} if done.before is None else done.before.texts
        changed = ", ".join(edited_parts(before, done.version.texts)) or REMARKS[language]
        instead = (
            []
            if done.before is None
            else [
                INSTEAD[language].format(
                    before=described(done.before, language, {} if what is None else what.called)
                )
            ]
        )
        now_ = NOW[language].format(version=done.version.version)
        return [now_, CHANGED[language].format(parts=changed), *instead]
    said = [one.said_in(language) for one in done.proposed] or [NOTHING[language]]
    return said if done.whole else [*said, NOT_ALL[language]]


def applied_as_json(done: Applied, kept: Sequence[str] = ()) -> bytes:
    version = "" if done.version is None else done.version.version
    proposed = [proposed_as_json(one) for one in done.proposed]
    return msgspec.json.encode({"version": version, "proposed": proposed, "kept": kept})


def proposed_as_json(one: Proposed) -> dict[str, object]:
    return {
        "scope": one.scope,
        "proposal": "" if one.reason else one.name,
        "already": one.already is not None,
        "reason": one.reason,
        "objections": list(one.objections),
    }
