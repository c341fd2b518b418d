"""What acts of review need of the place where reviews are kept."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from config.vocabulary import SubjectId
from gateway.access_review.blocks import Block, BlockId
from gateway.access_review.campaign import Campaign, CampaignId, Item, Progress
from gateway.audit.entry import Entry

T = TypeVar("T")


class ReviewBook(Protocol):
    """On one transaction: all that is kept and recorded in it is durable together, or not at all."""

    def campaigns(self, municipality: str | None = None) -> Sequence[Campaign]:
        """The latest first, without their reports."""
        ...

    def campaign(self, which: CampaignId) -> Campaign | None: ...
    def keep_campaign(self, one: Campaign) -> None: ...
    def items(self, of: CampaignId) -> Sequence[Item]: ...
    def tallies(self, municipality: str | None = None) -> Mapping[CampaignId, Progress]: ...
    def item(self, of: CampaignId, number: int) -> Item | None: ...
    def keep_item(self, of: CampaignId, one: Item) -> None: ...
    def blocks(self) -> Sequence[Block]:
        """Those in force."""
        ...

    def blocks_of(self, campaign: CampaignId) -> Sequence[Block]:
        """Those that it made, in force or not, in the order of their making."""
        ...

    def block(self, which: BlockId) -> Block | None: ...
    def keep_block(self, one: Block) -> None: ...
    def record(self, entry: Entry) -> int:
        """The number that the entry has in the audit log."""
        ...


class ReviewStore(Protocol):
    """Raises what the database raises."""

    async def transact(self, work: Callable[[ReviewBook], T]) -> T: ...
    async def look(self, query: Callable[[ReviewBook], T]) -> T: ...


Reach = Callable[[Collection[SubjectId]], Awaitable[None]]
"""Have it reach the sessions of these people at once that their roles here have changed."""
