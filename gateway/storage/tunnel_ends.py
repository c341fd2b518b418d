"""Ends of tunnels that the database could not be told, in a file of their own: a start opens none of these again."""

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
    this process.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept: dict[TunnelId, End] = {}

    def read(self) -> dict[TunnelId, End]:
        """Raises EndsUnreadable."""
        try:
            found = msgspec.json.decode(self._file.read_bytes(), type=list[End])
        except FileNotFoundError:
            found = []
        except (OSError, msgspec.MsgspecError) as error:
            raise EndsUnreadable(self._file, error) from error
        self._kept = {one.tunnel: one for one in found}
        return dict(self._kept)

    def keep(self, end: End) -> None:
        """And wait until the disk has it."""
        if end.tunnel not in self._kept:
            self._write(self._kept | {end.tunnel: end})

    def forget(self, tunnel: TunnelId) -> None:
        """The database has it."""
        if tunnel in self._kept:
            self._write({name: one for name, one in self._kept.items() if name != tunnel})

    def _write(self, kept: dict[TunnelId, End]) -> None:
        try:
            self._replace(kept)
        except OSError as error:
            log.warning("tunnels.ends_not_written", file=str(self._file), cause=str(error))

    def _replace(self, kept: dict[TunnelId, End]) -> None:
        """Raises OSError."""
        if kept:
            durable.replace(self._file, msgspec.json.encode(list(kept.values())))
        else:
            durable.remove(self._file)
        self._kept = kept
