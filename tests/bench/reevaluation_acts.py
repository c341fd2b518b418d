"""From what somebody does to re-evaluation: other acts than the officer's, which `revocation` measures.

`sign_out`: a person signs out; `municipality`: a person acts for another municipality, at the portal; `command`: an
operator ends a session, beside the running product, which is then told. The time runs from sending the act (of a
command: from before it writes) to the arrival of the first answer that the grant of before did not give by itself. The
baseline is an answer that it does give.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from config.vocabulary import MunicipalityCode
from gateway.commands.sessions import end_sessions
from gateway.commands.state import State
from gateway.demo.configuration import MAP
from gateway.sessions.office import handle_hash
from gateway.sessions.store import Open
from tests.bench.figure import fresh_answer, p99
from tests.rig.polling import Polling, application_that_answers, polling
from tests.rig.product import Product, installed
from tests.rig.signed_in import SignedIn, sign_in

SAMPLES = 200  # of each, so that the 99th percentile is the second worst
BAR = 100.0  # ms
HULIN, CENTRE = MunicipalityCode("588491"), MunicipalityCode("588296")
FROM_PAGE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; more than half a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        async with (
            application_that_answers() as upstream,
            installed(Path(name), application=upstream) as product,
        ):
            host = product.host(MAP)
            account = product.account("horak.tomas")
            with product.state() as state:
                signing_out, ended, (choosing,) = [
                    await sign_in(state, [(account, CENTRE)] * many, lambda _: host)
                    for many in (SAMPLES, SAMPLES, 1)
                ]
                at_portal = SignedIn(choosing.session, "at-the-portal")
                portal = product.addresses.portal.removeprefix("https://")
                await state.sessions.add_handle(
                    choosing.session.id, handle_hash(at_portal.handle), portal, []
                )
                await product.start()
                took = {
                    "sign_out_p99_ms": [await _signs_out(product, one) for one in signing_out],
                    "municipality_p99_ms": await _chooses(product, choosing, at_portal),
                    "command_p99_ms": [await _is_ended(product, state, one) for one in ended],
                }
    return {
        name: p99([act for act, _ in each], fresh_answer([fresh for _, fresh in each]), BAR)
        for name, each in took.items()
    }


Took = tuple[float, float]
"""Seconds of an act until the re-evaluation, and of one fresh answer before."""


async def _signs_out(product: Product, one: SignedIn) -> Took:
    host = product.host(MAP)
    async with polling(product, host, one.cookie) as polls:
        return await _took(polls, lambda: _post(polls.http, one, f"https://{host}/.brana/sign-out", {}, 200))


async def _chooses(product: Product, one: SignedIn, at_portal: SignedIn) -> list[Took]:
    """There and back again."""
    places, page = [HULIN, CENTRE] * (SAMPLES // 2), f"{product.addresses.portal}/municipality"
    async with polling(product, product.host(MAP), one.cookie) as polls:
        return [
            await _took(polls, lambda to=to: _post(polls.http, at_portal, page, {"municipality": to}, 303))
            for to in places
        ]


async def _is_ended(product: Product, state: State, one: SignedIn) -> Took:
    async with polling(product, product.host(MAP), one.cookie) as polls:
        return await _took(polls, lambda: end_sessions(state, Open([one.session], []), "cli:bench"))


async def _took(polls: Polling, act: Callable[[], Coroutine[Any, Any, Any] | Awaitable[Any]]) -> Took:
    fresh = await polls.begin()
    began = time.time()
    acting = asyncio.ensure_future(act())
    anew = await polls.until_anew()
    await acting
    return anew - began, fresh


async def _post(
    http: aiohttp.ClientSession, one: SignedIn, page: str, fields: dict[str, str], status: int
) -> None:
    url = URL(page)
    headers = {"Host": url.authority, "Cookie": one.cookie, "Origin": str(url.origin()), **FROM_PAGE}
    async with http.post(
        url.with_host("127.0.0.1"),
        headers=headers,
        data=fields,
        server_hostname=url.host,
        allow_redirects=False,
    ) as answer:
        assert answer.status == status, (answer.status, await answer.text())
