"""The entry that an officer looked at something: what cannot be recorded is not shown."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from aiohttp import web

from gateway.audit.entry import Entry
from gateway.audit.reading_acts import searched
from gateway.web.desk import client_address_of, request_id_of
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer.came_from import came_from


def look(
    request: web.Request,
    caller: Assertion,
    query: dict[str, str],
    *,
    found: int,
    now: datetime,
    form: Literal["page", "entry", "export"] = "page",
    span: tuple[int, int] | None = None,
) -> Entry:
    """`query`: what was asked for; `found`: how much of it is shown, `span`: between which numbers of the log. To be
    recorded before that.
    """
    entry = searched(
        now,
        subject=caller.subject,
        person=caller.login,
        query=query,
        found=found,
        session=caller.sid,
        address=client_address_of(request),
        request_id=request_id_of(request),
        own_municipality=caller.municipality,
        form=form,
        span=span,
    )
    return replace(entry, application=ADMIN, details=entry.details | came_from(request))
