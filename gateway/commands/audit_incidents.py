"""Incidents held against the log, as `brana audit verify` and the page about integrity do: what differs is recorded."""

import asyncio
from collections.abc import Mapping, Sequence

import click

from config.vocabulary import Language
from gateway.audit.altered_acts import incidents_altered
from gateway.commands.state import State, now
from gateway.incidents.all_held_against import altered
from gateway.incidents.held_against import Difference
from gateway.incidents.named import difference_text


async def incidents_held_against_the_log(state: State) -> Mapping[int, Sequence[Difference]]:
    """Those of which anything is not what the log has of it, by their numbers."""
    found = await altered(state.incidents)
    if found:
        number = sum(len(differences) for differences in found.values())
        await state.record([incidents_altered(now(), list(found), number)])
    return found


def tell_incidents(state: State) -> bool:
    """Whether anything of any incident is not what the log has of it."""
    found = asyncio.run(incidents_held_against_the_log(state))
    for number, differences in found.items():
        for one in differences:
            said = difference_text(one, Language.ENGLISH)
            click.echo(f"incident {number} is NOT as the audit log has it: {said}", err=True)
    return bool(found)
