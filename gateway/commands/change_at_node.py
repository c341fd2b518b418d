"""A control plane has the process beside Envoy on its node take a change: one connection, a word and an answer a line.

Words are `prepare` and a space and the draft's file, `switch`, `keep`, `undo`. Where the connection ends before either
of the last two, what was accepted decides: nobody else has a word on it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from gateway.commands.change_of_node import ChangeOfNode
from gateway.commands.failure import explained
from gateway.commands.not_reloaded import AWAY, NotReloaded

SOCKET = "change.sock"
LONGEST_LINE = 2**20  # bytes: what Envoy and the checks say of a thousand applications is far below
GONE_AWAY = f"the process beside Envoy went away meanwhile\n    {AWAY}"
log = structlog.get_logger("reload")


class Change(Protocol):
    """As in `ChangeOfNode`."""

    async def prepare(self) -> None: ...

    async def switch(self) -> None: ...

    async def keep(self) -> None: ...

    async def undo(self) -> None: ...


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    reason: str = ""
    """Why it was refused, and undone: as in `NotReloaded`; empty: done."""
    said: str = ""


class NoEnvoy:
    """A node that lets nobody in itself has none to tell."""

    async def prepare(self) -> None:
        pass

    switch = keep = undo = prepare


class AtNode:
    """The control plane's end. Each word raises NotReloaded."""

    def __init__(self, draft: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._draft, self._reader, self._writer = draft, reader, writer

    async def prepare(self) -> None:
        await self._say(f"prepare {self._draft}")

    async def switch(self) -> None:
        await self._say("switch")

    async def keep(self) -> None:
        await self._say("keep")

    async def undo(self) -> None:
        await self._say("undo")

    async def _say(self, word: str) -> None:
        try:
            self._writer.write(f"{word}\n".encode())
            await self._writer.drain()
            line = await self._reader.readline()
        except OSError as error:
            raise NotReloaded("data_plane_silent", GONE_AWAY) from error
        if not line:
            raise NotReloaded("data_plane_silent", GONE_AWAY)
        answer = msgspec.json.decode(line, type=Answer)
        if answer.reason:
            raise NotReloaded(answer.reason, answer.said)


@contextlib.asynccontextmanager
async def change_at_node(run: Path, draft: Path) -> AsyncIterator[AtNode]:
    """Raises NotReloaded where no process of the node listens."""
    try:
        reader, writer = await asyncio.open_unix_connection(run / SOCKET, limit=LONGEST_LINE)
    except OSError as error:
        raise NotReloaded("data_plane_silent", f"the process beside Envoy is away\n    {AWAY}") from error
    try:
        yield AtNode(draft, reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


class NodesEnd:
    """Answers the control plane. `begin`: a change by that draft."""

    def __init__(self, begin: Callable[[Path], ChangeOfNode]) -> None:
        self._begin = begin
        self._one_at_a_time = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def serving(self, run: Path) -> AsyncIterator[None]:
        """Listen at the unix socket, which only this user may open, until the block ends."""
        socket = run / SOCKET
        socket.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._converse, socket, limit=LONGEST_LINE)
        socket.chmod(0o600)
        try:
            yield
        finally:
            server.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        change: ChangeOfNode | None = None
        async with self._one_at_a_time:
            try:
                while line := await reader.readline():
                    word, _, draft = line.decode().strip().partition(" ")
                    change, answer = await self._answer(change, word, draft)
                    writer.write(msgspec.json.encode(answer) + b"\n")
                    await writer.drain()
            except OSError:
                pass  # the control plane is gone
            finally:
                writer.close()
                if change is not None:
                    await change.settle()

    async def _answer(
        self, change: ChangeOfNode | None, word: str, draft: str
    ) -> tuple[ChangeOfNode | None, Answer]:
        try:
            if word == "prepare":
                change = self._begin(Path(draft))
                await change.prepare()
            elif change is not None and word == "switch":
                await change.switch()
            elif change is not None and word == "keep":
                await change.keep()
            elif change is not None:
                change.undo()
        except NotReloaded as refused:
            return change, Answer(refused.reason, str(refused))
        except Exception as error:
            log.exception("reload.failed")
            return change, Answer("reload_failed", explained(error) or f"{type(error).__name__}: {error}")
        return change, Answer()
