"""`brana audit views`, and the views that officers share as conditions of a search."""

import asyncio
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import parse_qsl

import click
from rich.table import Table

from config.vocabulary import SubjectId
from gateway.audit.search import Query
from gateway.audit.views import View
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state
from gateway.commands.terminal import console, local_time
from gateway.storage.audit import append
from gateway.storage.audit_views import StoredViews
from gateway.web.officer.filters import filters_of


@click.command(
    help="List the views of the log that officers share; `brana audit search --view NAME` asks one."
)
@configuration
def views(configuration: Path) -> None:
    table = Table("name", "by", "saved", "asks")
    for one in asyncio.run(_shared(existing_state(configuration))):
        table.add_row(one.name, one.owner_name, local_time(one.saved_at), one.asked)
    console().print(table)


async def query_of_view(state: State, name: str) -> Query:
    """Raises CannotStart where nobody shares such a view of the whole log, or it cannot be read any more."""
    shared = await _shared(state)
    found = [one for one in shared if one.name == name]
    if not found:
        near = get_close_matches(name, [one.name for one in shared], n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise CannotStart(f"--view: nobody shares a view {name!r}{meant}", "`brana audit views` lists them")
    if len(found) > 1:
        owners = ", ".join(one.owner_name for one in found)
        raise CannotStart(f"--view: several share a view {name!r}: {owners}", "have one of them renamed")
    filters = filters_of(dict(parse_qsl(found[0].asked)), SubjectId(operator()))
    if filters.unreadable:
        fields = ", ".join(sorted(filters.unreadable))
        raise CannotStart(
            f"--view: {name!r} asks for what this version does not know: {fields}", "save it anew"
        )
    return filters.query


async def _shared(state: State) -> Sequence[View]:
    """Of the whole log; whoever runs commands has no views of their own."""
    return await StoredViews(state.database, append).seen(SubjectId(operator()), None)
