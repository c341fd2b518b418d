"""What OpenLDAP says of changes (RFC 4533), heard through python-ldap's `ldap.syncrepl`. Blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ldap
from ldap.syncrepl import SyncreplConsumer

from idp.directory.connection import SUBTREE, Connection
from idp.directory.entries import Entry, entry
from idp.directory.sync.source import MANY, PositionUnknown, Query

CONTROL = "1.3.6.1.4.1.4203.1.9.1.1"  # RFC 4533 §2.2
REFRESH_REQUIRED = 4096  # RFC 4533 §2.5, e-syncRefreshRequired; python-ldap has no name for it


@dataclass(slots=True)
class Heard:
    """What came since the last look, in the server's words."""

    entries: dict[str, Entry] = field(default_factory=dict)
    """By identity: as they are now."""
    deleted: set[str] = field(default_factory=set)
    """Not among what was searched for, or no more: a server names changed entries here that never were."""
    present: set[str] | None = None
    """All identities that are still there, where the server told it that way round."""
    cookie: str = ""
    complete: bool = False
    """The refresh is over: nothing else had changed when it began."""


class Stream(SyncreplConsumer):  # type: ignore[misc] # python-ldap has no types
    """One search for changes since a cookie; with `persist` the server goes on telling them."""

    def __init__(self, line: Connection, query: Query, cookie: str, *, persist: bool) -> None:
        self._line, self._query = line, query
        self.search_ext, self.result4 = line.raw.search_ext, line.raw.result4
        self._heard, self._present = Heard(), set[str]()
        self._refreshing = True
        with self._translated():
            self._number = self.syncrepl_search(
                query.base,
                SUBTREE,
                mode="refreshAndPersist" if persist else "refreshOnly",
                cookie=cookie,
                filterstr=query.where,
                attrlist=list(query.attributes),
            )

    def refresh(self) -> Heard:
        """All that changed since the cookie. Raises PositionUnknown, and what a Connection raises."""
        while self._refreshing:
            self._poll(self._line.timeout)
        return self._taken()

    def wait(self, seconds: float) -> Heard | None:
        """The next thing the server tells, None when it said nothing for so long."""
        try:
            self._poll(seconds)
        except ldap.TIMEOUT:
            return None
        return self._taken()

    def end(self) -> None:
        with self._translated():
            self._line.raw.abandon_ext(self._number)

    def _poll(self, seconds: float) -> None:
        with self._translated(waits=not self._refreshing):
            if not self.syncrepl_poll(self._number, timeout=seconds):
                self._refreshing = False
                self._heard.complete = True

    def _taken(self) -> Heard:
        heard, self._heard = self._heard, Heard()
        return heard

    def _translated(self, *, waits: bool = False) -> "_Translated":
        return _Translated(self._line, self._query, waits=waits)

    # What python-ldap calls while it reads messages.

    def syncrepl_get_cookie(self) -> None:
        return None  # the position is kept with what was read, not here

    def syncrepl_set_cookie(self, cookie: Any) -> None:
        self._heard.cookie = cookie.decode() if isinstance(cookie, bytes) else str(cookie)

    def syncrepl_entry(self, dn: str, attributes: Mapping[str, list[bytes]], uuid: str) -> None:
        if len(self._heard.entries) > MANY:  # nobody would take them in, so they need no memory
            raise PositionUnknown(f"more than {MANY} entries have changed below {self._query.base}")
        self._heard.entries[uuid] = entry(dn, attributes)
        self._heard.deleted.discard(uuid)

    def syncrepl_delete(self, uuids: Sequence[str]) -> None:
        self._heard.deleted.update(map(str, uuids))
        for uuid in uuids:
            self._heard.entries.pop(uuid, None)

    def syncrepl_present(self, uuids: Sequence[str] | None, refreshDeletes: bool = False) -> None:  # noqa: N803, FBT001, FBT002 - python-ldap's
        if uuids is not None:
            if self._refreshing:
                self._present.update(map(str, uuids))
        elif not refreshDeletes:
            self._heard.present, self._present = self._present, set()
        else:
            self._present = set()

    def syncrepl_refreshdone(self) -> None:
        self._refreshing = False
        self._heard.complete = True


@dataclass(frozen=True, slots=True)
class _Translated:
    """Errors of libldap in our words; a time-out passes where waiting is meant."""

    line: Connection
    query: Query
    waits: bool

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, ldap.LDAPError) or (self.waits and isinstance(error, ldap.TIMEOUT)):
            return
        facts = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        if facts.get("result") == REFRESH_REQUIRED or isinstance(error, NOT_FROM_HERE):
            raise PositionUnknown(str(facts.get("info") or facts.get("desc") or error)) from error
        raise self.line.failure(
            f"asking {self.line.url} for changes below {self.query.base}", error
        ) from error


NOT_FROM_HERE = (ldap.UNWILLING_TO_PERFORM, ldap.SIZELIMIT_EXCEEDED, ldap.ADMINLIMIT_EXCEEDED)
"""OpenLDAP's answers to a cookie that is ahead of it, and to more changes than it tells at once."""
