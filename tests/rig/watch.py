"""The watch of streams, and what stands where the control plane would: it answers as a test says."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec

from gateway.streams.words import (
    CONTROL_PLANE_ANSWERS,
    ENVOY_ASKS,
    LONGEST_LINE,
    Answer,
    Answered,
    Asked,
    Question,
    Revoked,
)


class Answerer:
    """`silent`: it hears and says nothing. `refused`: sessions that get a no, with its reason."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.refused: dict[str, str] = {}
        self.silent = False
        self.holds = 300.0
        self._writers: set[asyncio.StreamWriter] = set()

    def forget(self) -> None:
        self.asked.clear()
        self.refused.clear()
        self.silent, self.holds = False, 300.0

    async def revoke(self, *ids: str) -> None:
        for writer in self._writers:
            writer.write(msgspec.json.encode(Revoked(list(ids))) + b"\n")
            await writer.drain()

    def break_off(self) -> None:
        """The connection ends, as with a control plane that dies; the watch makes another."""
        for writer in list(self._writers):
            writer.close()

    async def heard(self, at_least: int = 1) -> list[Question]:
        async with asyncio.timeout(5):
            while len(self.asked) < at_least:
                await asyncio.sleep(0.01)
        return self.asked

    @contextlib.asynccontextmanager
    async def answering(self, socket: Path) -> AsyncIterator[None]:
        server = await asyncio.start_unix_server(self._converse, socket, limit=LONGEST_LINE)
        try:
            yield
        finally:
            server.close()
            for writer in list(self._writers):
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
            socket.unlink(missing_ok=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while line := await reader.readline():
                questions = msgspec.json.decode(line, type=Asked).questions
                self.asked += questions
                if not self.silent:
                    writer.write(
                        msgspec.json.encode(Answered([self._answer(one) for one in questions])) + b"\n"
                    )
        self._writers.discard(writer)
        writer.close()

    def _answer(self, question: Question) -> Answer:
        about, reason = question.stream, self.refused.get(question.stream.session, "")
        return Answer(
            number=question.number,
            turn=question.turn,
            allowed=not reason,
            seconds=self.holds,
            revocation_id=about.revocation_id,
            reason=reason,
        )


class WatchOfStreams:
    """The real process, as the supervisor starts it."""

    def __init__(self, run: Path, grace: timedelta, most: int) -> None:
        """`most`: streams of one session."""
        self._run, self._grace, self._most = run, grace, most
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Return when it listens."""
        socket = self._run / ENVOY_ASKS
        socket.unlink(missing_ok=True)
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "gateway.commands.streams_process",
            str(self._run),
            str(self._grace.total_seconds()),
            CONTROL_PLANE_ANSWERS,
            str(self._most),
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(10):
            while not socket.exists():
                await asyncio.sleep(0.01)

    async def die(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
