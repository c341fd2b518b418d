"""Whoever is refused an act on a proposal is led back to it: there stands what can be done now."""

from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from gateway.web.desk import Handler, Page, Refused
from gateway.web.policies.site import proposal_of

NOWHERE = frozenset({400, 404})  # no proposal, or no form of ours


def leading_back(acts: Sequence[Page]) -> Sequence[Page]:
    """The same, with a way back where they refuse."""
    return [replace(one, handler=_led_back(one.handler)) for one in acts]


def _led_back(handler: Handler) -> Handler:
    async def led(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refused:
            if refused.status in NOWHERE:
                raise
            back = replace(refused.refusal, back_to=f"/proposals/{proposal_of(request)}")
            raise Refused(back, refused.status) from refused

    return led
