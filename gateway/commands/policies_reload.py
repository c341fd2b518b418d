"""What `brana reload` does with policies on a node of a fleet: published, taken here, and told what came of it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from config.fleet import NodeName
from config.settings import Settings
from config.sources import ACCEPTED, Noting, Sources
from gateway.audit.entry import Entry
from gateway.commands.control_plane import GATE_PATIENCE, ControlPlane
from gateway.commands.following_policies import FollowingPolicies
from gateway.commands.publishing import Proposal, publish, take_with_settings
from gateway.commands.shared_policies import described, own_texts
from gateway.commands.state import now
from gateway.fleet.policies import Publication
from policies.evaluate import PolicyBook
from policies.texts import Texts

PUBLISHED = "published: the other control planes of the fleet take them within a second"
LATE = "not every gate has taken it yet, and honours grants of before meanwhile: node "
NOT_THESE = (
    "the policies in this node's files are not those in force, and nobody has edited them here: they stay unpublished\n"
    "    in force is "
)


class PoliciesReload:
    """`sources`: what this node's files were when they were accepted."""

    def __init__(self, plane: ControlPlane, following: FollowingPolicies, sources: Sources) -> None:
        self._plane, self.following = plane, following
        self._read_last: Texts = own_texts(plane.settings, sources)

    async def take(self, by: str, settings: Settings, book: PolicyBook, sources: Noting) -> str:
        """Where nothing else has changed. `book`: of this node's files as they are now.

        Raises LeftBehind, SharedPoliciesUnusable, DatabaseUnusable.
        """
        plane = self._plane
        proposal = self._proposal(by, settings, book, sources)
        draft: Path = await asyncio.to_thread(sources.draft, plane.settings.state.directory / ACCEPTED)
        made = await publish(plane.state, proposal, self._read_last)
        draft.replace(draft.with_name(ACCEPTED))
        self._read_last = proposal.texts
        await self.following.look()
        if self.following.trouble is not None:
            raise self.following.trouble
        if made is None:
            return ""
        return "\n".join([PUBLISHED, *await self.late()])

    async def take_with_settings(
        self,
        by: str,
        settings: Settings,
        book: PolicyBook,
        sources: Noting,
        reloaded: Callable[[str], Entry],
    ) -> tuple[Publication, list[str]]:
        """What is in force then, and what there is to say of it. `reloaded`: as `publishing` has it.

        Raises as above.
        """
        proposal = self._proposal(by, settings, book, sources)
        before = self._plane.book.contents
        found = await take_with_settings(self._plane.state, proposal, self._read_last, reloaded)
        self._read_last = proposal.texts
        if found.digest != proposal.published().digest:
            return found, [NOT_THESE + described(found)]
        return found, [] if book.contents == before else [PUBLISHED]

    async def late(self) -> list[str]:
        """Who has not taken what was announced."""
        assert self._plane.board is not None
        applied = await self._plane.gates.gate_applied(GATE_PATIENCE)
        return [] if applied else [LATE + ", ".join(self._plane.board.behind())]

    def _proposal(self, by: str, settings: Settings, book: PolicyBook, sources: Noting) -> Proposal:
        fleet = self._plane.settings.fleet
        assert fleet is not None
        texts = own_texts(settings, sources)
        return Proposal(texts=texts, book=book, by=by, node=NodeName(fleet.node), at=now())
