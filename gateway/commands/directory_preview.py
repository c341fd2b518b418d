"""`brana directory preview`: who would get which role where, before it is switched on. Changes nothing.

Reads the directories live and needs no running product. With `--changes` it compares with the sessions that are open,
and that look is recorded as any other.
"""

import asyncio
import sys
from pathlib import Path

import click
import msgspec

from config.district import District
from config.load import load
from config.settings import Directory, Settings
from config.toml_lines import line_of, lines_of
from gateway.commands.directory_preview_shown import Preview, Subjected, content, show
from gateway.commands.looking import looking
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.reading_bar import READING, reading_bar
from gateway.commands.state import existing_state, now
from gateway.commands.terminal import console
from gateway.sessions.session import Session
from idp.directory.errors import DirectoryUnusable
from idp.directory.role_mapping import RoleBook, czech_day
from idp.directory.spelling import strictly
from idp.directory.subject import directory_of
from idp.directory.survey import survey
from idp.directory.survey_reading import gather
from idp.directory.work_book import WorkBook

CLEAN, CANNOT, PROBLEMS = 0, 1, 2


@click.command(
    help="Who would get which role where, and what is wrong in the data. Reads the directories, changes nothing. "
    "Exit status: 0 nothing is wrong, 2 something is, 1 a directory cannot be read, or has nobody with the login.",
    short_help="Show who would get which role.",
)
@configuration
@click.option("--directory", "name", default="", help="Only the directory of this name.")
@click.option("--person", "login", default="", help="Only this person: which rule gives which role.")
@click.option("--changes", is_flag=True, help="Compare with the roles of the sessions that are open.")
@click.option(
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the answer.",
)
def preview(configuration: Path, name: str, login: str, output: str, *, changes: bool) -> None:
    settings, district = load(configuration)
    chosen = [one for one in settings.directories if name in ("", one.name)]
    if not chosen:
        known = ", ".join(one.name for one in settings.directories)
        raise CannotStart(f"no directory is called {name!r}", f"the configuration has: {known}")
    sessions = asyncio.run(_sessions(configuration)) if changes else None
    previews: list[Preview] = []
    status = CLEAN
    for directory in chosen:
        try:
            previews.append(_preview(configuration, settings, directory, district, sessions, login))
        except DirectoryUnusable as trouble:
            click.echo(f"brana: {directory.name}: {trouble}", err=True)
            status = CANNOT
    if output == "json":
        told = [content(one, district, login) for one in previews]
        click.echo(msgspec.json.format(msgspec.json.encode(told), indent=1).decode())
    else:
        for one in previews:
            show(one, district, login, console())
    if login and previews and not any(one.known for one in previews):
        names = ", ".join(one.directory.name for one in previews)
        click.echo(f"brana: nobody in {names} has the login {login!r}\n    check the spelling", err=True)
        status = CANNOT
    if status == CLEAN and any(one.survey.has_problems() for one in previews):
        status = PROBLEMS
    if status:
        sys.exit(status)


def _preview(
    configuration: Path,
    settings: Settings,
    directory: Directory,
    district: District,
    sessions: list[Session] | None,
    login: str,
) -> Preview:
    moment = now()
    lines, place = (
        lines_of(configuration.read_text(encoding="utf-8-sig")),
        settings.directories.index(directory),
    )
    with reading_bar(directory.name) as bar:
        gathered = gather(
            directory,
            lambda so_far: bar.read(so_far.people, so_far.groups),
            bar.expect if bar.watched else None,
        )
    if not bar.watched:
        click.echo(READING.format(name=directory.name, people=bar.people, groups=bar.groups), err=True)
    book = RoleBook(directory, district)
    found = survey(gathered, directory, book, czech_day(moment), moment, WorkBook(directory, district))
    theirs = None
    if sessions is not None:
        identities = {one.identity for one in gathered.people}
        mine = (one for one in sessions if directory_of(one.subject) == directory.name)
        theirs = [Subjected.of(one, found, identities) for one in mine]
    return Preview(
        directory,
        found,
        theirs,
        lines=[
            line_of(f"directories[{place}].roles[{number}]", lines) for number in range(len(directory.roles))
        ],
        known=any(strictly(login) in map(strictly, one.logins) for one in gathered.people),
    )


async def _sessions(configuration: Path) -> list[Session]:
    """Open ones; recorded before anything is shown."""
    state = existing_state(configuration)
    try:
        found = [
            one
            for one in await state.sessions.open_ones()
            if one.why_over(state.settings.sign_in, now()) is None
        ]
        look = looking("directory preview", found=len(found))
        await state.record([look])
    finally:
        state.database.close()
    return found
