"""What of an incident refuses what *Why?* is asked about: by whom and since when, and what would hold without it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.policy_office.incident import Incident
from gateway.policy_office.office import standing
from gateway.policy_office.store import Desk
from gateway.web.policies.site import Site
from policies.evaluate import PolicyBook
from policies.explained import Explained
from policies.model import Permitted
from policies.texts import Texts


@dataclass(frozen=True, slots=True)
class ClosedBy:
    incidents: Sequence[Incident]
    """Whose closures are among the rules that decided, the oldest first."""
    otherwise: Explained
    """The same question, were nothing closed in an incident: what would help then helps once it is opened again."""

    @property
    def permitted(self) -> bool:
        return isinstance(self.otherwise.verdict, Permitted)


async def closed_by(
    site: Site, found: Explained, explain: Callable[[PolicyBook], Explained]
) -> ClosedBy | None:
    """`explain`: the same question by other policies. None: no closure that still stands is among what decided."""
    decided = {rule.id for rule in found.rules if rule.forbids}

    def query(desk: Desk) -> tuple[list[Incident], Texts]:
        concerned = [one for one in desk.incidents() if one.closure.id in decided]
        return concerned, standing(desk).texts if concerned else {}

    incidents, texts = await site.office.store.look(query)
    if not incidents:
        return None

    def worked_out() -> Explained:
        return explain(site.books.made_of(texts, ()))

    async with site.thinking:
        return ClosedBy(incidents, await asyncio.to_thread(worked_out))
