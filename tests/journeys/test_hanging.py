"""A control plane that hangs is noticed, ended and begun again; one that is busy, or was suspended with all, is not."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import psutil
import pytest
import pytest_asyncio
from aiohttp import web

from config.vocabulary import REASON_HEADER
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.demo.configuration import RECORDS
from gateway.demo.people import CAST
from gateway.demo.slapd import free_port
from gateway.demo.world import Account, draw_accounts
from gateway.storage.audit_search import LogSearch
from tests.rig.neighbours import Neighbour, listening
from tests.rig.product import Product, installed

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

SILENCE = 5  # seconds; the shortest that may be configured
BACK_WITHIN = 20  # seconds after that, on a busy machine


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    records, port = Neighbour(), free_port()
    records.answer = lambda _: web.Response(text="spis")
    async with (
        listening(records, port),
        installed(
            tmp_path_factory.mktemp("h"),
            draw_accounts(CAST),
            f"http://127.0.0.1:{port}",
            configured=lambda text: f'{text}silence = "{SILENCE} s"\n',
        ) as made,
    ):
        await made.start()
        yield made


def parts(product: Product) -> list[psutil.Process]:
    return [product.supervisor(), *product.supervisor().children()]


@contextmanager
def stopped(*processes: psutil.Process) -> Iterator[None]:
    for one in processes:
        one.suspend()
    try:
        yield
    finally:
        for one in processes:
            one.resume()


def reader(product: Product) -> Account:
    return product.account("dvorak.petr")


async def test_a_control_plane_that_is_busy_for_less_than_the_bound_is_left_alone(product: Product) -> None:
    before = parts(product)
    with stopped(product.control_plane()):
        await asyncio.sleep(SILENCE - 2.5)
    await asyncio.sleep(2.5)
    assert parts(product) == before


async def test_a_machine_that_was_suspended_for_longer_than_the_bound_ends_nobody(product: Product) -> None:
    before = parts(product)
    with stopped(*before):
        await asyncio.sleep(SILENCE + 1.5)
    await asyncio.sleep(2.5)
    assert parts(product) == before
    assert (await product.visitor().get(product.addresses.portal)).status == 200


async def test_one_that_hangs_is_ended_and_people_sign_in_again_and_the_log_says_so(product: Product) -> None:
    at_work, newcomer = product.visitor(), product.visitor()
    address = product.application(RECORDS, "588491")
    assert (await at_work.sign_in(reader(product), address)).text == "spis"
    hung = product.control_plane()
    hung.suspend()
    begun = time.monotonic()
    waits = asyncio.create_task(newcomer.get(f"{product.addresses.issuer}/sign-in"))
    while hung.is_running() and hung.status() == psutil.STATUS_STOPPED:
        assert (await at_work.get(address)).text == "spis", "a fresh grant is honoured as long as it hangs"
        assert time.monotonic() - begun < SILENCE + BACK_WITHIN
        await asyncio.sleep(0.1)
    page = await waits
    assert (page.status, page.headers[REASON_HEADER]) == (503, "unavailable")
    assert time.monotonic() - begun < SILENCE + BACK_WITHIN
    async with asyncio.timeout(BACK_WITHIN):
        while (await newcomer.get(product.addresses.portal)).status != 200:
            await asyncio.sleep(0.1)
    assert (await newcomer.sign_in(reader(product), address, step=1)).text == "spis"
    (entry,) = await entries(product, Code.PROCESS_HUNG)
    assert entry.details["part"] == "control plane"
    assert entry.details["process"] == hung.pid
    log = product.log.read_text("utf-8")
    assert re.search(
        rf"control plane has given no sign of life for \d+ s; it is ended \(process {hung.pid}\)", log
    )
    # On a busy machine its last words take longer than it is given for them.
    assert re.search(r"control plane ended \(signal SIG(ABRT|KILL)\); starting it again", log)


async def entries(product: Product, code: Code) -> list[Entry]:
    with product.state() as state:
        async with asyncio.timeout(BACK_WITHIN):
            while True:
                page = await LogSearch(state.database).page(Query(codes=frozenset({code})), limit=10)
                if page.entries:
                    return [one.entry for one in page.entries]
                await asyncio.sleep(0.05)
