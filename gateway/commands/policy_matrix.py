"""`brana policy matrix`: who may do what in a municipality, and what other policies would give and take."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table

from config.vocabulary import Language, Role
from gateway.authorize.facts import facts_at
from gateway.authorize.reachable import reachable
from gateway.authorize.snapshot import parts_of
from gateway.commands.options import configuration, language
from gateway.commands.policies_asked import (
    as_if_open,
    book_of_draft,
    book_of_folder,
    municipality_asked,
    policies_asked,
    policies_folder,
    snapshot_asked,
)
from gateway.commands.policy_circumstances import from_address, from_country
from gateway.commands.policy_draft import Draft
from gateway.commands.policy_moment import moment_asked
from gateway.commands.terminal import console
from gateway.commands.titles_asked import applications_asked
from policies.incident_named import what_named
from policies.matrix import Circumstances, Matrix, matrix
from policies.matrix_groups import Difference, Group, difference, permits
from policies.matrix_groups import closed as shut
from policies.matrix_words import ALL_ROLES, difference_content, matrix_content, place_said, ways_said
from policies.model import Text
from policies.moments_said import moment_said
from policies.parts import MOST_NAMED, TooManyNamed, named_parts
from policies.reasons import ACTION_NAMES, Names
from policies.rule_titles import Titles, by_what, titles_there, with_title

CS, EN = Language.CZECH, Language.ENGLISH
HEADS: tuple[Text, ...] = (
    {CS: "role", EN: "roles"},
    {CS: "aplikace", EN: "application"},
    {CS: "činnosti", EN: "actions"},
    {CS: "jak", EN: "how"},
    {CS: "pravidla", EN: "rules"},
)
TOO_MANY_NAMED: Text = {
    CS: "pravidla jmenují více než {most} částí aplikací, které nastavení nezná; uveďte méně aplikací, nebo je zkraťte",
    EN: "policies name more than {most} parts of applications that no settings know; name fewer applications, "
    "or shorten them",
}
GIVEN: Text = {CS: "Přibude ({count} polí)", EN: "Given ({count} cells)"}
TAKEN: Text = {CS: "Ubude ({count} polí)", EN: "Taken ({count} cells)"}
NOTHING: Text = {CS: "Nikdo nic nezíská ani neztratí.", EN: "Nobody gains or loses anything."}
OTHERWISE: Text = {
    CS: "Jiné pravidlo nebo jiný důvod při stejném výsledku: {count} polí",
    EN: "Another rule or reason with the same result: {count} cells",
}
SHUT: Text = {
    CS: "Uzavřeno při incidentu ({count} polí), ať pravidla povolují cokoli",
    EN: "Closed in an incident ({count} cells), whatever the policies permit",
}
ROLES: Text = {CS: "role", EN: "roles"}
CLOSED: Text = {
    CS: "Při incidentu je teď uzavřeno: {what}",
    EN: "Closed in an incident at the moment: {what}",
}
HIDDEN: Text = {
    CS: "Co by tam pravidla otevřela, tu proto není; s --as-if-open to uvidíte, jako by uzavřeno nebylo.",
    EN: "So what the policies would open there is not here; --as-if-open shows it as if it were not closed.",
}
AS_IF_OPEN: Text = {
    CS: "Ukazuje se, jako by to uzavřeno nebylo.",
    EN: "Shown as if it were not closed.",
}


@click.command(
    help="Say who may do what in MUNICIPALITY: every role, application (and named part of it), action, level of "
    "sign-in and state of the device, by the policies in force. With --against: what the policies of another folder "
    "would give and take.",
    short_help="Who may do what, and what other policies would change.",
)
@configuration
@click.argument("municipality")
@policies_folder
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Compare: what would the policies of this folder give and take? With those in force: as `apply` would put it "
    "upon them.",
)
@click.option(
    "--application",
    "applications",
    multiple=True,
    metavar="ID",
    help="Only this one, by its id or title; repeatable.",
)
@click.option("--at", "written", default="", help="At this moment (2026-11-23T09:00); left out: now.")
@as_if_open
@from_address
@from_country
@language
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(  # noqa: PLR0913 - one parameter for each circumstance
    *,
    configuration: Path,
    municipality: str,
    folder: Path | None,
    against: Path | None,
    applications: tuple[str, ...],
    written: str,
    open_: bool,
    address: str,
    country: str,
    language: Language,
    as_json: bool,
) -> None:
    asked = policies_asked(configuration, folder, language, as_if_open=open_)
    code = municipality_asked(asked.district, municipality, language)
    those = applications_asked(asked.book.names.applications, applications, language)
    snapshot = snapshot_asked(asked)
    here = facts_at(address, snapshot)
    facts = replace(here, country=country.upper() or here.country)
    at = Circumstances(now=moment_asked(written, language), address=address, facts=facts)
    other, draft = None, Draft({})
    if against is not None and folder is None:
        other, draft = book_of_draft(configuration, asked, against, language)
    elif against is not None:
        other = book_of_folder(asked.settings, asked.district, against, asked.counting, language)
    names = asked.book.names
    closures = [what_named(one.closure, names) for one in asked.incidents if one.concerns(code)]
    closed = [CLOSED[language].format(what=one[language]) for one in closures]
    closed += [(AS_IF_OPEN if open_ else HIDDEN)[language]] if closures else []
    books = [asked.book] if other is None else [asked.book, other]
    try:
        parts = named_parts(parts_of(snapshot.applications), those, *(one.policies_of(code) for one in books))
    except TooManyNamed:
        raise click.UsageError(TOO_MANY_NAMED[language].format(most=MOST_NAMED)) from None
    with _bar(ROLES[language]) as progress:
        found = matrix(asked.book, code, at, those, progress, parts)
        theirs = None if other is None else matrix(other, code, at, those, progress, parts)
    titles = {name: title for book in books for name, title in titles_there(book, code).items()}
    if theirs is None:
        found = reachable(found, snapshot.applications)
        _tell(
            matrix_content(found, names) | {"closed": closures, "as_if_open": open_} if as_json else None,
            found,
            names,
            titles,
            language,
            closed,
        )
        return
    compared = difference(found, theirs)
    if as_json:
        content = difference_content(compared, names) | {"closed": closures, "as_if_open": open_}
        click.echo(msgspec.json.encode(content | draft.as_json()).decode())
    else:
        _echo(draft.warning(language))
        _show_difference(compared, names, titles, language, closed)
        _echo(draft.stays)


def _tell(
    content: object,
    found: Matrix,
    names: Names,
    titles: Titles,
    language: Language,
    closed: Sequence[str],
) -> None:
    if content is not None:
        click.echo(msgspec.json.encode(content).decode())
        return
    out = console()
    out.print(_headline(found.municipality, found.version, moment_said(found.at.now, language), names))
    _say_closed(out, closed)
    out.print(_table(permits(found), names, titles, language))
    if groups := shut(found):
        out.print(f"\n{SHUT[language].format(count=sum(group.cells for group in groups))}")
        out.print(_table(groups, names, titles, language))


def _echo(lines: Sequence[str]) -> None:
    """Words of people, in which brackets are no markup."""
    for line in lines:
        click.echo(line)


def _say_closed(out: Console, closed: Sequence[str]) -> None:
    for what in closed:
        out.print(what, soft_wrap=True)


def _show_difference(
    compared: Difference, names: Names, titles: Titles, language: Language, closed: Sequence[str]
) -> None:
    out = console()
    out.print(f"{names.district.name(compared.municipality)}: {compared.before} → {compared.after}")
    _say_closed(out, closed)
    for title, groups in ((GIVEN, compared.gained), (TAKEN, compared.lost)):
        if groups:
            count = sum(group.cells for group in groups)
            out.print(f"\n{title[language].format(count=count)}")
            out.print(_table(groups, names, titles, language))
    if compared.nobody_notices:
        out.print(NOTHING[language])
    if compared.otherwise:
        out.print(OTHERWISE[language].format(count=compared.otherwise))


def _headline(code: str, version: str, at: str, names: Names) -> str:
    return f"{names.district.name(code)} ({code}), {version}, {at}"


def _table(groups: tuple[Group, ...], names: Names, titles: Titles, language: Language) -> Table:
    table = Table(*(Column(head[language], overflow="fold") for head in HEADS), box=None)
    for group in groups:
        whole = set(group.roles) == set(Role)
        table.add_row(
            ALL_ROLES[language] if whole else ", ".join(role.title_in(language) for role in group.roles),
            place_said(group.application, group.part, names, language),
            ", ".join(ACTION_NAMES[action][language] for action in group.actions),
            ways_said(group.spots, language),
            ", ".join(with_title(*one, language) for one in by_what(group, titles)),
        )
    return table


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], object]]:
    watched = Console(stderr=True)
    if not watched.is_terminal:
        yield lambda _done, _all: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, transient=True, console=watched) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
