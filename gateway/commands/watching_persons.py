"""Whose accounts are one person's, kept in the memory of decisions as the replicas of the directories tell it."""

import asyncio
from datetime import datetime, timedelta

import structlog

from config.vocabulary import SubjectId
from gateway.commands.control_plane import ControlPlane
from gateway.commands.same_person import GIVE_NUMBERS, numbers_of_many, persons
from gateway.commands.state import now

EVERY = timedelta(minutes=10)
OTHER_ACCOUNT = "person.other_account"
"""Why what somebody was granted is decided anew."""
log = structlog.get_logger("directory")


async def look_at_persons(plane: ControlPlane, *, first: bool = False) -> None:
    """Comparisons go by the replicas' word from now on. Where duties may not meet, whoever has another account by now,
    or one with other roles, is decided about anew; of several nodes the leading one sees to that.
    """
    while True:
        taken, found = plane.persons.taken, await persons(plane.state, plane.people)
        weighed = await asyncio.to_thread(plane.persons.weigh, found)
        if taken == weighed.after and plane.persons.take(weighed):
            break  # else something newer was taken while it was read, or weighed
    await _tell_of_many(plane)
    if first or not plane.snapshot.duties.roles or not plane.nodes.leads:
        return
    moment = now()
    for subject in sorted(weighed.changed):
        await _decide_anew(plane, subject, moment)


async def _tell_of_many(plane: ControlPlane) -> None:
    """Of each number once: by it nobody is kept from approving what they wrote by another account."""
    found = {(one.directory, one.number): one for one in await numbers_of_many(plane.state)}
    for key in found.keys() - plane.persons.told_of_many:
        one = found[key]
        log.warning(
            "directory.number_of_many",
            directory=one.directory,
            number=one.number,
            accounts=one.accounts,
            do=GIVE_NUMBERS,
        )
    plane.persons.told_of_many = frozenset(found)


async def _decide_anew(plane: ControlPlane, whose: SubjectId, moment: datetime) -> None:
    asks = plane.state.asks
    await plane.office.changing(lambda until: asks.decide_anew(whose, OTHER_ACCOUNT, moment, until), moment)


async def keep_persons(plane: ControlPlane) -> None:
    """Roles begin and end with days, of which no directory tells."""
    while True:
        await asyncio.sleep(EVERY.total_seconds())
        await look_at_persons(plane)
