"""How far an officer sees: who acts for the office that runs the centre sees the whole log, whoever acts for another
municipality only what concerns that one, and only the pages that keep to it.

Here alone it is decided; the log's storage holds every answer to it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aiohttp import web

from config.vocabulary import MunicipalityCode
from gateway.audit.search import Search
from gateway.web.desk import Desk, Handler, Page, Refused
from gateway.web.identity import ADMIN, Assertion
from gateway.web.refusal import PAGE_UNKNOWN

OF_MUNICIPALITIES = frozenset(
    {
        *("/", "/log", "/log/{sequence}", "/log/live", "/log/live/news", "/charts"),
        *(
            "/answers",
            "/answers/{name}",
            "/answers/{name}/accounts",
            "/views",
            "/views/remove",
            "/purpose",
            "/export",
        ),
    }
)
"""Pages, with what is done on them, that keep to what somebody may see; all others are for the centre."""
OUTSIDE = MunicipalityCode("-")
"""Of whoever acts for nobody: nothing concerns it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """`centre`: the municipality of the office that runs it; None: nobody sees more than their own."""

    centre: MunicipalityCode | None

    def of(self, caller: Assertion) -> MunicipalityCode | None:
        """The only municipality whose entries somebody may see; None: all."""
        if self.centre is not None and caller.municipality == self.centre:
            return None
        return caller.municipality or OUTSIDE

    def log(self, log: Search, caller: Assertion) -> Search:
        """The log as far as this caller sees it."""
        return log.within(self.of(caller))

    def pages(self, desk: Desk, pages: Iterable[Page]) -> Iterator[Page]:
        """The pages, of which those for the centre are not there for others."""
        for page in pages:
            here = page.path in OF_MUNICIPALITIES
            yield page if here else Page(page.method, page.path, self._for_the_centre(desk, page.handler))

    def _for_the_centre(self, desk: Desk, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            if self.of(desk.caller(request, ADMIN)) is not None:
                raise Refused(PAGE_UNKNOWN, 404)
            return await handler(request)

        return answer
