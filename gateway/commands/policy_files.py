"""`brana policy export|replace`: the policies in force as files, and files in their place."""

import asyncio
import sys
from pathlib import Path

import click

from config.sources import Noting
from gateway.asks.wish import WORDS, words_in
from gateway.commands.applying import Applied, Meant, apply
from gateway.commands.called_by import called_by
from gateway.commands.fitness import checked
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.policy_apply import applied_as_json, told
from gateway.commands.policy_folder import json_option
from gateway.commands.policy_line import line_of, note
from gateway.commands.preflight import CannotStart
from gateway.commands.publishing import Proposal, put_in_place_of
from gateway.commands.reason_said import TOO_SHORT
from gateway.commands.sessions import tell
from gateway.commands.shared_policies import described, in_force, node_of, own_texts
from gateway.commands.state import State, existing_state, now
from gateway.policy_office.version import Damaged, Version
from gateway.sessions.officers_act import said

NOTE_MAX = 500  # characters
NOT_APPROVED = (
    "\nnobody else has approved them: an alert is raised, and the report on the decrees tells of it"
)


@click.command(help="Write the policies in force, or those of a kept version, into a new folder.")
@configuration
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--number", type=click.IntRange(min=1), help="Of the kept version of that number.")
def export(configuration: Path, folder: Path, number: int | None) -> None:
    state = existing_state(configuration)
    try:
        found = in_force(state) if number is None else _kept(state, number)
        called = {} if found is None else called_by(state, found)
    finally:
        state.database.close()
    if found is None and number is not None:
        raise CannotStart(f"there is no version of number {number}", "the page Policies lists them")
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
    note(folder, line_of(found))
    click.echo(f"{folder}: {len(found.texts)} files, {described(found, called=called)}")


def _kept(state: State, number: int) -> Version | None:
    state.keys  # noqa: B018 - opened before the transaction
    try:
        return state.database.read_now(lambda connection: state.policy_versions(connection).version(number))
    except Damaged as damaged:
        raise CannotStart(
            str(damaged), "what is damaged is not written out; look at the version before"
        ) from damaged


@click.command(
    help="Put the policies of the files here in the place of VERSION, which is in force, whoever published it. Where "
    "somebody else approves what files hold (policies.from_files), propose what differs."
)
@configuration
@click.argument("version")
@click.option(
    "--without-approval",
    "why",
    default="",
    metavar="WHY",
    help="At once, although somebody else is to approve it: an alert is raised, and the report on the decrees tells.",
)
@json_option
def replace(configuration: Path, version: str, why: str, *, as_json: bool) -> None:
    sources = Noting()
    settings, _, book = checked(configuration, sources)
    proposes = settings.policies.from_files == "propose"
    reason = _reason(why, proposes=proposes)
    state = existing_state(configuration)
    made = Proposal(
        texts=own_texts(settings, sources),
        book=book,
        by=operator(),
        node=node_of(settings),
        at=now(),
        past_approval=reason,
    )
    try:
        if proposes and not reason:
            done = asyncio.run(apply(state, made.texts, made.by, made.at, Meant(version, files=True)))
        else:
            done = Applied(asyncio.run(_replaced(state, made, version)))
    finally:
        state.database.close()
    if as_json:
        click.echo(applied_as_json(done))
    elif done.version is None:
        click.echo("\n".join(told(done)))
    else:
        click.echo(f"policies now: {book.version}, in place of {version}" + (NOT_APPROVED if reason else ""))
    sys.exit(not done.whole)


def _reason(why: str, *, proposes: bool) -> str:
    """As it is kept. Raises CannotStart for one that nobody can read, or that there is nothing to give for."""
    if not why:
        return ""
    if not proposes:
        raise CannotStart(
            "nobody is to approve what files hold here (policies.from_files)", "leave --without-approval out"
        )
    if words_in(why) < WORDS:
        raise CannotStart("--without-approval: the reason is too short", TOO_SHORT)
    reason = said(why, NOTE_MAX)
    if reason is None:
        raise CannotStart(
            "the reason says nothing, or what cannot be shown", f"give one of {NOTE_MAX} characters at most"
        )
    return reason


async def _replaced(state: State, made: Proposal, version: str) -> Version:
    new = await put_in_place_of(state, made, version)
    await tell(state, f"policies {new.version} published")
    return new
