"""Ends of tunnels that the database could not be told, in a file of their own: a start opens none of these again."""

import os
from pathlib import Path

import msgspec
import structlog

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
            draft = self._file.with_name(f".{self._file.name}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as made:
                made.write(msgspec.json.encode(list(kept.values())))
                made.flush()
                os.fsync(descriptor)
            draft.replace(self._file)
        else:
            self._file.unlink(missing_ok=True)
        self._kept = kept
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name too must outlive a power cut
        finally:
            os.close(folder)
