"""Whether a node of a version that deletes months without a signature may be at work beside this one."""

from sqlalchemy import Connection

from gateway.audit.drop_notes import OLDEST_SIGNER
from gateway.storage.audit_shards import is_server
from gateway.storage.step import standing

AGAIN = 60_000_000  # microseconds of the log until it is asked once more


class Dropping:
    """Remembers what it was told: a checkpoint is made each second."""

    def __init__(self) -> None:
        self._asked_at: int | None = None
        self._all_sign = False

    def all_sign(self, connection: Connection, now: int) -> bool:
        """A file has one product at work. `now`: microseconds since the epoch."""
        if not is_server(connection):
            return True
        if self._asked_at is None or not 0 <= now - self._asked_at < AGAIN:
            self._asked_at, self._all_sign = now, _none_older(connection)
        return self._all_sign


def _none_older(connection: Connection) -> bool:
    from gateway.storage.postgres.beside import at_work  # noqa: PLC0415 - a driver that a file does without

    found, _ = standing(connection)
    return all(revision >= OLDEST_SIGNER for _, revision in at_work(connection, found))
