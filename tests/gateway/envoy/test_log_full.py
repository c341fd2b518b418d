"""A gate that is told that there is no room for the log, in a real Envoy."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.rig.envoy import DOMAIN, Plane

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
OFFICERS = f"admin.{DOMAIN}"


@pytest_asyncio.fixture(loop_scope="module", name="full")
async def _full(plane: Plane) -> AsyncIterator[Plane]:
    plane.forget()
    plane.discovery.full = True
    await plane.gate()
    yield plane
    plane.discovery.full = False
    await plane.gate()


async def test_nobody_is_let_in_or_decided_about_and_the_page_says_why_in_both_languages(full: Plane) -> None:
    answer = await full.ask(cookie=full.cookie(), headers=("Accept: text/html",))
    assert (answer.status, answer.value("x-brana-reason")) == (503, "log_full")
    assert answer.value("retry-after") == "60"
    text = answer.body.decode()
    for words in (
        "Brána teď nikoho nepouští",
        "uvolní-li na",
        "The gateway lets nobody in now",
        "room is freed",
    ):
        assert words in text
    assert full.application.requests == full.decision.requests == []


async def test_programs_are_told_the_same_as_data(full: Plane) -> None:
    told = json.loads((await full.ask(headers=("Accept: application/json",))).body)
    assert (told["status"], told["reason"]) == (503, "log_full")


async def test_officers_are_decided_about_as_ever_and_no_grant_of_theirs_suffices(full: Plane) -> None:
    await full.ask(host=OFFICERS)
    assert len(full.decision.requests) == 1


async def test_the_sign_in_is_there_for_them(full: Plane) -> None:
    assert (await full.ask(host=f"login.{DOMAIN}")).status == 200


async def test_a_refusal_takes_no_line_from_those_who_are_under_way_and_another_503_has_one(
    full: Plane,
) -> None:
    refused = await full.ask(cookie=full.cookie())
    full.discovery.full = False
    await full.gate()
    passed = await full.ask(host=f"gone.{DOMAIN}", cookie=full.cookie(application="gone"))
    assert passed.status == 503
    assert (await full.logged(passed))["status"] == 503
    known = {one["request_id"] for one in full.log_lines()}
    assert refused.value("x-request-id") not in known


async def test_it_opens_by_itself_with_the_next_gate(full: Plane) -> None:
    full.discovery.full = False
    await full.gate()
    assert (await full.ask(cookie=full.cookie())).status == 200
