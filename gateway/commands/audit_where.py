"""What commands look for in the log, as it is written behind `--where` and `--view`."""

import asyncio
from collections.abc import Sequence
from dataclasses import fields, replace

import click

from gateway.audit.search import Query
from gateway.audit.written import ConditionUnusable, query_of
from gateway.commands.audit_views import query_of_view
from gateway.commands.state import State


def narrowed(state: State, view: str | None, where: Query) -> Query:
    """The view, with what `--where` says besides."""
    if view is None:
        return where
    shared = asyncio.run(query_of_view(state, view))
    given = {one.name: value for one in fields(Query) if (value := getattr(where, one.name)) != one.default}
    return replace(shared, **given | {"having": (*shared.having, *where.having)})


def conditions(_context: click.Context, _option: click.Parameter, written: Sequence[str]) -> Query:
    try:
        return query_of(written)
    except ConditionUnusable as error:
        raise click.BadParameter(str(error)) from error
