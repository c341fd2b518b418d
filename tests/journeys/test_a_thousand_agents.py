"""A thousand agents report at one gateway over a line that loses, doubles and reorders what they say.

Each tells a version of its system that no other one has, and begins with a nonce and key of its own.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
import pytest_asyncio

from agents.protocol.facts import Fact, FactName
from config.vocabulary import DeviceId
from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.commands.state import State, now
from gateway.devices.device import Device
from gateway.storage.audit_search import LogSearch
from tests.gateway.devices.agent import IN_ORDER, Agent
from tests.rig.many_devices import Line, Reporting, line_to, put
from tests.rig.product import Product, installed

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
AGENTS = 1_000
DEVICES = "\n[devices]\nenabled = true\n"
BEFORE = 1_000  # the least version
SEED = 41  # the same line each time


TAKEN, REFUSED = "taken", "report_nonce_not_good"
FATES = {
    "arrives": {TAKEN: 2},
    "doubled": {TAKEN: 2, REFUSED: 1},
    "lost": {TAKEN: 1},
    "answer lost": {TAKEN: 2, REFUSED: 1},
    "reordered": {TAKEN: 2, REFUSED: 1},
}
"""What may become of a report on the line, and what its agent is answered by the time that the next one is taken."""
SPREAD = 2.0  # seconds within which all begin


@dataclass
class Heard:
    """By an agent: how often each answer came, a refusal by its reason."""

    of: Reporting
    fate: str
    """Of its first report."""
    answers: Counter[str] = field(default_factory=Counter)
    last: int = 0
    """Number of the latest that was taken."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Product, list[Reporting]]]:
    async with installed(tmp_path_factory.mktemp("a"), configured=lambda text: text + DEVICES) as product:
        with product.state() as state:
            agents = list(await put(state, AGENTS))
        await product.start()
        yield product, agents


def facts_of(one: Reporting) -> dict[FactName, Fact]:
    return IN_ORDER | {FactName.OS_VERSION: Fact(BEFORE + one.number, "os-release: VERSION_ID")}


async def say(line: Line, heard: Heard, token: str, number: int) -> str | None:
    """The nonce of its next message, where it was told one."""
    status, said = await line.say(token)
    heard.answers[TAKEN if status == 200 else said["reason"]] += 1
    if status == 200:
        heard.last = max(heard.last, number)
    return said["nonce"]


async def lives(line: Line, heard: Heard, late: float) -> None:
    """Its first report meets its fate, the next arrives. `late`: in seconds."""
    one = heard.of
    await asyncio.sleep(late)
    token = one.token(facts_of(one))
    match heard.fate:
        case "doubled":
            told = await asyncio.gather(*(say(line, heard, token, one.said) for _ in range(2)))
            one.nonce = next(nonce for nonce in told if nonce)
        case "lost":
            pass
        case "answer lost":
            await say(line, heard, token, one.said)  # and the agent goes on with the nonce of before
        case "reordered":
            later = one.token(facts_of(one))
            one.nonce = await say(line, heard, later, one.said) or one.nonce
            await say(line, heard, token, one.said - 1)
        case _:
            one.nonce = await say(line, heard, token, one.said) or one.nonce
    for _ in range(2):  # as an agent does: what was refused with the nonce of now is signed once more
        before = heard.last
        one.nonce = await say(line, heard, one.token(facts_of(one)), one.said) or one.nonce
        if heard.last > before:
            return
    raise AssertionError(f"{one.id} is not heard: {heard.answers}")


async def test_each_report_of_a_thousand_agents_is_taken_once_and_from_nobody_else(
    running: tuple[Product, list[Reporting]],
) -> None:
    product, agents = running
    fate = random.Random(SEED)
    heard = {one.id: Heard(one, fate.choice(list(FATES))) for one in agents}
    async with line_to(product) as line:
        await asyncio.gather(*(lives(line, one, fate.random() * SPREAD) for one in heard.values()))
        with product.state() as state:
            kept = await by_now(state)
            assert kept.keys() == heard.keys()
            for name, one in heard.items():
                device = kept[name]
                assert (device.sequence, device.nonce) == (one.last, one.of.nonce)
                assert device.facts == facts_of(one.of), name
                assert (
                    device.generation == 2
                )  # its facts were other than before once, however often it said so
                assert one.answers == FATES[one.fate], (one.fate, one.answers)
            await each_is_recorded_once(state, {one.id: one for one in agents})
        await nobody_speaks_for_another(line, agents)
    with product.state() as state:
        assert await by_now(state) == kept


async def by_now(state: State) -> dict[DeviceId, Device]:
    return {one.id: one for one in await state.devices.since(0)}


async def each_is_recorded_once(state: State, agents: Mapping[str, Reporting]) -> None:
    """That a device reports otherwise, in the words of its own report."""
    search = LogSearch(state.database)
    query = Query(codes=frozenset({Code.DEVICE_REPORTED_OTHERWISE}))
    page = await search.page(query, limit=AGENTS)
    told = [one.entry.details for one in page.entries]
    assert (len(told), page.following) == (AGENTS, None)
    for details in told:
        one = agents[str(details["device"])]
        assert f"→ {BEFORE + one.number}" in str(details["differs"])
    assert len({details["device"] for details in told}) == AGENTS


async def nobody_speaks_for_another(line: Line, agents: list[Reporting]) -> None:
    """With the nonce and number of another one, for itself or for that one."""
    for one, other in list(pairwise(agents))[:50]:
        own, theirs = one.agent, Agent(key=one.agent.key, device=other.id)
        for agent, reason in ((own, REFUSED), (theirs, "report_not_signed")):
            token = agent.report(other.nonce, other.said + 1, facts=facts_of(one), at=now(), tunnel_key=None)
            status, said = await line.say(token)
            assert (status == 200, said["reason"]) == (False, reason), said
