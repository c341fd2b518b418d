"""What a delegation opens to a deputy, as its page shows it: only what some policy makes of it."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from config.vocabulary import Action, AuthenticationLevel, MunicipalityCode, Role, SubjectId
from gateway.access_review.campaign import Opened
from gateway.authorize.role_opens import AT_BEST, FOR_EVERYBODY, working_moment
from gateway.authorize.snapshot import Snapshot
from idp.events import Factor
from idp.login.level import WITH
from policies.model import Delegation, Question

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
    """While it runs, at best; `roles`: the deputy's own. What these open anyway is not among it."""
    then = working_moment(now)
    running = Delegation(since=then - DAY, until=then + DAY, by=by, roles=frozenset({lent}))
    found = []
    for application, offer in snapshot.applications.items():
        if municipality not in offer.municipalities or application in FOR_EVERYBODY:
            continue
        without = Question(
            subject=deputy,
            roles=frozenset(roles),
            own_municipality=municipality,
            application=application,
            action=Action.READ,
            municipality=municipality,
            level=AuthenticationLevel.PHISHING_RESISTANT,
            factors=frozenset(WITH[Factor.KEY]),
            authenticated_at=then,
            address="",
            now=then,
            facts=AT_BEST,
        )
        deputised = replace(without, facts=replace(AT_BEST, delegation=running))
        allowed = snapshot.policies.allowed
        more = allowed(deputised, offer.actions) - allowed(without, offer.actions)
        if more:
            found.append(Opened(application, tuple(_in_order(more))))
    return tuple(found)


def _in_order(actions: Collection[Action]) -> Iterator[Action]:
    return (one for one in Action if one in actions)
