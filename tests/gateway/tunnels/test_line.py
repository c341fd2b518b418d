"""What the control plane says over the line after what failed, and while all of it is being said.

The other end stands in for the process here, as it has to fail when it is told to; the real one: `test_process.py`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import msgspec
import pytest

from gateway.tunnels import line as lines
from gateway.tunnels.keys import TunnelKey
from gateway.tunnels.line import Line, TunnelAway
from gateway.tunnels.permits import Admitted
from gateway.tunnels.words import Admit, Apply, Ask, Done, Failed, Revoke, Said, Standing
from tests.gateway.tunnels.drawn import KEYS

pytestmark = pytest.mark.real
UNTIL = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def device(number: int, *, awake: bool = True) -> Admitted:
    return Admitted(
        KEYS[number], frozenset({ip_address(f"10.90.0.{number + 2}")}), UNTIL if awake else None, {}
    )


class Process:
    """`fails`: how many of the next acts."""

    def __init__(self) -> None:
        self.holds: dict[str, bool] = {}
        self.said: list[str] = []
        self.fails = 0

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            answer = self.answer(msgspec.json.decode(line, type=Said))
            if answer is not None:
                writer.write(msgspec.json.encode(answer) + b"\n")
        writer.close()

    def answer(self, said: Said) -> Done | Failed | Standing | None:
        match said:
            case Ask(number):
                return Standing(number=number, key=KEYS[0], port=51820, kernel=False, peers=[])
            case Apply(number) | Admit(number) | Revoke(number):
                self.said.append(type(said).__name__)
                if self.fails:
                    self.fails -= 1
                    return Failed(number, "it failed")
                self.do(said)
                return Done(number)
        return None

    def do(self, said: Apply | Admit | Revoke) -> None:
        match said:
            case Apply(_, devices):
                self.holds = {one.key: one.until is not None for one in devices}
            case Admit(_, one):
                self.holds[one.key] = one.until is not None
            case Revoke(_, key):
                self.holds.pop(key, None)


@pytest.fixture
def process() -> Process:
    return Process()


@pytest.fixture
async def line(process: Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    async def nothing(*_: object) -> list[object]:
        return []

    monkeypatch.setattr(lines, "PAUSE", 0.01)
    server = await asyncio.start_unix_server(process.converse, tmp_path / "s", limit=2**20)
    made = Line(tmp_path / "s", nothing, nothing, lambda _: None)  # type: ignore[arg-type]
    keeping = asyncio.create_task(made.keep([device(0), device(1)]))
    await until(lambda: made.gateway_key is not None)
    process.said.clear()
    yield made
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.05)  # the other end sees that


async def until(holds) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.005)


def wanted(*numbers: int) -> dict[TunnelKey, bool]:
    return {KEYS[number]: True for number in numbers}


async def test_what_failed_is_said_again_and_not_all_that_there_is(line: Line, process: Process) -> None:
    process.fails = 1
    with pytest.raises(TunnelAway, match="it failed"):
        await line.admit(device(2))
    await until(lambda: process.holds == wanted(0, 1, 2))
    assert process.said == ["Admit", "Admit"]
    process.fails = 1
    with pytest.raises(TunnelAway):
        await line.revoke(KEYS[2])
    await until(lambda: process.holds == wanted(0, 1))
    assert process.said[2:] == ["Revoke", "Revoke"]


async def test_where_that_fails_too_all_of_it_is_said_until_it_holds(line: Line, process: Process) -> None:
    process.fails = 4
    with pytest.raises(TunnelAway):
        await line.admit(device(2))
    await until(lambda: process.holds == wanted(0, 1, 2))
    assert process.said == ["Admit", "Admit", "Apply", "Apply", "Apply"]


async def test_what_is_said_while_all_of_it_is_being_made_is_not_undone(
    line: Line, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    making, go_on = asyncio.Event(), asyncio.Event()
    in_thread = asyncio.to_thread

    async def slowly(work, *given):
        made = await in_thread(work, *given)
        making.set()
        await go_on.wait()
        return made

    monkeypatch.setattr(asyncio, "to_thread", slowly)
    applying = asyncio.create_task(line.apply([device(0), device(1)]))
    await making.wait()
    await line.revoke(KEYS[0])
    await line.admit(device(1, awake=False))
    await line.admit(device(2))
    go_on.set()
    await applying
    assert process.said == ["Revoke", "Admit", "Admit", "Apply"]
    assert process.holds == {KEYS[1]: False, KEYS[2]: True}


async def test_the_line_of_all_is_the_word_that_the_process_reads(line: Line, process: Process) -> None:
    with contextlib.suppress(TunnelAway):
        await line.apply([])
    assert process.holds == {}
    await line.apply([device(3), device(2, awake=False)])
    assert process.holds == {KEYS[3]: True, KEYS[2]: False}
