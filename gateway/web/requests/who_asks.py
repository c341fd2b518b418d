"""Who asks, as whoever decides reads it: roles, what they may do already, which rule would open it, what they have."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.vocabulary import Role
from gateway.asks.ask import Ask, Kind, Stage
from gateway.asks.store import Sought
from gateway.authorize.held_already import Held
from gateway.authorize.opened_by import OpenedBy
from gateway.web.requests.site import SHOWN, Site
from idp.directory.errors import DirectoryUnusable

DECIDED = frozenset({Kind.ACCESS, Kind.ORDER})
BESIDE = frozenset({Kind.ACCESS, Kind.ORDER, Kind.EMERGENCY})


@dataclass(frozen=True, slots=True)
class WhoAsks:
    roles: Sequence[Role] | None
    """Of the holder in that municipality, as the directory has them now; None: nobody can say."""
    held: Sequence[Held] = ()
    """What these permit already, of a request for access."""
    opened: Sequence[OpenedBy] = ()
    beside: Sequence[Ask] = ()
    """What else waits or is in force for them, of the same application there; the latest first."""


async def who_asks(site: Site, one: Ask) -> WhoAsks | None:
    """None: there is nothing to decide."""
    now = site.desk.now()
    if one.kind not in DECIDED or one.application is None or not one.waits(now):
        return None
    beside = await _beside(site, one)
    try:
        who = await site.town.person(one.holder.subject)
    except DirectoryUnusable:
        who = None
    if who is None:
        return WhoAsks(None, beside=beside)
    held: Sequence[Held] = ()
    if one.kind is Kind.ACCESS:
        then = max(one.since, now)
        held = site.town.held_already(who, one.application, one.actions, one.municipality, then)
    roles = [each.role for each in who.roles if each.municipality == one.municipality]
    return WhoAsks(roles, held, await site.town.opened_by(one, who), beside)


async def _beside(site: Site, one: Ask) -> Sequence[Ask]:
    found = await site.office.find(
        Sought(
            concerns=one.holder.subject,
            municipality=one.municipality,
            kinds=BESIDE,
            stages=frozenset({Stage.WAITING, Stage.IN_FORCE}),
            ends_after=site.desk.now(),
            limit=SHOWN,
        )
    )
    same = (each for each in found if each.holder.subject == one.holder.subject and each.id != one.id)
    return [each for each in same if each.application == one.application]
