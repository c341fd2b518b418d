"""What a delegation opens to a deputy, as its page shows it: only what some policy makes of it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from config.vocabulary import MunicipalityCode, Role, SubjectId
from gateway.access_review.campaign import Opened
from gateway.authorize.role_opens import questions_at_best, together, working_moment
from gateway.authorize.snapshot import Snapshot
from policies.model import Delegation

DAY = timedelta(days=1)


def gains(
    deputy: SubjectId,
    roles: Collection[tuple[MunicipalityCode, Role]],
    lent: Role,
    by: SubjectId,
    municipality: MunicipalityCode,
    snapshot: Snapshot,
    now: datetime,
) -> tuple[Opened, ...]:
    """While it runs, at best; `roles`: the deputy's own. What these open anyway is not among it. Where roles meet that
    may not it opens nothing.
    """
    if snapshot.meeting(deputy, {*roles, (municipality, lent)}, now):
        return ()
    then = working_moment(now)
    running = Delegation(since=then - DAY, until=then + DAY, by=by, roles=frozenset({lent}))
    allowed, found = snapshot.policies.allowed, []
    for without, actions in questions_at_best(deputy, frozenset(roles), municipality, snapshot, then):
        deputised = replace(without, facts=replace(without.facts, delegation=running))
        found.append((without.application, allowed(deputised, actions) - allowed(without, actions)))
    return together(found)
