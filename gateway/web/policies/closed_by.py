"""What of an incident refuses what *Why?* is asked about: by whom and since when, and what would hold without it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.policy_office.incident import Incident
from gateway.policy_office.office import standing
from gateway.policy_office.store import Desk
from gateway.web.policies.site import Site
from policies.explained import Explained
from policies.model import Permitted, Verdict
from policies.texts import Texts


@dataclass(frozen=True, slots=True)
class ClosedBy:
    incidents: Sequence[Incident]
    """Whose closures are among the rules that decided, the oldest first."""
    otherwise: Verdict
    """On the same question, were nothing closed in an incident."""

    @property
    def permitted(self) -> bool:
        return isinstance(self.otherwise, Permitted)


async def closed_by(site: Site, found: Explained) -> ClosedBy | None:
    """None: no closure that still stands is among what decided."""
    decided = {rule.id for rule in found.rules if rule.forbids}

    def query(desk: Desk) -> tuple[list[Incident], Texts]:
        concerned = [one for one in desk.incidents() if one.closure.id in decided]
        return concerned, standing(desk).texts if concerned else {}

    incidents, texts = await site.office.store.look(query)
    if not incidents:
        return None

    def worked_out() -> Verdict:
        return site.books.made_of(texts, ()).decide(found.question)

    async with site.thinking:
        return ClosedBy(incidents, await asyncio.to_thread(worked_out))
