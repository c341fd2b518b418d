"""Who asks: the assertion that the gate put into the request, read by what the composer passes in.

Handlers learn from here who somebody is; whether they may was decided before the request came.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

from aiohttp import web

from config.vocabulary import Action, ApplicationId, Role
from gateway.sessions.officers_act import Officer

ASSERTION_HEADER = "x-brana-assertion"
PORTAL = ApplicationId("portal")
ADMIN = ApplicationId("audit")
POLICIES, REQUESTS = ApplicationId("policies"), ApplicationId("requests")
DEVICES = ApplicationId("devices")
OURS = (PORTAL, ADMIN, POLICIES, REQUESTS, DEVICES)
"""Whose pages are handlers here."""


class Assertion(Officer, Protocol):
    """What the pages need of a verified assertion (docs/architecture.md, "Life of a request", 5)."""

    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> Collection[Role]: ...
    @property
    def actions(self) -> Collection[Action]: ...


ReadAssertion = Callable[[str, ApplicationId, datetime], Assertion]
"""Verifies a JWT for an audience at a moment; raises where it is not whole, ours, for us, or in time."""


class NotIdentified(Exception):
    """The request carries no assertion, several, or one that does not verify."""


def caller_of(
    request: web.Request,
    read: ReadAssertion,
    audience: ApplicationId,
    now: datetime,
    refusals: tuple[type[Exception], ...],
) -> Assertion:
    """The person who asks. `refusals` are what `read` raises; raises NotIdentified."""
    headers = request.headers.getall(ASSERTION_HEADER, [])
    if len(headers) != 1 or not headers[0]:
        raise NotIdentified(f"{len(headers)} headers {ASSERTION_HEADER} where the gate sets one")
    try:
        return read(headers[0], audience, now)
    except refusals as refusal:
        raise NotIdentified(str(refusal)) from refusal
