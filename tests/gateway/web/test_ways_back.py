"""Whoever is refused a form of ours finds the way back, and what was typed where the form can show it."""

from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from gateway.web.access_review.rooms import Reviews
from gateway.web.desk import Page, Refused
from gateway.web.officer.incident_acts import IncidentActs
from gateway.web.officer.incidents import Incidents
from gateway.web.officer.suspensions import Suspensions
from gateway.web.policies.adapting import Adapting
from gateway.web.policies.editor import Editor
from gateway.web.policies.overview import Overview
from gateway.web.policies.proposals import Proposals
from gateway.web.policies.switch import Switch
from gateway.web.policies.taking_back import TakingBack
from gateway.web.policies.versions import Versions
from gateway.web.refusal import FORM_UNREADABLE, TOO_LARGE
from gateway.web.requests.rooms import Requests
from gateway.web.ways_back import above, here, leading_back

NONE = cast("Any", None)
INCIDENTS = Incidents(NONE, NONE, NONE, NONE, NONE, NONE)
ROOMS = {
    "requests": Requests(NONE, NONE, NONE).pages(),
    "overview": Overview(NONE).pages(),
    "editor": Editor(NONE).pages(),
    "proposals": Proposals(NONE).pages(),
    "adapting": Adapting(NONE).pages(),
    "taking back": TakingBack(NONE).pages(),
    "versions": Versions(NONE).pages(),
    "switch": Switch(NONE, NONE, {}).pages(),
    "reviews": Reviews(NONE).pages(),
    "incidents": INCIDENTS.pages(),
    "acts on incidents": IncidentActs(NONE, NONE, INCIDENTS, NONE, NONE, NONE).pages(),
    "suspensions": Suspensions(NONE, NONE, NONE, NONE, NONE, NONE, NONE).pages(),
}
BY_THEMSELVES = frozenset({"/approve", "/refuse", "/end", "/review"})
"""What these are about stands in the form and not in the address; `test_requests_back.py` tries each."""


@pytest.mark.parametrize("room", ROOMS)
def test_every_form_that_can_be_refused_leads_back(room: str) -> None:
    acts = [one for one in ROOMS[room] if one.method == "POST" and one.path not in BY_THEMSELVES]
    assert acts
    assert [one.path for one in acts if one.handler.__module__ != leading_back.__module__] == []


async def _back(refused: Refused) -> str:
    async def refusing(_: web.Request) -> web.StreamResponse:
        raise refused

    (page,) = leading_back([Page("POST", "/reviews/{review}/close", refusing)], above)
    with pytest.raises(Refused) as raised:
        await page.handler(make_mocked_request("POST", "/reviews/A/close?x=1"))
    return raised.value.refusal.back_to


async def test_a_refusal_leads_to_what_the_act_was_on() -> None:
    assert await _back(Refused(TOO_LARGE, 409)) == "/reviews/A"


@pytest.mark.parametrize("status", [400, 404])
async def test_from_what_is_no_form_or_is_not_there_nothing_leads_back(status: int) -> None:
    assert await _back(Refused(FORM_UNREADABLE, status)) == ""


def test_a_form_is_where_it_is_sent_to_and_an_act_below_what_it_is_on() -> None:
    request = make_mocked_request("POST", "/orders/new?application=map")
    assert (here(request), above(request)) == ("/orders/new", "/orders")
    assert above(make_mocked_request("POST", "/end")) == "/"
