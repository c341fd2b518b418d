"""Where somebody stands in a review: which accesses are shown, and which page of them. Every decision leads back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from config.vocabulary import Language, Role
from gateway.access_review.campaign import CampaignId, Item
from gateway.audit.folding import folded
from gateway.web.access_review.people import Somebody, page_of, people

NUMBER_LENGTH = 6  # digits of an access or a page
SOUGHT = 80  # characters that are looked for


@dataclass(frozen=True, slots=True)
class Place:
    """As the address says it. `only_open`: nothing is shown that is decided. Pages count from 1. `sought`: words that
    all stand in a person's name, login or role, in either language.
    """

    only_open: bool = False
    page: int = 1
    sought: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        return cls(
            query.get("open") == "1",
            number_of(query.get("page", "")) or 1,
            query.get("q", "")[:SOUGHT].strip(),
        )

    def shows(self, items: Sequence[Item]) -> list[Somebody]:
        return self.found([one for one in items if one.open or not self.only_open])

    def found(self, items: Sequence[Item]) -> list[Somebody]:
        """Decided or not."""
        words = folded(self.sought).split()
        return people([one for one in items if all(word in _said(one) for word in words)] if words else items)

    def turned_to(self, items: Sequence[Item], number: int | None) -> Self:
        """With the page on which that access is; as it is where it is on none."""
        page = None if number is None else page_of(self.shows(items), number)
        return self if page is None else replace(self, page=page)

    def address(self, review: CampaignId, part: str = "", **more: object) -> str:
        """Of the review, or of a part of it, which leads back here."""
        query = {"open": "1"} if self.only_open else {}
        query |= {"page": str(self.page)} if self.page > 1 else {}
        query |= {"q": self.sought} if self.sought else {}
        query |= {name: str(value) for name, value in more.items()}
        return f"/reviews/{review}{part}" + (f"?{urlencode(query)}" if query else "")


def _said(one: Item) -> str:
    held = one.held
    role = held.what if held.role else held.lent
    titles = [Role(role).title_in(language) for language in Language] if role else []
    return folded(held.name, held.login, *titles)


def number_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= NUMBER_LENGTH else None
