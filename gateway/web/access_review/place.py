"""Where somebody stands in a review: which accesses are shown, and which page of them. Every decision leads back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from gateway.access_review.campaign import CampaignId, Item
from gateway.web.access_review.people import Somebody, page_of, people

NUMBER_LENGTH = 6  # digits of an access or a page


@dataclass(frozen=True, slots=True)
class Place:
    """As the address says it. `only_open`: nothing is shown that is decided. Pages count from 1."""

    only_open: bool = False
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        return cls(query.get("open") == "1", number_of(query.get("page", "")) or 1)

    def shows(self, items: Sequence[Item]) -> list[Somebody]:
        return people([one for one in items if one.open or not self.only_open])

    def turned_to(self, items: Sequence[Item], number: int | None) -> Self:
        """With the page on which that access is; as it is where it is on none."""
        page = None if number is None else page_of(self.shows(items), number)
        return self if page is None else replace(self, page=page)

    def address(self, review: CampaignId, part: str = "", **more: object) -> str:
        """Of the review, or of a part of it, which leads back here."""
        query = {"open": "1"} if self.only_open else {}
        query |= {"page": str(self.page)} if self.page > 1 else {}
        query |= {name: str(value) for name, value in more.items()}
        return f"/reviews/{review}{part}" + (f"?{urlencode(query)}" if query else "")


def number_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= NUMBER_LENGTH else None
