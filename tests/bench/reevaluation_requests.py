"""From the end of what was asked for to the end of the stream that it had opened.

`order_ended_ms`: a sponsor ends the order of a supplier; `request_withdrawn_ms`: whoever approved a request takes it
back. Both by the pages, while the holder has a web socket open that nothing else permits. The time runs from the click
to the end of the socket; the baseline is an answer over that socket before.
"""

import asyncio
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from config.vocabulary import Role
from gateway.demo.configuration import BUDGET
from gateway.demo.people import CAST, HULIN, member
from gateway.demo.slapd import free_port
from gateway.demo.world import Account, draw_accounts
from gateway.web.identity import REQUESTS
from gateway.web.requests.forms import window_offered
from tests.bench.figure import p99
from tests.rig.neighbours import Neighbour, listening
from tests.rig.product import Product, installed
from tests.rig.visitor import Visitor

HOLDERS, EACH = 4, 25  # a day's requests of one person are limited
BAR = 1_000.0  # ms, as of every stream that is cut
SURNAMES = ("Bílý", "Šedý", "Modrý", "Zelený")
MAYOR = "dvorak.petr"
NAME = re.compile(r"/one\?name=([\w-]+)")

Giving = Callable[[Product, Visitor, Visitor, Account], Awaitable[str]]
"""Opens the budget to the holder; the name of what was asked for."""


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    suppliers, clerks = _people("Adam", Role.SUPPLIER), _people("Cyril", Role.CLERK)
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        async with (
            listening(Neighbour(web_socket=True), port),
            installed(
                Path(name),
                [*draw_accounts(CAST), *suppliers, *clerks],
                f"http://127.0.0.1:{port}",
                with_feed,
            ) as product,
        ):
            await product.start()
            mayor = product.visitor()
            pages = product.addresses.of_own(REQUESTS)
            await mayor.sign_in(product.account(MAYOR), pages)
            ordered, withdrawn = [
                await _of_all(product, mayor, holders, giving)
                for holders, giving in ((suppliers, _order), (clerks, _approved))
            ]
    return {"order_ended_ms": _figure(ordered), "request_withdrawn_ms": _figure(withdrawn)}


Took = tuple[float, float]
"""Seconds of the click until the end, and of one answer before."""


def _figure(took: Sequence[Took]) -> dict[str, Any]:
    median = sorted(answer for _, answer in took)[len(took) // 2]
    return p99([cut for cut, _ in took], f"{median * 1000:.2f} ms for an answer over the socket", BAR)


def _people(given: str, role: Role) -> tuple[Account, ...]:
    return draw_accounts([member(given, one, [(HULIN, role)], "", "") for one in SURNAMES[:HOLDERS]])


def with_feed(text: str) -> str:
    """The budget has a route for streams, too."""
    head, budget = text.split(f'id = "{BUDGET}"')
    route = '[[applications.routes]]\npath = "/feed"\nmethods = ["GET"]\naction = "read"\nwebsocket = true\n'
    return f'{head}id = "{BUDGET}"' + budget.replace(
        "[[applications.routes]]", f"{route}[[applications.routes]]", 1
    )


async def _of_all(product: Product, mayor: Visitor, holders: Sequence[Account], giving: Giving) -> list[Took]:
    """All at once, each one after the other."""
    each = await asyncio.gather(*(_of_one(product, mayor, one, giving) for one in holders))
    return [took for one in each for took in one]


async def _of_one(product: Product, mayor: Visitor, who: Account, giving: Giving) -> list[Took]:
    holder = product.visitor()
    await holder.sign_in(who, product.addresses.of_own(REQUESTS))
    took = []
    for _ in range(EACH):
        name = await giving(product, mayor, holder, who)
        opened = await holder.get(product.application(BUDGET))
        assert opened.status == 200, (opened.status, opened.text)
        socket = await holder.web_socket(f"{product.application(BUDGET)}feed")
        took.append(await _cut(product, mayor, socket, name))
    return took


async def _cut(product: Product, mayor: Visitor, socket: aiohttp.ClientWebSocketResponse, name: str) -> Took:
    asked = time.perf_counter()
    await socket.send_str("hello")
    assert (await socket.receive(5)).data == "echo hello"
    began = time.perf_counter()
    click = asyncio.create_task(
        mayor.post(f"{product.addresses.of_own(REQUESTS)}/end", {"name": name}, follow=False)
    )
    assert (await socket.receive(10)).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE)
    ended = time.perf_counter()
    assert (await click).status == 303
    return ended - began, began - asked


async def _order(product: Product, mayor: Visitor, holder: Visitor, who: Account) -> str:
    """The supplier asks for it, and its sponsor confirms it."""
    pages = product.addresses.of_own(REQUESTS)
    wish = _wish() | {"person": who.login, "sponsor": MAYOR}
    name = _first((await holder.post(f"{pages}/orders/new", wish)).text)
    confirmed = await mayor.post(f"{pages}/approve", {"name": name, "note": ""}, follow=False)
    assert confirmed.status == 303, confirmed.text
    return name


async def _approved(product: Product, mayor: Visitor, holder: Visitor, _: Account) -> str:
    pages = product.addresses.of_own(REQUESTS)
    name = _first((await holder.post(f"{pages}/ask", _wish())).text)
    approved = await mayor.post(f"{pages}/approve", {"name": name, "note": ""}, follow=False)
    assert approved.status == 303, approved.text
    return name


def _wish() -> dict[str, str]:
    window = window_offered(datetime.now(UTC))
    return window | {"application": BUDGET, "read": "1", "why": "Oprava sestavy příjmů."}


def _first(page: str) -> str:
    """The newest of a list."""
    found = NAME.search(page)
    assert found, page
    return found[1]
