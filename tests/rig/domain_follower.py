"""Somebody who follows a domain by its controller's numbers, and counts what that costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from idp.directory.connection import Access, Connection
from idp.directory.sync.active_directory import ActiveDirectorySource
from idp.directory.sync.active_directory_form import ActiveDirectoryForm
from idp.directory.sync.record import Changes
from tests.rig.samba import SERVICE, SERVICE_PASSWORD, Domain

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Counted(Connection):
    """A connection that counts the searches it is asked for, and the entries that came."""

    searches = 0
    entries = 0

    def search(self, *what: Any) -> Iterator[Any]:
        self.searches += 1
        return self._counted(super().search(*what))

    def _counted(self, pages: Iterator[Any]) -> Iterator[Any]:
        for entries, referrals in pages:
            self.entries += len(entries)
            yield entries, referrals


@dataclass
class Follower:
    """Follows a domain as the replica's runner does."""

    domain: Domain
    source: ActiveDirectorySource
    line: Counted
    now: datetime = NOON
    position: str = ""

    def changes(self) -> Changes:
        found = self.source.changes(self.line, self.position)
        assert found.position is not None
        self.position = found.position
        self.source.taken_in()
        return found


def opened(domain: Domain) -> Counted:
    settings = domain.settings()
    access = Access(settings.authority, settings.connect_timeout, settings.operation_timeout)
    line = Counted(domain.url, access)
    line.log_in(SERVICE, SERVICE_PASSWORD, access)
    return line


def following(domain: Domain, at_once: int = 1500, **changes: Any) -> Follower:
    form = ActiveDirectoryForm(domain.settings(**changes), at_once)
    follower = Follower(domain, ActiveDirectorySource(form, lambda: follower.now), opened(domain))
    follower.position = follower.source.position(follower.line)
    return follower
