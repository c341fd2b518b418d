"""A server whose application may be exchanged while it runs: a request ends with the one that it began with.

Connections stay: Envoy keeps them, and an answer that crosses the end of its connection would be a failed request.
"""

from typing import Any

from aiohttp import web

BEGAN_WITH = web.RequestKey("began_with", web.Server)


class Exchangeable:
    """Give `server` to a runner. Nothing is answered before the first `take`. `how`: as aiohttp's servers have it."""

    def __init__(self, **how: Any) -> None:
        self._how = how
        self._now: web.AppRunner | None = None
        self.server = web.Server(self._answer, request_factory=self._begin, **how)

    async def take(self, app: web.Application) -> None:
        """From now on `app` answers; what has begun with the one before is waited for, but for nobody's sake."""
        runner = web.AppRunner(app, **self._how)
        await runner.setup()
        before, self._now = self._now, runner
        if before is not None:
            await before.cleanup()

    async def close(self) -> None:
        if self._now is not None:
            await self._now.cleanup()

    def _begin(self, *about: Any) -> web.BaseRequest:
        assert self._now is not None
        made = self._now.server
        assert made is not None
        request: web.BaseRequest = made.request_factory(*about)
        request[BEGAN_WITH] = made
        return request

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        answer: web.StreamResponse = await request[BEGAN_WITH].request_handler(request)
        return answer
