"""What `brana reload` does with policies on a node of a fleet: published, taken here, and told what came of it."""

import asyncio
from pathlib import Path

from config.fleet import NodeName
from config.settings import Settings
from config.sources import ACCEPTED, Noting, Sources
from gateway.commands.control_plane import GATE_PATIENCE, ControlPlane
from gateway.commands.following_policies import FollowingPolicies
from gateway.commands.publishing import Proposal, publish
from gateway.commands.shared_policies import own_texts
from gateway.commands.state import now
from policies.evaluate import PolicyBook

PUBLISHED = "published: the other control planes of the fleet take them within a second"
LATE = "not every gate has taken them yet, and honours grants of before meanwhile: node "


class PoliciesReload:
    """`sources`: what this node's files were when they were accepted."""

    def __init__(self, plane: ControlPlane, following: FollowingPolicies, sources: Sources) -> None:
        self._plane, self._following = plane, following
        self._read_last = own_texts(plane.settings, sources)

    async def take(self, by: str, settings: Settings, book: PolicyBook, sources: Noting) -> str:
        """`book`: of this node's files as they are now. Raises LeftBehind, SharedPoliciesUnusable, DatabaseUnusable."""
        plane, fleet, board = self._plane, self._plane.settings.fleet, self._plane.board
        assert fleet is not None
        assert board is not None
        texts = own_texts(settings, sources)
        proposal = Proposal(texts=texts, book=book, by=by, node=NodeName(fleet.node), at=now())
        draft: Path = await asyncio.to_thread(sources.draft, plane.settings.state.directory / ACCEPTED)
        made = await publish(plane.state, proposal, self._read_last)
        draft.replace(draft.with_name(ACCEPTED))
        self._read_last = texts
        await self._following.look()
        if self._following.trouble is not None:
            raise self._following.trouble
        if made is None:
            return ""
        applied = await plane.gates.gate_applied(GATE_PATIENCE)
        return PUBLISHED if applied else f"{PUBLISHED}\n{LATE}{', '.join(board.behind())}"
