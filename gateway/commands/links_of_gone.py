"""Identities of other providers that are linked with somebody whom no directory has any more: the links go too."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from idp.directory.subject import directory_of
from idp.login.unlink import unlink_gone

EVERY = timedelta(minutes=1)


async def keep_links(plane: ControlPlane) -> None:
    """Of several nodes the leading one does it."""
    while True:
        await asyncio.sleep(EVERY.total_seconds())
        if plane.nodes.leads:
            await end_links_of_gone(plane, now())


async def end_links_of_gone(plane: ControlPlane, moment: datetime) -> None:
    """Where a directory has confirmed lately who is there; one that is away says of nobody that they left."""
    links = await plane.state.identities.look(lambda book: book.links())
    for name, people in plane.people.items():
        theirs = [one for one in links if directory_of(one.subject) == name]
        confirmed_at = await people.confirmed_at() if theirs else None
        if confirmed_at is None or moment - confirmed_at > plane.settings.facts.grace:
            continue
        there = await people.people({one.subject for one in theirs})
        for link in theirs:
            if link.subject in there:
                continue
            gone = partial(unlink_gone, link=link, directory=name, read_at=confirmed_at, now=moment)
            over = await plane.state.identities.transact(gone)
            await plane.office.end_with_provider(over, moment)
