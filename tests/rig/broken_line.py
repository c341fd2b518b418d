"""A relay to a server that can break off one connection just before its last answer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

FAREWELL = 24  # octets of TLS 1.3's record that closes; whatever is longer is an answer


@dataclass
class BrokenLine:
    port: int = 0
    answers: list[list[int]] = field(default_factory=list)
    """Sizes of what came from the server, of each connection so far."""
    next_breaks_after: int | None = None
    """Octets from the server that the next connection still hands on."""

    dead: bool = False
    """Nothing is handed on any more, in either direction."""
    dies_with_it: bool = False
    """Whether every connection after the next one is dead."""

    def break_the_next_like_the_last(self, *, for_good: bool = False) -> None:
        """Where the last connection got its last answer, the next gets none: the server did what it was asked for.

        `for_good`: nor is any later connection answered.
        """
        self.dies_with_it = for_good
        sizes = list(self.answers[-1])
        while sizes.pop() <= FAREWELL:
            pass
        self.next_breaks_after = sum(sizes)


@asynccontextmanager
async def broken_line(address: str, port: int) -> AsyncIterator[BrokenLine]:
    line = BrokenLine()
    open_ones: set[asyncio.Task[None]] = set()

    async def relayed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_ones.add(task)
        if line.dead:
            writer.close()
            return
        limit, line.next_breaks_after = line.next_breaks_after, None
        sizes: list[int] = []
        line.answers.append(sizes)
        from_server, to_server = await asyncio.open_connection(address, port)
        up = asyncio.create_task(_copied(reader, to_server))
        with contextlib.suppress(ConnectionError):
            while chunk := await from_server.read(65536):
                sizes.append(len(chunk))
                # signatures differ by an octet or two
                if limit is not None and sum(sizes) > limit + FAREWELL:
                    line.dead = line.dies_with_it
                    break
                writer.write(chunk)
                await writer.drain()
        up.cancel()
        for one in (writer, to_server):
            one.close()

    server = await asyncio.start_server(relayed, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    async with server:
        yield line
        await asyncio.gather(*open_ones)


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()
