"""What ends at a moment that was known before: how long after it the first refusal comes.

`session_ms`: a session ends as the provider said (so with the exception that opened it, and with the longest time);
`account_ms`: the directory says that an account ends. Nobody acts then. The time runs to the arrival of the first
refusal of somebody who had a grant; there are too few samples for a percentile, so the slowest counts. The baseline is
an answer that the grant gives.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ldap

from gateway.commands.state import State
from gateway.demo import ldif
from gateway.demo.configuration import MAP
from gateway.demo.world import Account
from tests.bench.figure import fresh_answer, slowest
from tests.rig.polling import application_that_answers, polling
from tests.rig.product import Product, installed
from tests.rig.signed_in import everybody, reader_of_records, sign_in

SESSIONS, ACCOUNTS = 100, 15
APART, FIRST = timedelta(milliseconds=110), timedelta(seconds=6)  # each at another part of a second
BAR = 100.0  # ms


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; less than a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    district = everybody()
    with tempfile.TemporaryDirectory() as name:
        async with (
            application_that_answers() as upstream,
            installed(Path(name), district, upstream) as product,
        ):
            people = [one for one in district if reader_of_records(one) is not None]
            await product.start()
            with product.state() as state:
                sessions, fresh = await _sessions(product, state, people[0])
                accounts = await _accounts(product, state, people[1 : 1 + ACCOUNTS])
    baseline = fresh_answer(fresh)
    return {
        "session_ms": slowest(sessions, baseline, BAR),
        "account_ms": slowest(accounts, baseline, BAR),
    }


async def _sessions(product: Product, state: State, account: Account) -> tuple[list[float], list[float]]:
    """Seconds from the end of each to its first refusal; and those of fresh answers."""
    where, host = reader_of_records(account), product.host(MAP)
    assert where is not None
    begin = datetime.now(UTC) + FIRST
    ends = [begin + number * APART for number in range(SESSIONS)]
    people = await sign_in(state, [(account, where)] * SESSIONS, lambda _: host, ends)
    took = []
    async with AsyncExitStack() as stack:
        polls = [await stack.enter_async_context(polling(product, host, one.cookie)) for one in people]
        fresh = [await one.begin() for one in polls]
        assert datetime.now(UTC) < begin, "the first ended while grants were given"
        for one, end in zip(polls, ends, strict=True):
            took.append(await one.until_out() - end.timestamp())
            assert took[-1] >= 0
    return took, fresh


async def _accounts(product: Product, state: State, accounts: Sequence[Account]) -> list[float]:
    """The same of accounts, one every second."""
    first, host = int(time.time()) + FIRST.total_seconds(), product.host(MAP)
    took = []
    async with AsyncExitStack() as stack:
        polls = []
        for number, account in enumerate(accounts):
            where = reader_of_records(account)
            assert where is not None
            (somebody,) = await sign_in(state, [(account, where)], lambda _: host)
            polls.append(await stack.enter_async_context(polling(product, host, somebody.cookie)))
            await polls[-1].begin()
            ends = f"{datetime.fromtimestamp(first + number, UTC):%Y%m%d%H%M%SZ}".encode()
            with product.as_root() as root:
                root.modify_s(ldif.person_dn(account.login), [(ldap.MOD_REPLACE, "pwdEndTime", [ends])])
        assert time.time() < first, "the first ended while grants were given"
        for number, one in enumerate(polls):
            took.append(await one.until_out() - (first + number))
            assert took[-1] >= 0
    return took
