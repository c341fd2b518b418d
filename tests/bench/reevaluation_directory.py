"""From a change in the office directory to re-evaluation, once it has been taken in.

How soon it is taken in, `directory_delta` measures. Here the time runs from the moment at which the replica's change
can be read in the database (looked at every few milliseconds) to the arrival of the first answer that the grant of
before did not give by itself: somebody is disabled, or loses a role. Two thousand other sessions are open, and looked
through every few seconds. The baseline is an answer that the grant does give.
"""

import asyncio
import itertools
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ldap

from config.vocabulary import MunicipalityCode
from gateway.commands.state import State
from gateway.demo import ldif
from gateway.demo.configuration import RECORDS
from gateway.demo.world import DIRECTORY, Account
from gateway.storage.directory_reading import StoredReading
from idp.directory.subject import identity_of
from idp.directory.sync.replica import Known
from tests.bench.figure import fresh_answer, p99
from tests.rig.polling import application_that_answers, polling
from tests.rig.product import Product, installed
from tests.rig.signed_in import everybody, reader_of_records, sign_in

SAMPLES = 200  # of each, so that the 99th percentile is the second worst
OTHERS = 2_000  # sessions that are open besides, and looked through at each confirmation
CONFIRMED_EVERY = 3  # seconds; usually it is a minute, and they are more
BAR = 100.0  # ms
PATIENCE = 20.0  # seconds
LOOK = 0.004  # seconds
Change = Callable[[Any, str], None]


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; most of a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    district = everybody()
    readers = [(one, where) for one in district if (where := reader_of_records(one)) is not None]
    assert len(readers) > SAMPLES
    with tempfile.TemporaryDirectory() as name:
        async with (
            application_that_answers() as upstream,
            installed(Path(name), district, upstream, _often) as product,
        ):
            await product.start()
            with product.state() as state:
                open_besides = list(itertools.islice(itertools.cycle(readers[SAMPLES:]), OTHERS))
                await sign_in(state, open_besides, lambda where: product.host(RECORDS, where))
                disabled, lost = [], []
                for account, where in readers[:SAMPLES]:
                    disabled.append(await _one(product, state, account, where, _disable))
                    await _enabled(product, state, account)
                    lost.append(await _one(product, state, account, where, _take_a_role))
    return {
        name: p99([change for change, _ in each], fresh_answer([fresh for _, fresh in each]), BAR)
        for name, each in (("disabled_p99_ms", disabled), ("role_lost_p99_ms", lost))
    }


def _often(text: str) -> str:
    assert 'refresh = "10 s"' in text
    return text.replace('refresh = "10 s"', f'refresh = "{CONFIRMED_EVERY} s"')


async def _enabled(product: Product, state: State, account: Account) -> None:
    before = await _known(state, account)
    with product.as_root() as root:
        root.modify_s(ldif.person_dn(account.login), [(ldap.MOD_DELETE, "pwdAccountLockedTime", None)])
    await _changed(state, account, before)


async def _one(
    product: Product, state: State, account: Account, where: MunicipalityCode, change: Change
) -> tuple[float, float]:
    """Seconds, and those of one fresh answer before."""
    host = product.host(RECORDS, where)
    (somebody,) = await sign_in(state, [(account, where)], lambda _: host)
    async with polling(product, host, somebody.cookie) as polls:
        fresh = await polls.begin()
        before = await _known(state, account)
        taken_in = asyncio.create_task(_changed(state, account, before))
        anew = asyncio.create_task(polls.until_anew())
        with product.as_root() as root:
            change(root, ldif.person_dn(account.login))
        return await anew - await taken_in, fresh


async def _known(state: State, account: Account) -> Known:
    identity = identity_of(account.subject)
    return (await StoredReading(state.database).people(DIRECTORY, {identity}))[identity]


async def _changed(state: State, account: Account, before: Known) -> float:
    """When it could be read."""
    until = time.time() + PATIENCE
    while await _known(state, account) == before:
        assert time.time() < until
        await asyncio.sleep(LOOK)
    return time.time()


def _disable(root: Any, dn: str) -> None:
    root.modify_s(dn, [(ldap.MOD_ADD, "pwdAccountLockedTime", [b"000001010000Z"])])


def _take_a_role(root: Any, dn: str) -> None:
    """A group has to have somebody; the reader has no role by it."""
    (group, held), *_ = root.search_s(ldif.GROUPS, ldap.SCOPE_SUBTREE, f"(member={dn})", ["member"])
    others = [one for one in held["member"] if one != dn.encode()] or [ldif.READER.encode()]
    root.modify_s(group, [(ldap.MOD_REPLACE, "member", others)])
