"""What `brana reload` does with policies: published and taken here, or proposed; and told what came of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from config.settings import Settings
from config.sources import ACCEPTED, Accepted, Noting
from gateway.audit.entry import Entry
from gateway.commands.candidate import Candidate
from gateway.commands.control_plane import GATE_PATIENCE, ControlPlane
from gateway.commands.following_policies import FollowingPolicies
from gateway.commands.proposing import Proposed, propose
from gateway.commands.publishing import Proposal, publish, take_with_settings
from gateway.commands.shared_policies import book_of, described, node_of, own_texts, published, standing
from gateway.commands.state import now
from gateway.policy_office.scope import Scope
from gateway.policy_office.version import Version
from policies.evaluate import PolicyBook
from policies.texts import Texts, digest_of, digest_of_deciding

NOT_ALL = (
    "what was not proposed: mend it, or say `brana policy replace VERSION` once what it rests on is approved"
)
PUBLISHED = "published: the other control planes of the fleet take them within a second"
LATE = "not every gate has taken it yet, and honours grants of before meanwhile: node "
LATE_HERE = "Envoy has not taken it yet, and honours grants of before meanwhile"
NOT_THESE = (
    "the policies in the files here are not those in force, and nobody has edited them here: they stay unpublished\n"
    "    in force is "
)


@dataclass(frozen=True, slots=True)
class Remarks:
    """What there is to say of a reload besides what changed. `not_proposed`: scopes whose texts could not be."""

    lines: tuple[str, ...] = ()
    not_proposed: tuple[Scope, ...] = ()

    def with_lines(self, *more: str) -> "Remarks":
        return replace(self, lines=self.lines + more)

    def __str__(self) -> str:
        return "\n".join(self.lines)


def _of_proposals(made: Sequence[Proposed]) -> Remarks:
    refused = tuple(one.scope for one in made if one.reason)
    lines = tuple(one.said for one in made)
    return Remarks((*lines, NOT_ALL) if refused else lines, refused)


class PoliciesReload:
    def __init__(self, plane: ControlPlane, following: FollowingPolicies) -> None:
        self._plane, self.following = plane, following

    async def _read_last(self) -> Texts:
        """The files here as they were when they were accepted last; kept on the disk alone."""
        settings = self._plane.settings
        kept = settings.state.directory / ACCEPTED
        return await asyncio.to_thread(lambda: own_texts(settings, Accepted.read(kept)))

    async def take(self, by: str, settings: Settings, book: PolicyBook, sources: Noting) -> Remarks:
        """Where nothing else has changed. `book`: of the files here as they are now.

        Raises LeftBehind, SharedPoliciesUnusable, DatabaseUnusable.
        """
        plane = self._plane
        made = self._proposal(by, settings, book, sources)
        draft: Path = await asyncio.to_thread(sources.draft, plane.settings.state.directory / ACCEPTED)
        new, said = await self._published(made, proposes=settings.policies.from_files == "propose")
        draft.replace(draft.with_name(ACCEPTED))
        await self.following.look()
        if self.following.trouble is not None:
            raise self.following.trouble
        if new is not None:
            said = said.with_lines(*([PUBLISHED] if plane.board is not None else []), *await self.late())
        return said

    async def _published(self, made: Proposal, *, proposes: bool) -> tuple[Version | None, Remarks]:
        """What is new in force, and what there is to say. On a machine alone files that nobody edited are no part of a
        reload, as in pages others come into force every day; a node of a fleet says which of its files are stale.
        """
        state, read_last = self._plane.state, await self._read_last()
        if proposes:
            return None, _of_proposals(await propose(state, made.texts, read_last, made.by, made.at))
        found = await state.database.read(partial(published, state))
        stale = found is not None and found.digest != digest_of(made.texts)
        if self._plane.board is None and found is not None and stale and made.texts == read_last:
            return None, Remarks((NOT_THESE + described(found),))
        return await publish(state, made, read_last), Remarks()

    async def take_with_settings(
        self,
        by: str,
        settings: Settings,
        book: PolicyBook,
        sources: Noting,
        reloaded: Callable[[str], Entry],
    ) -> tuple[Version, Remarks]:
        """What is in force then, and what there is to say of it. `reloaded`: as `publishing` has it.

        Raises as above.
        """
        state, made = self._plane.state, self._proposal(by, settings, book, sources)
        read_last = await self._read_last()
        if settings.policies.from_files == "propose":
            found = await take_with_settings(state, made, read_last, reloaded, publishes=False)
            return found, _of_proposals(await propose(state, made.texts, read_last, by, made.at))
        before = self._plane.book.contents
        found = await take_with_settings(state, made, read_last, reloaded)
        if found.digest != made.version().digest:
            return found, Remarks((NOT_THESE + described(found),))
        fleet = self._plane.board is not None
        return found, Remarks() if book.contents == before or not fleet else Remarks((PUBLISHED,))

    async def book(self, after: Candidate, found: Version) -> tuple[PolicyBook, str]:
        """Of what is in force, by the settings that are to come, with what is closed now; and the mark of that."""
        there = await self._plane.state.database.read(partial(standing, after.state))
        assert there is not None
        if not there.incidents and digest_of_deciding(after.book.contents) == found.publication().digest:
            return after.book, there.mark
        return await asyncio.to_thread(book_of, after.state, found, there.incidents), there.mark

    async def late(self) -> list[str]:
        """Who has not taken what was announced."""
        if await self._plane.gates.gate_applied(GATE_PATIENCE):
            return []
        board = self._plane.board
        return [LATE_HERE if board is None else LATE + ", ".join(board.behind())]

    def _proposal(self, by: str, settings: Settings, book: PolicyBook, sources: Noting) -> Proposal:
        texts = own_texts(settings, sources)
        return Proposal(texts=texts, book=book, by=by, node=node_of(self._plane.settings), at=now())
