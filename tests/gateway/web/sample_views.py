"""Views and purposes of the small office, in memory."""

from dataclasses import dataclass, field

from gateway.audit.views import View
from tests.gateway.web.sample_log import MemoryLog


@dataclass
class MemoryViews:
    """Implements `gateway.audit.views.Views` and `gateway.audit.purposes.Purposes`."""

    log: MemoryLog
    kept: dict[tuple[str, str], View] = field(default_factory=dict)
    purposes: dict[str, str] = field(default_factory=dict)

    async def seen(self, by, within):
        return [one for one in self.kept.values() if one.owner == by or (one.shared and one.within == within)]

    async def keep(self, view, entry):
        self.kept[view.owner, view.name] = view
        await self.log.record([entry])

    async def remove(self, owner, name, entry):
        if self.kept.pop((owner, name), None) is None:
            return False
        await self.log.record([entry])
        return True

    async def of(self, session):
        return self.purposes.get(session, "")

    async def name(self, session, purpose, entry, now, before):
        self.purposes[session] = purpose
        await self.log.record([entry])
