"""The line of one node to the PostgreSQL server, which can be cut as a network is: nothing passes, nobody is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


@dataclass
class Line:
    folder: Path
    """What the node has as its host."""
    _whole: asyncio.Event = field(default_factory=asyncio.Event)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        self._whole.clear()

    def heal(self) -> None:
        """What was open when it was cut is not open any more, as the ends have given it up."""
        for writer in self._open:
            writer.close()
        self._open.clear()
        self._whole.set()

    async def relay(self, server: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._whole.wait()
        from_server, to_server = await asyncio.open_unix_connection(str(server / SOCKET))
        self._open |= {writer, to_server}
        both = [self._copied(reader, to_server), self._copied(from_server, writer)]
        await asyncio.gather(*both)
        self._open -= {writer, to_server}

    async def _copied(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(65536):
                await self._whole.wait()
                writer.write(chunk)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def line_to(server: Path, folder: Path) -> AsyncIterator[Line]:
    """`server`: the folder of its socket."""
    folder.mkdir()
    line = Line(folder)
    line.heal()
    tasks: set[asyncio.Task[None]] = set()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(OSError, asyncio.CancelledError):  # the server is away; the tests have ended
            await line.relay(server, reader, writer)

    relay = await asyncio.start_unix_server(accepted, str(folder / SOCKET))
    try:
        yield line
    finally:
        relay.close()
        line.heal()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)
