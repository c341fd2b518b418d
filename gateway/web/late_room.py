"""A host whose pages are made, and their code loaded, when somebody first opens one: few people ever do."""

import asyncio
from collections.abc import Callable, Iterable

from aiohttp import web
from aiohttp.web_urldispatcher import Domain, MatchedSubAppResource, UrlMappingMatchInfo

from gateway.web.desk import Page

LatePages = Callable[[], Iterable[Page]]


class LateRoom(MatchedSubAppResource):
    """Asked by the router before all other paths; a path of its host that is none of its pages is left to those."""

    def __init__(self, host: str, pages: LatePages) -> None:
        """`pages`: called once, in a thread."""
        super().__init__(Domain(host), web.Application())
        self._pages = pages
        self._router: web.UrlDispatcher | None = None
        self._making = asyncio.Lock()

    async def resolve(self, request: web.Request) -> tuple[UrlMappingMatchInfo | None, set[str]]:
        if not await self._rule.match(request):
            return None, set()
        found = await (self._router or await self._made()).resolve(request)
        if found.http_exception is None:
            return found, set()
        refused = found.http_exception
        return None, set(refused.allowed_methods) if isinstance(refused, web.HTTPMethodNotAllowed) else set()

    async def _made(self) -> web.UrlDispatcher:
        async with self._making:
            if self._router is None:
                self._router = _router_of(await asyncio.to_thread(lambda: list(self._pages())))
        return self._router


def _router_of(pages: Iterable[Page]) -> web.UrlDispatcher:
    router = web.UrlDispatcher()
    for page in pages:
        if page.method == "GET":
            router.add_get(page.path, page.handler)
        else:
            router.add_route(page.method, page.path, page.handler)
    return router
