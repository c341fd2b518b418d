"""Who asks, as whoever decides reads it: roles, what they may do already, which rule would open it, what they have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import Role
from gateway.asks.ask import Ask, Kind, Stage
from gateway.asks.store import Sought
from gateway.authorize.held_already import Held
from gateway.authorize.opened_by import OpenedBy
from gateway.web.requests.site import SHOWN, Site
from idp.directory.errors import DirectoryUnusable
from idp.directory.person import Person

DECIDED = frozenset({Kind.ACCESS, Kind.ORDER})
BESIDE = frozenset({Kind.ACCESS, Kind.ORDER, Kind.EMERGENCY})


@dataclass(frozen=True, slots=True)
class WhoAsks:
    roles: Sequence[Role] | None
    """Of the holder in that municipality, as the directory has them now; None: nobody can say."""
    held: Sequence[Held] = ()
    """What these permit already of what is asked for, of a request for access."""
    by_role: Sequence[Held] | None = None
    """All that they permit in that application, of a request for access; None: of an order."""
    then: datetime | None = None
    """When they may do that: as it begins."""
    opened: Sequence[OpenedBy] = ()
    beside: Sequence[Ask] = ()
    """What else waits or is in force for them, of the same application there; the latest first."""

    @property
    def closed(self) -> Sequence[OpenedBy]:
        """What an approval would not open."""
        return [one for one in self.opened if not one.permits]


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
    then = max(one.since, now)
    by_role = _by_role(site, one, who, then) if one.kind is Kind.ACCESS else None
    held = [each for each in by_role or () if each.action in one.actions]
    roles = [each.role for each in who.roles if each.municipality == one.municipality]
    return WhoAsks(roles, held, by_role, then, await site.town.opened_by(one, who), beside)


def _by_role(site: Site, one: Ask, who: Person, then: datetime) -> Sequence[Held]:
    assert one.application is not None  # of an access
    offered = [each.actions for each in site.town.askable(one.municipality) if each.id == one.application]
    actions = one.actions.union(*offered)
    return site.town.held_already(who, one.application, actions, one.municipality, then)


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
