"""What `brana audit search` and `brana audit tail` ask the log by: the same options, and what they mean together."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import click

from config.vocabulary import ApplicationId
from gateway.audit.entry import Code, Outcome
from gateway.audit.search import Query
from gateway.audit.written import ConditionUnusable, query_of
from gateway.commands.audit_views import query_of_view
from gateway.commands.entry_codes import EntryCode
from gateway.commands.looking import purpose_option
from gateway.commands.state import State

Command = TypeVar("Command", bound=Callable[..., Any])


def conditions(_context: click.Context, _option: click.Parameter, written: Sequence[str]) -> Query:
    try:
        return query_of(written)
    except ConditionUnusable as error:
        raise click.BadParameter(str(error)) from error


OPTIONS = (
    click.option("--person", default=None, help="Login, subject, or part of a name."),
    click.option("--municipality", default=None, help="Code, organisation number or name."),
    click.option("--application", default=None, help="Id of the application."),
    click.option("--outcome", type=click.Choice([one.value for one in Outcome]), default=None),
    click.option(
        "--code",
        "codes",
        multiple=True,
        type=EntryCode(),
        metavar="CODE",
        help="What happened; may be repeated. `brana audit codes` lists them.",
    ),
    click.option("--reason", default=None, help="Named reason of a refusal."),
    click.option("--text", default=None, help="Words, or beginnings of words, anywhere in the entry."),
    click.option(
        "--view", default=None, metavar="NAME", help="A view that officers share; other options narrow it."
    ),
    click.option(
        "--where",
        "where",
        multiple=True,
        metavar="FIELD=VALUE",
        callback=conditions,
        help="Any field, written as in the officers' filter; may be repeated (docs/operators.md).",
    ),
    purpose_option,
)


def filters(command: Command) -> Command:
    """With all of them, in their order."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def narrowed(state: State, view: str | None, where: Query) -> Query:
    """The view, with what `--where` says besides."""
    if view is None:
        return where
    shared = asyncio.run(query_of_view(state, view))
    given = {one.name: value for one in fields(Query) if (value := getattr(where, one.name)) != one.default}
    return replace(shared, **given | {"having": (*shared.having, *where.having)})


def asked(
    where: Query,
    *,
    text: str | None,
    person: str | None,
    application: str | None,
    outcome: str | None,
    codes: Sequence[Code],
) -> Query:
    """The conditions, where an option says nothing else."""
    return replace(
        where,
        text=text or where.text,
        person=person or where.person,
        application=ApplicationId(application) if application else where.application,
        outcome=Outcome(outcome) if outcome else where.outcome,
        codes=frozenset(codes) or where.codes,
    )
