"""What is known by now of somebody whose sign-in stands since an earlier request."""

from dataclasses import replace
from datetime import datetime

from idp.directory.person import Person
from idp.http.acting import JUST_READ
from idp.http.provider import Provider, Replicated
from idp.login import conduct
from idp.login.conduct_standing import Reading
from idp.login.desk import Caller
from idp.login.facts import differ, recent
from idp.login.handle import FlowId
from idp.login.inputs import Unanswered
from idp.login.states import Standing, Standings


async def reading_of(
    provider: Provider, flow: FlowId | None, caller: Caller, now: datetime
) -> Reading | None:
    """To be read before the transaction of a step; None where nobody stands there yet.

    The directory is asked unless that was just done and the replica says the same of the person. While it is away the
    younger of what the sign-in and the replica know does within the grace, unless the replica says something else.
    """
    found = await provider.store.look(lambda book: conduct.current(book, flow, caller, now))
    if found is None or not isinstance(found.state, Standings):
        return None
    standing = found.state.standing
    kept = await provider.kept(standing.person.subject)
    doubted = kept is not None and not _says_the_same(kept, standing)
    as_known = Reading(subject=standing.person.subject, answer=standing.person, read_at=standing.read_at)
    if not doubted and recent(standing.read_at, now, JUST_READ):
        return as_known
    if kept is not None and not doubted:
        as_known = replace(as_known, read_at=_younger(standing.read_at, kept, now))
    return await _asked(provider, as_known, now, relied_on=not doubted)


async def _asked(provider: Provider, known: Reading, now: datetime, *, relied_on: bool) -> Reading:
    subject = known.subject
    answer: Person | Unanswered | None
    try:
        answer = await provider.reread(subject)
    except provider.directory_errors:
        if relied_on and recent(known.read_at, now, provider.grace):
            return known
        answer = Unanswered()
    return Reading(subject=subject, answer=answer, read_at=now)


def _says_the_same(kept: Replicated, standing: Standing) -> bool:
    person = kept.person
    return (
        person is not None and person.state is standing.person.state and not differ(standing.person, person)
    )


def _younger(read_at: datetime, kept: Replicated, now: datetime) -> datetime:
    """Nothing of a time to come, from before a clock was set back."""
    return max(read_at, kept.confirmed_at) if kept.confirmed_at <= now else read_at
