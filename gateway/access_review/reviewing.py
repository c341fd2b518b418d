"""Reviews as pages and commands use them: what is asked of directories and policies, then one transaction.

What is refused is recorded too, with who asked.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from config.vocabulary import MunicipalityCode, SubjectId
from gateway.access_review import acts, deciding
from gateway.access_review.blocks import Block, BlockId
from gateway.access_review.book import Reach, ReviewBook, ReviewStore
from gateway.access_review.campaign import (
    FINAL,
    Campaign,
    CampaignId,
    Choice,
    Held,
    Item,
    Kind,
    Plan,
    Progress,
)
from gateway.access_review.reviewer import BY_ITSELF, NotDone, Reviewer, ReviewRefused
from idp.directory.person import RoleHeld

T = TypeVar("T")
Found = Callable[
    [Collection[MunicipalityCode], datetime], Awaitable[Mapping[MunicipalityCode, Sequence[Held]]]
]
"""Who has what there at a moment, without the roles that count no more."""


@dataclass(frozen=True, slots=True)
class Listed:
    campaign: Campaign
    progress: Progress


@dataclass(frozen=True, slots=True)
class Shown:
    campaign: Campaign
    items: Sequence[Item]
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Answer:
    """Of the directories, about people whose roles are blocked."""

    holding: frozenset[tuple[SubjectId, RoleHeld]]
    asked: frozenset[SubjectId]
    """About whom it is certain."""


End = Callable[[Held, str, Reviewer, datetime], Awaitable[None]]
"""Ends for good what a review removes, with the comment; recorded by itself. Raises Over."""


class Over(Exception):
    """It has ended already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    """`last_use`: when something was last permitted to somebody there. `end`: of every kind in `FINAL`."""

    store: ReviewStore
    found: Found
    last_use: Callable[[SubjectId, MunicipalityCode], Awaitable[datetime | None]]
    end: End
    in_directory: Callable[[Collection[SubjectId]], Awaitable[Answer]]
    reach: Reach
    name_of: Callable[[MunicipalityCode], str]
    remove_undecided: bool = False

    async def campaigns(self, by: Reviewer) -> list[Listed]:
        """The latest first; those of the municipality that is acted for."""

        def look(book: ReviewBook) -> list[Listed]:
            tallies = book.tallies(by.municipality)
            return [Listed(one, tallies[one.id]) for one in book.campaigns(by.municipality)]

        return await self.store.look(look)

    async def begin(
        self,
        by: Reviewer,
        municipality: MunicipalityCode,
        plan: Plan,
        now: datetime,
    ) -> Campaign:
        """Raises ReviewRefused."""
        found = (await self.found([municipality], now))[municipality]
        return await self._begun(by, municipality, plan, found, now)

    async def begin_everywhere(
        self,
        by: Reviewer,
        municipalities: Sequence[MunicipalityCode],
        plan: Plan,
        now: datetime,
    ) -> tuple[list[Campaign], dict[MunicipalityCode, ReviewRefused]]:
        """One for each, and why there is none where none was begun. Raises ReviewRefused."""
        if by.municipality is not None:
            refusal = ReviewRefused(NotDone.NOT_CENTRE)
            await self._refused(refusal, by, now, "begin everywhere")
            raise refusal
        begun, refused = [], {}
        found = await self.found(municipalities, now)
        for code in municipalities:
            try:
                begun.append(await self._begun(by, code, plan, found[code], now))
            except ReviewRefused as refusal:
                refused[code] = refusal
        return begun, refused

    async def _begun(
        self,
        by: Reviewer,
        municipality: MunicipalityCode,
        plan: Plan,
        found: Sequence[Held],
        now: datetime,
    ) -> Campaign:
        chosen = [one for one in found if plan.covers(one)]
        people = {one.subject for one in chosen}
        used = {one: await self.last_use(one, municipality) for one in sorted(people)}
        known = [replace(one, last_use=used[one.subject]) for one in chosen]

        def work(book: ReviewBook) -> Campaign:
            return deciding.begin(book, by, municipality, plan, known, now)

        return await self._done(work, by, now, "begin")

    async def shown(self, by: Reviewer, which: CampaignId, now: datetime) -> Shown:
        """Raises ReviewRefused."""

        def look(book: ReviewBook) -> Shown:
            campaign = deciding.campaign_for(book, by, which)
            return Shown(campaign, book.items(which), book.blocks_of(which))

        return await self._told(self.store.look(look), by, now, "look", which)

    async def to_be_decided(
        self, by: Reviewer, which: CampaignId, number: int, choice: Choice, comment: str, now: datetime
    ) -> tuple[Campaign, Item, str]:
        """What `decide` would refuse is refused, and nothing is done. Raises ReviewRefused."""
        look = partial(
            deciding.to_be_decided, by=by, which=which, number=number, choice=choice, comment=comment
        )
        return await self._told(self.store.look(look), by, now, "decide", which)

    async def decide(
        self, by: Reviewer, which: CampaignId, number: int, choice: Choice, comment: str, now: datetime
    ) -> Item:
        """What is removed has reached the person's sessions when this returns. Raises ReviewRefused."""
        campaign, before, kept = await self.to_be_decided(by, which, number, choice, comment, now)
        if choice is Choice.REMOVE and before.held.kind in FINAL:
            await self._told(self._ended(campaign, before.held, kept, by, now), by, now, "decide", which)

        def work(book: ReviewBook) -> Item:
            return deciding.decide(book, by, which, number, choice, comment, now)

        item = await self._done(work, by, now, "decide", which)
        if item.held.kind is Kind.ROLE and Choice.REMOVE in (before.choice, choice):
            await self.reach([item.held.subject])
        return item

    async def keep_open(self, by: Reviewer, which: CampaignId, number: int, now: datetime) -> bool:
        """As `deciding.keep_open`. Raises ReviewRefused."""
        work = partial(deciding.keep_open, by=by, which=which, number=number, now=now)
        return await self._done(work, by, now, "decide", which)

    async def _ended(self, campaign: Campaign, held: Held, comment: str, by: Reviewer, now: datetime) -> None:
        try:
            await self.end(held, comment, by, now)
        except Over:
            where = campaign.municipality
            raise ReviewRefused(
                NotDone.GONE, municipality=where, of=held.login, of_subject=held.subject
            ) from None

    async def restore(
        self, by: Reviewer, of: CampaignId | None, which: BlockId, why: str, now: datetime
    ) -> Block:
        """Raises ReviewRefused."""
        work = partial(deciding.restore, by=by, of=of, which=which, why=why, now=now)
        block = await self._done(work, by, now, "restore", of or "")
        await self.reach([block.subject])
        return block

    async def close(self, by: Reviewer, which: CampaignId, now: datetime) -> Campaign:
        """With what changed until now. Raises ReviewRefused."""
        campaign = (await self.shown(by, which, now)).campaign
        await self._take_news([campaign], now)

        def work(book: ReviewBook) -> tuple[Campaign, list[Item]]:
            return deciding.close(book, by, which, now, self.name_of, remove_undecided=self.remove_undecided)

        closed, removed = await self._done(work, by, now, "close", which)
        if removed:
            await self.reach({one.held.subject for one in removed})
        return closed

    async def keep_up(self, now: datetime) -> None:
        """What changed in directories, the register and the settings; and what is due."""
        under_way = [one.campaign for one in await self.campaigns(BY_ITSELF) if not one.campaign.over]
        await self._take_news(under_way, now)
        if self.remove_undecided:
            for one in under_way:
                if one.overdue(now):
                    await self.close(BY_ITSELF, one.id, now)
        await self.follow_directory(now)

    async def follow_directory(self, now: datetime) -> None:
        in_force = await self.store.look(lambda book: book.blocks())
        if not in_force:
            return
        said = await self.in_directory({one.subject for one in in_force})
        asked = {one.id for one in in_force if one.subject in said.asked}
        changed = await self.store.transact(
            lambda book: deciding.follow_directory(book, said.holding, asked, now)
        )
        if changed:
            await self.reach({one.subject for one in in_force if one.id in asked})

    async def _take_news(self, campaigns: Sequence[Campaign], now: datetime) -> None:
        if not campaigns:
            return
        found = await self.found({one.municipality for one in campaigns}, now)
        for one in campaigns:
            there = found[one.municipality]
            await self.store.transact(partial(deciding.take_news, which=one.id, found=there, now=now))

    async def _done(
        self,
        work: Callable[[ReviewBook], T],
        by: Reviewer,
        now: datetime,
        act: str,
        which: str = "",
    ) -> T:
        return await self._told(self.store.transact(work), by, now, act, which)

    async def _told(self, doing: Awaitable[T], by: Reviewer, now: datetime, act: str, which: str) -> T:
        try:
            return await doing
        except ReviewRefused as refusal:
            await self._refused(refusal, by, now, act, which)
            raise

    async def _refused(
        self, refusal: ReviewRefused, by: Reviewer, now: datetime, act: str, which: str = ""
    ) -> None:
        entry = acts.refused(refusal, by, now, act, which[:SHOWN])
        await self.store.transact(lambda book: book.record(entry))


SHOWN = 64  # characters kept of an id that a request names
