"""What it costs to ask a directory whether anything changed, and how soon a change is seen in decisions.

Asking is measured against a real slapd with 100,000 people: the question over a connection that is open, and the
answer noted in a real replica of all of them. Its baseline is one bare search over such a connection. A change is made
in the office directory of a whole running product (an account is closed), which hears of it through its persistent
search; seen is it when the person's next request is sent to the sign-in.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import ldap
from yarl import URL

from gateway.demo import ldif
from gateway.demo.world import Account
from tests.bench.figure import figure
from tests.rig.large_directory import PEOPLE_COUNT, large_directory
from tests.rig.product import Product, product
from tests.rig.slapd import BASE
from tests.rig.synced import Synced, synced

ASKED = 50
CHANGES = 5
NOCHANGE_BAR, VISIBLE_BAR = 100.0, 2.0  # ms, s
POLL = 0.005  # seconds


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; half a minute once the data are there."""
    nochange, bare = _nochange()
    visible = asyncio.run(_visible())
    one = f"{bare:.2f} ms for one bare search, {PEOPLE_COUNT} people"
    slowest = f"slowest of {len(visible)} (median {statistics.median(visible):.2f})"
    return {
        "nochange_ms": figure(nochange, "ms", one, NOCHANGE_BAR),
        "visible_s": figure(
            max(visible), f"s, {slowest}", "0: nobody is told sooner than at once", VISIBLE_BAR
        ),
    }


def _nochange() -> tuple[float, float]:
    """Median milliseconds of a question, and of a bare search."""
    with tempfile.TemporaryDirectory() as name, large_directory(Path(name)) as directory:
        settings = directory.settings()
        with synced(Path(name) / "replica", settings) as office:
            assert office.full() is None
            office.delta()
            asked, bare = [], []
            for _ in range(ASKED):
                began = time.perf_counter()
                office.delta()
                asked.append(time.perf_counter() - began)
                began = time.perf_counter()
                _search(office)
                bare.append(time.perf_counter() - began)
    return statistics.median(asked) * 1000, statistics.median(bare) * 1000


def _search(office: Synced) -> None:
    office.pool.run_here(lambda line: line.raw.search_ext_s(BASE, ldap.SCOPE_BASE, attrlist=["contextCSN"]))


async def _visible() -> list[float]:
    with tempfile.TemporaryDirectory() as name:
        async with product(Path(name)) as running:
            people = [one for one in running.world.accounts if one.totp_secret and not one.disabled]
            return [await _one(running, account) for account in people[:CHANGES]]


async def _one(running: Product, account: Account) -> float:
    """Seconds from the change until the person's next request is refused."""
    visitor = running.visitor()
    page = await visitor.sign_in(account, running.addresses.portal)
    assert page.status == 200, page.title
    with running.as_root() as root:
        closed = [(ldap.MOD_ADD, "pwdAccountLockedTime", [b"000001010000Z"])]
        root.modify_s(ldif.person_dn(account.login), closed)
    began = time.monotonic()
    while (answer := await visitor.get(running.addresses.portal, follow=False)).status == 200:
        await asyncio.sleep(POLL)
    assert answer.status in (302, 303), answer.status
    assert answer.location.host == URL(running.addresses.issuer).host, answer.location
    seconds = time.monotonic() - began
    await visitor.close()
    return seconds
