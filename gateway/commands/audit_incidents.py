"""Incidents held against the log, as `brana audit verify` does: what differs is told and recorded."""

import asyncio

import click

from config.vocabulary import Language
from gateway.audit.altered_acts import incidents_altered
from gateway.commands.state import State, now
from gateway.incidents.all_held_against import altered
from gateway.incidents.named import difference_text


def tell_incidents(state: State) -> bool:
    """Whether anything of any incident is not what the log has of it."""
    found = asyncio.run(altered(state.incidents))
    for number, differences in found.items():
        for one in differences:
            said = difference_text(one, Language.ENGLISH)
            click.echo(f"incident {number} is NOT as the audit log has it: {said}", err=True)
    if found:
        number = sum(len(differences) for differences in found.values())
        asyncio.run(state.record([incidents_altered(now(), list(found), number)]))
    return bool(found)
