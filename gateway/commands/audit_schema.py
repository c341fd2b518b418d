"""What somebody hung on the tables, as `brana audit verify` tells and records it.

A running product looks each minute.
"""

import asyncio

import click

from gateway.audit.altered_acts import schema_altered
from gateway.commands.state import State, now
from gateway.storage.alien_objects import alien_objects


def tell_alien_objects(state: State) -> bool:
    """Whether there is anything on the product's tables that it did not make."""
    found = state.database.read_now(alien_objects)
    for one in found:
        click.echo(
            f"{one} was NOT made by Brána: it can swallow or change entries; keep its text, and drop it",
            err=True,
        )
    if found:
        asyncio.run(state.record([schema_altered(now(), found)]))
    return bool(found)
