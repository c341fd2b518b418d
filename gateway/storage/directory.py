"""The replica of the office directories in the database: what a sync writes, and who confirms what it held."""

import contextlib
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from config.vocabulary import DirectoryName
from gateway.storage import directory_generations as generations
from gateway.storage.database import Database
from gateway.storage.directory_delta import Delta
from gateway.storage.directory_kept import kept, unusable
from gateway.storage.directory_outdated import outdated_groups
from gateway.storage.directory_staging import StoredStaging
from gateway.storage.directory_tally import keep_tally, tally_of
from idp.directory.sync.record import Changes, Position
from idp.directory.sync.replica import Hold, Limit, Outdated, ReplicaState, Size, TooManyGone, Touched

T = TypeVar("T")


class StoredReplica:
    """Implements `idp.directory.sync.replica.Replica`; blocks, so never used in the event loop's thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standing(self, directory: DirectoryName) -> ReplicaState:
        return self._database.read_now(lambda connection: generations.standing(connection, directory))

    def size(self, generation: int) -> Size:
        return self._database.read_now(lambda connection: generations.size(connection, generation))

    @contextlib.contextmanager
    def stage(self, directory: DirectoryName, began_at: datetime) -> Iterator[StoredStaging]:
        staging = StoredStaging(self._database, directory, began_at)
        try:
            yield staging
        except BaseException:
            staging.close()  # or it would go on writing what is given up
            self._write(lambda connection: generations.give_up(connection, directory))
            self.sweep()
            raise
        finally:
            staging.close()

    def apply(
        self,
        directory: DirectoryName,
        changes: Changes,
        since: Position,
        at: datetime,
        limit: Limit,
        *,
        anew: bool = True,
    ) -> Touched:
        def work(connection: Connection) -> Touched:
            standing = generations.standing(connection, directory)
            if standing.generation is None or standing.position != since:
                raise Outdated
            delta = Delta(connection, standing.generation, generations.nodes(connection, standing.generation))
            delta.take(changes)
            tally = tally_of(connection, standing.generation)
            if tally is not None or delta.removes():
                tally = delta.tally(tally)
                if delta.removes() and not limit.believes(tally.removal()):
                    raise TooManyGone(tally.removal())
                ends = anew and changes.position is not None
                keep_tally(connection, standing.generation, None if ends else tally)
            generations.keep_nodes(connection, standing.generation, delta.nodes)
            if changes.position is not None:
                generations.reach(connection, directory, changes.position, at)
            return delta.touched()

        return self._write(work)

    def outdated_groups(self, directory: DirectoryName, changes: Changes) -> frozenset[str]:
        def look(connection: Connection) -> frozenset[str]:
            generation = generations.current(connection, directory)
            if generation is None:
                raise Outdated
            return outdated_groups(connection, generation, changes)

        return self._database.read_now(look)

    def kept_people(self, directory: DirectoryName) -> set[bytes]:
        return self._database.read_now(lambda connection: kept(connection, "directory_person", directory))

    def kept_groups(self, directory: DirectoryName) -> set[bytes]:
        return self._database.read_now(lambda connection: kept(connection, "directory_group", directory))

    def unusable(self, directory: DirectoryName, dns: Collection[str]) -> frozenset[str]:
        return self._database.read_now(lambda connection: unusable(connection, directory, dns))

    def confirm(self, directory: DirectoryName, held: Hold, record: Callable[[Connection], object]) -> bool:
        """Let that reading become the current one; False where it is no more the one that is held.

        `record` is run in the same transaction.
        """

        def work(connection: Connection) -> bool:
            if generations.hold_of(connection, directory) != held:
                return False
            generations.switch(connection, held.generation)
            record(connection)
            return True

        return self._write(work)

    def note_trouble(self, directory: DirectoryName, trouble: str) -> None:
        self._write(lambda connection: generations.note_trouble(connection, directory, trouble))

    def sweep(self, enough: Callable[[], bool] = lambda: False) -> None:
        while not enough() and self._write(generations.sweep):
            pass

    def _write(self, work: Callable[[Connection], T]) -> T:
        return self._database.write_soon(work).result()
