"""A real directory beside a real replica, and the two ways of bringing one up to the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.settings import Directory as DirectorySettings
from gateway.storage.database import Database
from gateway.storage.directory import StoredReplica
from idp.directory.pool import Pool
from idp.directory.sync.full import FullSync, Progress
from idp.directory.sync.kinds import form_and_source
from idp.directory.sync.replica import Hold, Known, Limit, Touched
from idp.directory.sync.source import Form, nothing
from tests.rig.prepared import prepared
from tests.rig.replica import LIMIT, WholeReading


@dataclass(slots=True)
class Synced:
    settings: DirectorySettings
    replica: StoredReplica
    reading: WholeReading
    database: Database
    pool: Pool
    form: Form
    source: Any
    heard: list[Progress] = field(default_factory=list)
    told: Callable[[Progress], None] = lambda _: None

    def full(self, limit: Limit = LIMIT) -> Hold | None:
        def told(progress: Progress) -> None:
            self.heard.append(progress)
            self.told(progress)

        sync = FullSync(self.settings.name, self.form, self.source, self.replica, limit, now, told)
        return self.pool.run_here(sync)

    def delta(self, limit: Limit = LIMIT, meanwhile: Callable[[], None] = nothing) -> Touched:
        """Ask for changes and apply them."""
        since = self.replica.standing(self.settings.name).position
        assert since is not None
        at = now()
        changes = self.pool.run_here(lambda line: self.source.changes(line, since, meanwhile))
        touched = self.replica.apply(self.settings.name, changes, since, at, limit)
        self.source.taken_in()
        return touched

    async def logins(self) -> set[str]:
        return {one.person.logins[0] for one in await self.reading.everyone(self.settings.name)}

    async def known(self, login: str) -> Known:
        (found,) = await self.reading.named(self.settings.name, login)
        return found

    async def groups(self, login: str) -> set[str]:
        """Names of the groups' first parts."""
        return {one.dn.split(",")[0] for one in (await self.known(login)).groups}

    async def problems(self) -> dict[str, str]:
        return {one.dn: one.what for one in await self.reading.problems(self.settings.name)}


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def synced(folder: Path, settings: DirectorySettings) -> Iterator[Synced]:
    """An empty replica for a directory with these settings."""
    folder.mkdir(exist_ok=True)
    path = folder / "brana.db"
    prepared(path)
    database, pool = Database(path, lasting=False), Pool(settings)
    try:
        replica = StoredReplica(database)
        form, source = form_and_source(settings, replica, now)
        yield Synced(settings, replica, WholeReading(database), database, pool, form, source)
    finally:
        pool.close()
        database.close()
