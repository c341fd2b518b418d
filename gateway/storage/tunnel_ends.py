"""Ends of tunnels that the database could not be told, in a file of their own: a start opens none of these again."""

import asyncio
from pathlib import Path

import msgspec
import structlog

from config import durable
from gateway.tunnel_sessions.ends import End
from gateway.tunnel_sessions.opened import TunnelId

log = structlog.get_logger("tunnels")
NAME = "tunnels.ended"
"""Below the state directory; it is there for as long as the database was away."""


class EndsUnreadable(Exception):
    def __init__(self, file: Path, error: Exception) -> None:
        super().__init__(
            f"{file}: {error}; it says which tunnels are over: correct it, or remove it, and close tunnels at the "
            "portal that ought not to be open"
        )


class EndsInFile:
    """Implements `gateway.tunnel_sessions.ends.Ends`. What cannot be written is said to operators, and holds as long as
    this process. Used from one event loop; the disk is waited for beside it, and whoever comes meanwhile shares the
    next writing: of thousands that end at once each would write all the others.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._wanted: dict[TunnelId, End] = {}
        self._there: dict[TunnelId, End] = {}
        """What of that is on disk."""
        self._asked = self._tried = 0
        """Of changes that were wanted how many there were, and up to which one they were written, or tried to be."""
        self._writing = asyncio.Lock()
        self._under_way: set[asyncio.Future[None]] = set()

    def read(self) -> dict[TunnelId, End]:
        """With what this process knows besides. Raises EndsUnreadable."""
        try:
            found = msgspec.json.decode(self._file.read_bytes(), type=list[End])
        except FileNotFoundError:
            found = []
        except (OSError, msgspec.MsgspecError) as error:
            raise EndsUnreadable(self._file, error) from error
        self._there = {one.tunnel: one for one in found}
        self._wanted = self._there | self._wanted
        return dict(self._wanted)

    async def keep(self, end: End) -> None:
        """And wait until the disk has it."""
        if end.tunnel not in self._there:
            self._wanted[end.tunnel] = end
            await self._written()

    async def forget(self, tunnel: TunnelId) -> None:
        """The database has it."""
        if self._wanted.pop(tunnel, None) is not None:
            await self._written()

    async def _written(self) -> None:
        """Also where whoever waits gives up."""
        self._asked += 1
        writing = asyncio.ensure_future(self._write(self._asked))
        self._under_way.add(writing)
        writing.add_done_callback(self._under_way.discard)
        await asyncio.shield(writing)

    async def _write(self, change: int) -> None:
        async with self._writing:
            if self._tried >= change:
                return
            kept, self._tried = dict(self._wanted), self._asked
            try:
                await asyncio.to_thread(self._replace, kept)
            except OSError as error:
                log.warning("tunnels.ends_not_written", file=str(self._file), cause=str(error))
            else:
                self._there = kept

    def _replace(self, kept: dict[TunnelId, End]) -> None:
        """Raises OSError."""
        if kept:
            durable.replace(self._file, msgspec.json.encode(list(kept.values())))
        else:
            durable.remove(self._file)
