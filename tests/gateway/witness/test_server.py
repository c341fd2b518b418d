"""The port of a real witness, in this process, spoken to by sockets."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.audit.cosignature import Cosigner, cosignature_in
from gateway.audit.submission import MOST_BYTES
from gateway.witness import kept, server
from gateway.witness.kept import Kept
from gateway.witness.server import Witness, listening
from tests.gateway.audit.making import NOON, SIGNER
from tests.gateway.witness.growing import Growing

pytestmark = pytest.mark.real


@dataclass
class Port:
    number: int
    folder: Path
    cosigner: Cosigner

    async def say(self, sent: bytes) -> str:
        """All that is answered until the witness closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.number)
        with closing(writer):
            writer.write(sent)
            async with asyncio.timeout(5):
                try:
                    return (await reader.read()).decode()
                except ConnectionResetError:
                    return ""

    async def submit(self, text: str | bytes, *headers: str) -> str:
        data = text.encode() if isinstance(text, str) else text
        lines = ("POST /add-checkpoint HTTP/1.1", "Host: w", "Connection: close", *headers)
        return await self.say("\r\n".join([*lines, f"Content-Length: {len(data)}", "", ""]).encode() + data)


@pytest.fixture
async def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Port]:
    monkeypatch.setattr(server, "PATIENCE", 0.2)
    monkeypatch.setattr(server, "IDLE", 0.2)
    folder = tmp_path / "witness"
    cosigner = kept.found(folder, "witness.example")
    with closing(Kept(folder)) as store:
        made = Witness(cosigner, [SIGNER.verifier], store, lambda: NOON)
        async with listening(made.application(), "127.0.0.1", 0, None) as number:
            yield Port(number, folder, cosigner)


def status(answer: str) -> int:
    return int(answer.split(" ", 2)[1]) if answer else 0


async def test_what_grew_is_cosigned_kept_and_written_down(port: Port) -> None:
    log = Growing().grow(3)
    answer = await port.submit(log.submission(0))
    line = answer.partition("\r\n\r\n")[2]
    text = log.note().rpartition("\n\n")[0] + "\n"
    assert cosignature_in(line, text, port.cosigner.key).at == int(NOON.timestamp())
    assert kept.trees_of(port.folder)[SIGNER.name].size == 3
    assert (port.folder / "cosigned-2026-05.log").read_text() == log.note() + line
    assert status(await port.submit(log.grow(4).submission(3))) == 200


async def test_a_replay_hears_the_size_that_was_cosigned_last(port: Port) -> None:
    log = Growing().grow(3)
    first = log.submission(0)
    assert [status(await port.submit(one)) for one in (first, log.grow(4).submission(3), first)] == [
        200,
        200,
        409,
    ]
    answer = await port.submit(first)
    assert answer.endswith("\r\n\r\n7\n")
    assert "Content-Type: text/x.tlog.size\r\n" in answer


async def test_of_two_submissions_at_once_one_is_cosigned(port: Port) -> None:
    log = Growing().grow(3)
    await port.submit(log.submission(0))
    log.grow(9)
    answers = await asyncio.gather(*(port.submit(log.submission(3, size)) for size in range(4, 12)))
    assert sorted(map(status, answers)) == [200] + [409] * 7


async def test_what_is_huge_slow_packed_or_no_text_is_refused(port: Port) -> None:
    assert status(await port.submit(b"x" * (MOST_BYTES + 1))) == 413
    assert status(await port.submit(b"\xff\xfe")) == 400
    packed = gzip.compress(Growing().grow(1).submission(0).encode())
    assert status(await port.submit(packed, "Content-Encoding: gzip")) == 400
    slow = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 50\r\n\r\nold 0"
    assert status(await port.say(slow)) == 408
    assert await port.say(b"POST /add-check") == ""
    assert (
        status(await port.say(b"GET /add-checkpoint HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n")) == 405
    )
    assert kept.trees_of(port.folder) == {}


async def test_more_connections_than_there_may_be_are_ended(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST", 1)
    monkeypatch.setattr(server, "IDLE", 5)
    _, writer = await asyncio.open_connection("127.0.0.1", port.number)
    with closing(writer):
        await asyncio.sleep(0)
        assert await port.submit(Growing().grow(1).submission(0)) == ""


async def test_a_witness_that_cannot_write_cosigns_nothing(port: Port) -> None:
    (port.folder / ".state.json").mkdir()
    log = Growing().grow(3)
    answer = await port.submit(log.submission(0))
    assert status(answer) == 503
    assert "witness.example" not in answer
    (port.folder / ".state.json").rmdir()
    assert status(await port.submit(log.submission(0))) == 200
