"""Whoever is refused an act is led back to where it came from: there stands what can be done now."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from aiohttp import web

from gateway.web.desk import Handler, Page, Refused

Where = Callable[[web.Request], str]
NOWHERE = frozenset({400, 404})
"""No form of ours, or nothing of that name: there is nothing to go back to."""


def here(request: web.Request) -> str:
    """Of a form that is shown where it is sent to."""
    return request.path


def above(request: web.Request) -> str:
    """Of an act on what its address begins with: `/reviews/NAME/close`."""
    return request.path.rpartition("/")[0] or "/"


def leading_back(pages: Iterable[Page], to: Where) -> list[Page]:
    """The same, with a way back where a form is refused that says none itself."""
    return [replace(one, handler=_led(one.handler, to)) if one.method == "POST" else one for one in pages]


def _led(handler: Handler, to: Where) -> Handler:
    async def led(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refused:
            if refused.status in NOWHERE or refused.refusal.back_to:
                raise
            raise Refused(replace(refused.refusal, back_to=to(request)), refused.status) from refused

    return led
