"""A look at the log stands in the reader's name, so nobody else's page may make one.

What a page elsewhere leads to is asked again, before anything is looked for; pictures, frames and scripts of other
hosts of ours get nothing. A link on another host of ours, behind which a sign-in may lie too, is told with the look.
"""

from collections.abc import Collection, Iterable, Iterator

from aiohttp import web

from gateway.web.desk import Handler, Page, Refused
from gateway.web.refusal import ShownRefusal, both

FREE = frozenset({"/"})
"""What an address chooses nothing of: the start page."""
SAME_SITE = "same-site"
CAME_FROM_ELSEWHERE = ShownRefusal(
    reason="came_from_elsewhere",
    title=both(cs="Přišli jste odkazem odjinud", en="A link from elsewhere led you here"),
    advice=both(
        cs="Zatím jsme nic nevyhledali ani nezapsali. Hledání se zaznamenává pod vaším jménem: pokračujte, jen pokud "
        "odkazu věříte, třeba z upozornění, které vám přišlo.",
        en="Nothing was searched or recorded yet. A search is recorded in your name: go on only if you trust the link, "
        "as one in an alert that was sent to you.",
    ),
    goes_on=True,
)


def asked_first(pages: Iterable[Page], free: Collection[str] = FREE) -> Iterator[Page]:
    """The pages, of which those that are not `free` answer to our own links and to what somebody types."""
    for page in pages:
        answers = page.method != "GET" or page.path in free
        yield page if answers else Page(page.method, page.path, _asking(page.handler))


def _asking(handler: Handler) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        site = request.headers.get("Sec-Fetch-Site")
        opened = (
            request.headers.get("Sec-Fetch-Mode") == "navigate"
            and request.headers.get("Sec-Fetch-Dest", "document") == "document"
        )
        if site == "cross-site" or (site == SAME_SITE and not opened):
            raise Refused(CAME_FROM_ELSEWHERE, 403, again=request.path_qs)
        return await handler(request)

    return answer


def came_from(request: web.Request) -> dict[str, str]:
    """For the look's entry: where a page of another host of ours led here."""
    return {"came_from": SAME_SITE} if request.headers.get("Sec-Fetch-Site") == SAME_SITE else {}
