"""How many requests and connections one client may have: a real Envoy with small limits."""

import asyncio
import contextlib
import json
import math
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace

from config.settings import Limits, Settings
from gateway.envoy import asked_plainly
from gateway.envoy.limits import BURST_SECONDS
from tests.rig.envoy import DOMAIN, Plane, data_plane
from tests.rig.exact_http import Answer

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
A_SECOND = 5
BURST = A_SECOND * BURST_SECONDS
CONNECTIONS = 12
TOGETHER = 5
FILES = f"files.{DOMAIN}"
PAGE = ("Accept: text/html",)


def _small(settings: Settings) -> Settings:
    small = Limits(requests_per_address=A_SECOND, requests_per_session=A_SECOND, connections=CONNECTIONS)
    return replace(settings, limits=small)


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="limited")
async def _limited(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    async with data_plane(tmp_path_factory.mktemp("limits"), workers=1, configured=_small) as plane:
        plane.decision.answer = lambda _: web.Response(status=403)
        yield plane


async def _many(plane: Plane, **asked: Any) -> list[Answer]:
    """More than a burst, a few at a time."""
    answers: list[Answer] = []
    while len(answers) < BURST + TOGETHER or answers[-1].status != 429:
        answers += await asyncio.gather(*(plane.ask("/", **asked) for _ in range(TOGETHER)))
        assert len(answers) < 10 * BURST
    return answers


async def test_a_session_that_asks_without_end_is_told_to_wait_and_another_one_is_not(limited: Plane) -> None:
    cookie = limited.cookie(revocation="hurried.1")
    answers = await _many(limited, cookie=cookie)
    statuses = [answer.status for answer in answers]
    assert statuses[: BURST - TOGETHER] == [200] * (BURST - TOGETHER)
    refused = answers[statuses.index(429)]
    assert refused.value("retry-after") == "1"
    assert json.loads(refused.body)["reason"] == "too_many_of_session"
    assert (await limited.logged(refused))["fresh"].startswith("hurried.1 ")
    assert (await limited.ask("/", cookie=limited.cookie(revocation="calm.1"))).status == 200


async def test_a_new_grant_gives_such_a_session_no_new_burst(limited: Plane) -> None:
    def by(grant: str) -> str:
        rests = f",read,write,={grant}=0f25=clerks-read;,"
        return limited.cookie(revocation="hurried.3", actions=rests)

    assert (await _many(limited, cookie=by("first")))[-1].status == 429
    answers = await asyncio.gather(*(limited.ask("/", cookie=by("second")) for _ in range(TOGETHER * 2)))
    assert [answer.status for answer in answers].count(200) <= A_SECOND
    refused = await limited.logged(next(one for one in answers if one.status == 429))
    assert refused["fresh"] == "hurried.3=second=0f25=clerks-read 588296"


async def test_no_push_of_the_gate_gives_a_session_that_asks_without_end_a_new_burst(limited: Plane) -> None:
    """Any sign-out of anybody is such a push."""
    cookie = limited.cookie(revocation="hurried.2")
    assert (await _many(limited, cookie=cookie))[-1].status == 429
    began, pushes, let_in = time.monotonic(), 4, 0
    for number in range(pushes):
        await limited.gate(f"gone.{number}")
        for _ in range(BURST // TOGETHER):
            asked = await asyncio.gather(*(limited.ask("/", cookie=cookie) for _ in range(TOGETHER)))
            let_in += [answer.status for answer in asked].count(200)
    seconds = math.ceil(time.monotonic() - began)
    assert let_in <= A_SECOND * (2 * pushes + seconds)


async def test_an_address_that_asks_without_end_is_told_to_wait_and_who_has_a_grant_is_not(
    limited: Plane,
) -> None:
    asked_before = len(limited.decision.requests)
    answers = await _many(limited)
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert len(limited.decision.requests) - asked_before == len(answers) - len(refused)
    assert {answer.value("retry-after") for answer in refused} == {"1"}
    assert json.loads(refused[0].body)["reason"] == "too_many_from_address"
    line = await limited.logged(refused[0])
    assert (line["status"], line["reason"], line["address"]) == (429, "too_many_from_address", "127.0.0.1")
    assert (await limited.ask("/", cookie=limited.cookie(revocation="inside.1"))).status == 200


async def test_a_person_reads_in_both_languages_why_to_wait(limited: Plane) -> None:
    answers = await _many(limited, headers=PAGE)
    text = next(answer for answer in answers if answer.status == 429).body.decode()
    assert "Z\u00a0vaší adresy přichází příliš mnoho požadavků" in text
    assert "Too many requests come from your address" in text


async def test_the_sign_in_and_what_nobody_has_are_limited_as_well(limited: Plane) -> None:
    for host in (f"login.{DOMAIN}", f"nowhere.{DOMAIN}"):
        answers = await _many(limited, host=host)
        assert answers[-1].status == 429, host
        assert answers[-1].value("x-brana-reason") == "too_many_from_address"


async def test_more_connections_than_allowed_are_not_taken_and_room_is_given_back(limited: Plane) -> None:
    held = []
    try:
        with contextlib.suppress(OSError):  # reset, or ended before TLS was agreed on, as it happens
            while len(held) <= CONNECTIONS:
                held.append(await limited.connect())
        assert CONNECTIONS - 2 <= len(held) <= CONNECTIONS  # what tests before left open counts too
    finally:
        for _, writer in held:
            writer.close()
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await limited.connect()
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                break


async def test_strangers_who_hold_all_connections_do_not_keep_envoy_from_saying_that_it_lives(
    limited: Plane,
) -> None:
    """The supervisor ends an Envoy that it does not hear."""
    held, heard = [], asyncio.Event()
    try:
        with contextlib.suppress(OSError):
            while len(held) <= CONNECTIONS:
                held.append(await limited.connect())
        assert len(held) <= CONNECTIONS
        admin = limited.surroundings.socket("envoy-admin")
        asking = asyncio.create_task(asked_plainly.keep_asking(admin, heard.set, 0.05))
        try:
            async with asyncio.timeout(5):
                await heard.wait()
        finally:
            asking.cancel()
    finally:
        for _, writer in held:
            writer.close()
