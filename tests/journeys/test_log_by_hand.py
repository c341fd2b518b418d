"""Somebody who can write to the database, and has no key, works on the log of a product that runs."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from gateway.audit.checkpoint_file import NAME
from gateway.audit.entry import Code
from gateway.storage.place import file_of
from tests.gateway.audit.making import until
from tests.rig.product import Product, installed

pytestmark = pytest.mark.real
BUSY = 60  # seconds, for a machine that does much else
OF_TAMPERING = (
    *(Code.LOG_CHECKPOINT_ALTERED, Code.LOG_END_ALTERED, Code.LOG_ROLLED_BACK, Code.LOG_SCHEMA_ALTERED),
    *(Code.LOG_PLACE_MOVED, Code.LOG_GAP),
)


def run(product: Product, statement: str) -> list[tuple[object, ...]]:
    with closing(
        sqlite3.connect(file_of(product.settings.state), isolation_level=None, timeout=10)
    ) as database:
        return list(database.execute(statement))


def told(product: Product) -> list[str]:
    found = [str(code) for (code,) in run(product, "SELECT code FROM audit_entry ORDER BY sequence")]
    return [code for code in found if code in OF_TAMPERING]


async def test_what_is_done_by_hand_to_a_running_log_is_told_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with installed(tmp_path_factory.mktemp("l")) as product:  # paths of sockets are short
        await product.start()
        notes = product.settings.state.directory / NAME
        visitor = product.visitor("127.0.0.7")
        await visitor.get(product.addresses.portal, follow=False)
        await asyncio.sleep(3)
        assert told(product) == [], "a product that nobody touches has no such thing to tell"
        run(product, f"INSERT INTO audit_checkpoint (size, root, at, note) VALUES ({2**62}, x'00', 1, '')")
        await visitor.get(product.addresses.portal, follow=False)
        await until(lambda: told(product) == [Code.LOG_CHECKPOINT_ALTERED], BUSY)
        before = notes.stat().st_size
        await visitor.get(product.addresses.portal, follow=False)
        await until(lambda: notes.stat().st_size > before, BUSY)
        with closing(
            sqlite3.connect(file_of(product.settings.state), isolation_level=None, timeout=10)
        ) as database:
            database.execute("BEGIN IMMEDIATE")
            tail = database.execute("SELECT * FROM audit_tail").fetchone()
            database.execute("COMMIT")
            await visitor.get(product.addresses.portal, follow=False)
            await until(lambda: run(product, "SELECT size FROM audit_tail") != [(tail[1],)], BUSY)
            database.execute("BEGIN IMMEDIATE")
            database.execute(f"DELETE FROM audit_entry WHERE sequence >= {tail[1]}")
            database.execute("DELETE FROM audit_tail")
            database.execute(f"INSERT INTO audit_tail VALUES ({', '.join('?' * len(tail))})", tail)
            database.execute("COMMIT")
        await until(lambda: Code.LOG_ROLLED_BACK in told(product), BUSY)
        stood = set(run(product, "SELECT id FROM alert_standing"))
        assert stood, "a false checkpoint raises one"
        run(product, "DELETE FROM alert_standing")
        await until(lambda: stood <= set(run(product, "SELECT id FROM alert_standing")), BUSY)
