"""Answers by a form (OAuth 2.0 Form Post Response Mode 1.0): where they go."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from gateway.audit.entry import Code
from tests.rig.code_flow import RelyingParty, finish, json_of
from tests.rig.provider import CALLBACK, GIS_CALLBACK, ISSUER, Answer, request_parameters
from tests.rig.sign_in_world import World

pytestmark = pytest.mark.real


def posted(answer: Answer) -> tuple[str, dict[str, str]]:
    """Where the form leads, and what it sends."""
    assert answer.status == 200
    action = re.search(r'<form [^>]*action="([^"]*)"', answer.text)
    assert action is not None, answer.text
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', answer.text)
    return unescape(action[1]), {name: unescape(value) for name, value in fields}


async def test_the_code_comes_by_a_form_that_leads_to_the_registered_address_alone(world: World) -> None:
    party = RelyingParty(world)
    await party.discover()
    assert party.metadata["response_modes_supported"] == ["query", "form_post"]
    browser = world.rig.browser()
    begun = await party.send(browser, response_mode="form_post")
    _, answer = await finish(world, browser, begun.location)
    for shown in (answer, await party.send(browser, response_mode="form_post")):
        action, fields = posted(shown)
        assert action == GIS_CALLBACK
        assert fields.keys() == {"code", "state", "iss"}
        assert (fields["state"], fields["iss"]) == (party.state, ISSUER)
        policy = shown.headers["Content-Security-Policy"]
        assert f"form-action {GIS_CALLBACK};" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "<script>" not in shown.text
        assert shown.headers["Cache-Control"] == "no-store"
        assert "Location" not in shown.headers
        assert json_of(await party.exchange(fields["code"]))["id_token"]


async def test_errors_come_the_same_way(world: World) -> None:
    party = RelyingParty(world)
    await party.discover()
    browser = world.rig.browser()
    for changes, error in (
        ({"prompt": "none"}, "login_required"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"max_age": "x"}, "invalid_request"),
    ):
        action, fields = posted(await party.send(browser, response_mode="form_post", **changes))
        assert action == GIS_CALLBACK
        assert (fields["error"], fields["state"], fields["iss"]) == (error, party.state, ISSUER)
        assert world.rig.kept.entries[-1].code is Code.CODE_REFUSED


async def test_nothing_is_posted_to_an_address_that_is_not_registered(world: World) -> None:
    party = RelyingParty(world)
    await party.discover()
    answer = await party.send(
        world.rig.browser(), response_mode="form_post", redirect_uri="https://zly.test/cb"
    )
    assert answer.status == 400
    assert "<form" not in answer.text
    assert "zly.test" not in answer.headers["Content-Security-Policy"]


async def test_a_state_is_no_markup(world: World) -> None:
    party = RelyingParty(world)
    await party.discover()
    party.state = '"><script src="https://zly.test/x.js"></script><input value="'
    answer = await party.send(world.rig.browser(), response_mode="form_post", prompt="none")
    assert posted(answer)[1]["state"] == party.state
    assert '<script src="https://zly' not in answer.text


async def test_the_gateway_takes_its_answer_by_redirect_alone(world: World) -> None:
    asked = request_parameters(response_mode="form_post", redirect_uri=CALLBACK)
    answer = await world.rig.browser().get("/authorize?" + urlencode(asked))
    assert answer.said["error"] == "invalid_request"
