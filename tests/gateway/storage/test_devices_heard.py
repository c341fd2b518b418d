"""Reports that change nothing, in the real database: kept together, and never over what happened meanwhile."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from agents.protocol.messages import Standing
from config.vocabulary import DeviceId
from gateway.audit.entry import Code
from gateway.devices.reporting import NotTaken
from gateway.storage.database import Database
from tests.gateway.storage.devices import MINUTE, NOW, OPERATOR, ORIGIN, devices
from tests.gateway.storage.test_devices import WORSE, codes, refused_report


@contextmanager
def counted(database: Database) -> Iterator[list[object]]:
    """What is handed to the writer meanwhile."""
    found, to_writer = list[object](), database._writer.write_soon
    database._writer.write_soon = lambda work: (found.append(work), to_writer(work))[1]
    try:
        yield found
    finally:
        database._writer.write_soon = to_writer


async def test_reports_that_change_nothing_are_kept_together_and_leave_no_entry(database, recorded):
    at = devices(database, recorded)
    many = [await at.enrolled(tunnel_key=None) for _ in range(3)]
    told = [await at.reported(agent, done.nonce, tunnel_key=None) for agent, done in many]
    before, entries = await at.store.since(0), list(recorded)
    later = NOW + 5 * MINUTE
    tokens = [
        agent.report(one.nonce, 9, at=later, tunnel_key=None)
        for (agent, _), one in zip(many, told, strict=True)
    ]
    with counted(database) as writes:
        answers = await asyncio.gather(*(at.reception.report(token, ORIGIN, later) for token in tokens))
    assert len(writes) == 1
    assert list(recorded) == entries
    kept = await at.store.since(max(one.version for one in before))
    assert [at.known.by_id(one.id) for one in kept] == kept
    assert len({one.version for one in kept}) == 3
    assert {one.reported_at for one in kept} == {later}
    assert {one.nonce for one in kept} == {one.nonce for one in answers}
    were = {one.id: one for one in before}
    assert [replace(one, nonce="", sequence=0, reported_at=None, version=0) for one in kept] == [
        replace(were[one.id], nonce="", sequence=0, reported_at=None, version=0) for one in kept
    ]


async def test_a_report_undoes_nothing_that_happened_while_it_waited(database, recorded):
    at = devices(database, recorded)
    agent, done = await at.enrolled()
    first = await at.reported(agent, done.nonce)
    name, elsewhere = DeviceId(agent.device), devices(database, recorded)
    waiting = asyncio.ensure_future(at.reported(agent, first.nonce))
    await asyncio.sleep(0.01)
    await elsewhere.office.block(name, "lost and found", OPERATOR, NOW)
    assert (await waiting).standing is Standing.BLOCKED
    kept = await at.store.device(name)
    assert (kept.standing, kept.nonce) == (Standing.BLOCKED, (await waiting).nonce)
    assert at.of(agent) == kept
    waiting = asyncio.ensure_future(at.reported(agent, kept.nonce))
    await asyncio.sleep(0.01)
    await elsewhere.office.lose(name, "", OPERATOR, NOW)
    await refused_report("device_gone", waiting)
    assert codes(recorded)[-2:] == [Code.DEVICE_LOST, Code.DEVICE_REPORT_REFUSED]


async def test_of_two_copies_of_a_report_that_come_together_one_is_taken(database, recorded):
    at = devices(database, recorded)
    agent, done = await at.enrolled()
    first = await at.reported(agent, done.nonce)
    token = agent.report(first.nonce, 9, at=NOW)
    both = await asyncio.gather(
        *(at.reception.report(token, ORIGIN, NOW) for _ in range(2)), return_exceptions=True
    )
    refused = next(one for one in both if isinstance(one, NotTaken))
    taken = next(one for one in both if not isinstance(one, NotTaken))
    assert refused.refusal == "report_nonce_not_good"
    assert taken.nonce == refused.nonce == (await at.store.device(DeviceId(agent.device))).nonce
    assert codes(recorded)[-1] == Code.DEVICE_REPORT_REFUSED


async def test_what_worsens_waits_for_no_other_report(database, recorded):
    at = devices(database, recorded)
    one, done = await at.enrolled(tunnel_key=None)
    first = await at.reported(one, done.nonce, tunnel_key=None)
    other, done = await at.enrolled(tunnel_key=None)
    second = await at.reported(other, done.nonce, tunnel_key=None)
    waiting = asyncio.ensure_future(at.reported(one, first.nonce, tunnel_key=None))
    await asyncio.sleep(0.01)
    await at.reported(other, second.nonce, facts=WORSE, tunnel_key=None)
    assert not waiting.done()
    assert at.of(other).facts == WORSE
    await waiting
