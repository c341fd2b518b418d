"""Alerts that people can bring about are raised by what they do at the running product, and told as entries.

A gap in the log, a full disk and damage have journeys of their own; a jump of the clock is told by its entry alone
(`tests/gateway/alerts`).
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from gateway.alerts.matching import EVERYTHING, after_hours
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.demo.configuration import MAP
from gateway.storage.audit_search import LogSearch
from tests.rig.product import Product, installed

pytestmark = pytest.mark.real
PRAGUE, TOKYO, GUESSER = "127.0.4.7", "127.0.5.7", "127.0.4.9"
PATIENCE = 30.0
MUCH = 100_000


def world_of_addresses(file: Path) -> Path:
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test")
    for network, country, latitude, longitude in (
        ("127.0.4.0/24", "CZ", 50.08, 14.43),
        ("127.0.5.0/24", "JP", 35.69, 139.69),
    ):
        place = {"latitude": latitude, "longitude": longitude, "accuracy_radius": 20}
        writer.insert_network(IPSet([network]), {"country": {"iso_code": country}, "location": place})
    writer.to_db_file(str(file))
    return file


def settings(folder: Path) -> str:
    """A download is a gigabyte nowhere in a test; and what is outside of working hours depends on when it runs."""
    late = str(after_hours(datetime.now(UTC))).lower()
    return f"""
[countries]
database = "{world_of_addresses(folder / "cities.mmdb")}"

[[audit.alerts]]
name = "mass_download"
codes = ["access.request"]
outcomes = ["success"]
sum_of = "bytes_out"
at_least = {MUCH}

[[audit.alerts]]
name = "refusals_after_hours"
codes = ["decision.refuse"]
after_hours = {late}
at_least = 5
"""


@pytest_asyncio.fixture
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    folder = tmp_path_factory.mktemp("alerts")
    async with installed(folder / "w", configured=lambda text: text + settings(folder)) as made:
        await made.start()
        yield made


async def raised(product: Product) -> dict[str, set[str]]:
    """Rule → for whom."""

    def found() -> Sequence[Entry]:
        with product.state() as state:
            page = asyncio.run(LogSearch(state.database).page(Query(codes=frozenset({Code.ALERT_RAISED}))))
            return [one.entry for one in page.entries if isinstance(one, Recorded)]

    told: dict[str, set[str]] = defaultdict(set)
    for one in await asyncio.to_thread(found):
        told[str(one.details["alert_rule"])].add(str(one.details.get("alert_of", EVERYTHING)))
    return told


async def guesses(product: Product) -> None:
    """Many at one account, and at others that there are not."""
    browser, portal = product.visitor(GUESSER), product.addresses.portal
    for login in ("dvorak.petr",) * 10 + tuple(f"nikdo{number}" for number in range(20)):
        await browser.fill(await browser.get(portal), username=login, password="spatne")


async def travels_and_takes_much(product: Product) -> None:
    portal = product.addresses.portal
    jana = product.visitor(PRAGUE)
    assert (await jana.sign_in(product.account("novakova.jana"), portal)).status == 200
    taken = 0
    while taken < MUCH:
        taken += len((await jana.get(portal)).text)
    await product.visitor(TOKYO, jar=jana.jar).get(product.application(MAP))


async def is_refused_again_and_again(product: Product) -> None:
    jiri = product.visitor(PRAGUE)
    await jiri.sign_in(product.account("benes.jiri"), product.addresses.portal)
    for _ in range(5):
        assert (await jiri.get(product.application(MAP))).status == 403


async def is_in_an_emergency(product: Product) -> None:
    vera, requests = product.visitor(PRAGUE), product.addresses.origin("requests")
    await vera.sign_in(product.account("pospisilova.vera"), requests)
    fields = {"application": "budget", "why": "hoří nám celá radnice"}
    assert (await vera.post(f"{requests}/emergency", fields, follow=False)).status == 303


async def tries_the_envelope(product: Product) -> None:
    browser = product.visitor(GUESSER)
    page = await browser.get(f"{product.addresses.issuer}/recovery")
    await browser.fill(page, secret="A" * 30, code="000000")


async def test_what_people_do_raises_the_alerts_that_are_delivered_for_it(product: Product) -> None:
    for act in (
        guesses,
        travels_and_takes_much,
        is_refused_again_and_again,
        is_in_an_emergency,
        tries_the_envelope,
    ):
        await act(product)
    wanted = {
        "failed_sign_ins": "dvorak.petr",
        "failed_sign_ins_of_address": GUESSER,
        "impossible_travel": "novakova.jana",
        "new_country": "novakova.jana",
        "mass_download": "novakova.jana",
        "refusals_after_hours": "benes.jiri",
        "emergency_access": "pospisilova.vera",
        "recovery_administrator": EVERYTHING,
    }
    async with asyncio.timeout(PATIENCE):
        told = await raised(product)
        while not all(of in told[rule] for rule, of in wanted.items()):
            await asyncio.sleep(0.2)
            told = await raised(product)
    assert "log_damaged" not in told, "nothing of that harms the log"
