"""An installation of one machine that has run on its file, was killed at work, moved to PostgreSQL, and runs again.

What people had before the move is kept here: their browsers, a program's secret, a proof of inclusion.
"""

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field

from sqlalchemy import select

from gateway.audit import checkpoint_file
from gateway.audit.canonical import parse
from gateway.audit.checkpoint import Checkpoint, unseal
from gateway.commands import lock
from gateway.commands.state import State
from gateway.demo.configuration import MAP
from gateway.demo.world import Account
from gateway.storage.audit_evidence import rows
from gateway.storage.database import Database
from gateway.storage.place import file_of
from gateway.storage.tables.audit import audit_entry
from tests.rig import warm
from tests.rig.attacked import Ground
from tests.rig.inclusion import path_to
from tests.rig.neighbours import Neighbour
from tests.rig.product import Product
from tests.rig.programs import Papers, Programs
from tests.rig.visitor import Visitor

DIES_WITHIN = 15.0
WRITTEN_WITHIN = 10.0
OTHER = "dvorak.petr"
"""Who signs out before the move."""


@dataclass(frozen=True)
class Proof:
    """That an entry stands at `number`, as somebody outside keeps it, with the checkpoint it speaks of."""

    number: int
    leaf: bytes
    path: list[bytes]
    checkpoint: Checkpoint


@dataclass
class Before:
    jana: Visitor
    gone: Visitor
    """With cookies of a session that was ended."""
    secret: str
    in_spool: list[str] = field(default_factory=list)
    """Requests that no control plane had recorded when all of it was killed."""
    proof: Proof | None = None


def jana(product: Product) -> Account:
    return product.account("novakova.jana")


@contextlib.asynccontextmanager
async def serving(product: Product, papers: Papers, upstream: Neighbour) -> AsyncIterator[Programs]:
    await product.start()
    with product.state() as state:
        ground = Ground(product, upstream, (0, 0), state)
        yield Programs(ground, papers.authority, papers.revoked, papers.key)


async def used(product: Product, papers: Papers, upstream: Neighbour) -> Before:
    """People and a program at work, and the end: everything is killed while requests are in the spool alone."""
    async with serving(product, papers, upstream) as programs:
        address = product.application(MAP)
        here, gone = product.visitor(), product.visitor()
        assert (await here.sign_in(jana(product), address)).status == 200
        assert (await gone.sign_in(product.account(OTHER), address)).status == 200
        had = gone.cookies(address)
        assert (await gone.post(f"{address}.brana/sign-out", {}, follow=False)).status == 200
        gone.keep(address, had)
        secret, _ = await programs.secret()
        assert (await programs.token(secret=secret)).status == 200
        made = Before(here, gone, secret)
        await _killed_at_work(product, made, address)
    await product.stop()
    made.proof = _proof(product)
    return made


async def _killed_at_work(product: Product, made: Before, address: str) -> None:
    state = product.settings.state.directory
    async with asyncio.timeout(WRITTEN_WITHIN):
        while checkpoint_file.last(state / checkpoint_file.NAME) is None:
            await asyncio.sleep(0.02)
    spool = state / "spool" / "current.log"
    product.control_plane().suspend()
    had = spool.stat().st_size
    for _ in range(3):
        shown = await made.jana.get(address, follow=False)
        assert shown.status == 200  # her grant is fresh
        made.in_spool.append(shown.request_id)
    async with asyncio.timeout(WRITTEN_WITHIN):
        while spool.stat().st_size == had:
            await asyncio.sleep(0.02)
    supervisor = product.supervisor()
    for one in (supervisor, *supervisor.children()):
        one.kill()
    async with asyncio.timeout(DIES_WITHIN):
        while supervisor.is_running() or lock.is_taken(product.settings.state.directory):
            await asyncio.sleep(0.02)


def _proof(product: Product) -> Proof:
    """By the newest checkpoint of `checkpoints.log`."""
    with product.state() as state:
        leaves = [row.leaf for row in state.database.read_now(lambda connection: list(rows(connection)))]
        keys = state.log_keys()
    written = checkpoint_file.last(product.settings.state.directory / checkpoint_file.NAME)
    assert written is not None
    checkpoint = unseal(written.note, keys)
    number = checkpoint.size // 2
    return Proof(number, leaves[number], path_to(number, leaves[: checkpoint.size]), checkpoint)


async def brana(product: Product, *arguments: str) -> tuple[int, str, str]:
    """Exit code, what was said, and what was said as an error."""
    words = [*arguments, "--config", str(product.configuration)]
    done = await asyncio.to_thread(warm.brana, words, os.environ)
    return done.returncode, done.stdout, done.stderr


async def recorded(state: State, wanted: list[str], within: float = 20.0) -> Counter[str]:
    """How often each of these requests stands in the log, once all do."""
    query = select(audit_entry.c.canonical).where(audit_entry.c.request_id.in_(wanted))
    async with asyncio.timeout(within):
        while True:
            rows = await state.database.read(lambda connection: connection.execute(query).scalars().all())
            found = Counter(parse(row).entry.request_id for row in rows)
            if set(found) == set(wanted):
                return found
            await asyncio.sleep(0.1)


def in_file(product: Product, wanted: list[str]) -> int:
    """How many of these requests the file had when it was put aside, or has."""
    file = file_of(product.settings.state)
    query = select(audit_entry.c.sequence).where(audit_entry.c.request_id.in_(wanted))
    with closing(Database(file)) as database:
        return len(database.read_now(lambda connection: connection.execute(query).all()))
