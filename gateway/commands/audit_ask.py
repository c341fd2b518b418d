"""`brana audit ask [NAME]`: the ready questions about the log, those of the product and those of the settings."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.table import Table

from config.vocabulary import Language
from gateway.audit import reading_acts
from gateway.audit.answers import Answer, Counts, Listed, answered
from gateway.audit.canonical import Recorded
from gateway.audit.field_titles import title_of
from gateway.audit.fields import values_of
from gateway.audit.questions import Question, questions
from gateway.audit.reasons import Reasons
from gateway.audit.search import TooManyPeople
from gateway.commands.accounts_shown import accounts_as_data, show_accounts
from gateway.commands.accounts_without_factor import register_of
from gateway.commands.audit_asked import municipality_of
from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.audit_shown import as_data, as_text, known_reasons, tell_not_searched, tell_reached
from gateway.commands.looking import purpose_option
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.sessions.without_factor import Account, Asked
from gateway.sessions.without_factor_told import as_csv
from gateway.storage.audit_search import LogSearch

ELSEWHERE = {
    "exceptions": "which exceptions run now: `brana user exceptions`, or the page Exceptions",
    "integrity": "whether it is whole now: `brana audit verify`; for somebody else: `brana audit export`",
    "reviews": "what waits for a review: the page Reviews of the requests",
}
MEGABYTE = 1_000_000


@click.command(
    help="Answer a ready question about the log; without NAME, list them. Who asks is recorded.",
    short_help="Answer a ready question.",
)
@configuration
@click.argument("name", required=False)
@click.option("--since", type=MOMENT, metavar="MOMENT", default=None,
              help="A day or a time; without a zone that of Prague. Otherwise the question's own span.")  # fmt: skip
@click.option(
    "--until", type=MOMENT, metavar="MOMENT", default=None, help="Before this time; written likewise."
)
@click.option("--municipality", default=None, help="Code, organisation number or name.")
@click.option("--person", default=None, help="Login, subject, or part of a name.")
@purpose_option
@click.option("--json", "machine", is_flag=True, help="As data.")
@click.option(
    "--csv", "table", is_flag=True, help="The register of accounts that a question tells, as a table."
)
def ask(
    configuration: Path,
    name: str | None,
    since: datetime | None,
    until: datetime | None,
    municipality: str | None,
    person: str | None,
    purpose: str,
    *,
    machine: bool,
    table: bool,
) -> None:
    if machine and table:
        raise click.UsageError("--json and --csv exclude each other")
    begins, ends = in_prague(since), in_prague(until)
    if begins is not None and ends is not None and begins >= ends:
        raise click.UsageError("--until is not after --since: no time lies between them")
    state = existing_state(configuration)
    known = questions(state.settings.audit.questions)
    if name is None:
        _list(list(known.values()), machine=machine)
        return
    if name not in known:
        near = get_close_matches(name, known, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise CannotStart(f"there is no question {name!r}{meant}", "`brana audit ask` lists them")
    if table and known[name].form.accounts is None:
        raise click.UsageError(f"--csv: {name} tells of no accounts; --json gives its answer as data")
    answer, accounts = asyncio.run(_answer(state, known[name], begins, ends, municipality, person, purpose))
    if machine:
        click.echo(msgspec.json.encode(_data(answer) | accounts_as_data(accounts)).decode())
    elif table:
        click.echo(as_csv(accounts or ()), nl=False)
    else:
        _show(answer, accounts, known_reasons(state))


def _list(known: Sequence[Question], *, machine: bool) -> None:
    if machine:
        found = [{"name": one.name, "title": one.form.title, "where": one.form.where} for one in known]
        click.echo(msgspec.json.encode(found).decode())
        return
    table = Table("name", "question")
    for one in known:
        table.add_row(one.name, one.form.title.en)
    console().print(table)


async def _answer(
    state: State,
    question: Question,
    since: datetime | None,
    until: datetime | None,
    municipality: str | None,
    person: str | None,
    purpose: str,
) -> tuple[Answer, Sequence[Account] | None]:
    where = await municipality_of(state, municipality) if municipality else None
    query = question.asked(now(), since, until, municipality=where, person=person)
    try:
        answer = await answered(question, query, LogSearch(state.database))
    except TooManyPeople as many:
        raise CannotStart(f"--person: {many}", "name one of them") from many
    accounts = None
    if question.form.accounts is not None:
        about = Asked(municipality=where, person=person or "")
        accounts = await register_of(state).accounts(about, now())
    by = operator()
    asked = {"question": question.name} | query.described()
    found = answer.found + len(accounts or ())
    entry = reading_acts.searched(
        now(), subject=by, person=by, query=asked, found=found, form="command", purpose=purpose.strip()
    )
    await state.record([entry])
    return answer, accounts


def _show(answer: Answer, accounts: Sequence[Account] | None, reasons: Reasons) -> None:
    form = answer.question.form
    if accounts is not None:
        show_accounts(accounts)
    span = [
        f"{word} {local_time(at)}"
        for word, at in (("from", answer.query.since), ("until", answer.query.until))
        if at is not None
    ]
    click.echo(f"{form.title.en}\n{' '.join(span)}")
    for one in answer.entries:
        _show_entry(answer.question, one, reasons)
    for counts in answer.counts:
        _show_counts(counts)
    if not answer.found:
        click.echo("nothing")
    if not answer.whole and answer.not_searched is None and answer.reached is None:
        click.echo("more than this was found: only the newest are told; ask for a shorter time", err=True)
    tell_not_searched(answer.not_searched)
    tell_reached(answer.reached)
    if form.leads_to is not None:
        click.echo(ELSEWHERE[form.leads_to])


def _show_entry(question: Question, one: Listed, reasons: Reasons) -> None:
    click.echo(as_text(one.found, reasons))
    if not isinstance(one.found, Recorded):
        return
    for name in question.form.shows:
        if found := values_of(name, one.found.entry):
            click.echo(f"{'':>10}{_title(name)}: {', '.join(found)}")
    if (closing := question.closed_by(one.found.entry.code)) is not None:
        closed = "not yet" if one.closed is None else as_text(one.closed, reasons).strip()
        click.echo(f"{'':>10}{closing}: {closed}")


def _show_counts(counts: Counts) -> None:
    group = counts.group
    more = [] if group.different is None else [f"different: {_title(group.different)}"]
    table = Table(*map(_title, group.by), "entries", *more, "MB", "first", "last")
    for row in counts.rows:
        different = [] if group.different is None else [str(row.different)]
        times = [local_time(row.first, seconds=True), local_time(row.last, seconds=True)]
        table.add_row(*row.key, str(row.entries), *different, f"{row.bytes_moved / MEGABYTE:.1f}", *times)
    if counts.rows:
        console().print(table)
    if counts.more:
        click.echo(f"and {counts.more} rows more", err=True)


def _title(name: str) -> str:
    return title_of(name).in_language(Language.ENGLISH)


def _data(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question.name,
        "since": answer.query.since,
        "until": answer.query.until,
        "whole": answer.whole,
        "not_searched": 0 if answer.not_searched is None else answer.not_searched.entries,
        "searched_back_to": answer.reached,
        "entries": [
            as_data(one.found)
            | ({"closed": one.closed and as_data(one.closed)} if answer.question.has_ends else {})
            for one in answer.entries
        ],
        "counts": [
            {
                "by": one.group.by,
                "rows": [
                    asdict(row) | {"key": dict(zip(one.group.by, row.key, strict=True))} for row in one.rows
                ],
            }
            for one in answer.counts
        ],
    }
