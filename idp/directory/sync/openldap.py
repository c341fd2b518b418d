"""Changes of OpenLDAP by content synchronization (RFC 4533): one search for people, one for groups.

A position is a cookie for each: the change sequence numbers (contextCSN) up to which we have heard everything. The
server says nothing of entries that a right hides from us: that is seen by the list of who is still there.
A server without that overlay, or with numbers of a time to come, is asked in the slower way of `openldap_polling`.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import msgspec

from config.settings import Directory
from idp.directory.connection import BASE, Connection
from idp.directory.errors import DirectoryMisconfigured
from idp.directory.filter_attributes import asks_about_groups
from idp.directory.filters import Filter
from idp.directory.names import parsed
from idp.directory.sync.listings import Listings
from idp.directory.sync.openldap_changes import Understanding
from idp.directory.sync.openldap_containers import containers, require_same
from idp.directory.sync.openldap_form import OpenLdapForm
from idp.directory.sync.openldap_polling import SKEW, PollingSource
from idp.directory.sync.openldap_stream import Heard, Stream
from idp.directory.sync.presence import Presence
from idp.directory.sync.record import Changes, Position
from idp.directory.sync.replica import Replica
from idp.directory.sync.source import Manner, PositionUnknown, Query, nothing

CSN = re.compile(r"[0-9]{14}\.[0-9]{6}Z#[0-9a-f]{6}#([0-9a-f]{3})#[0-9a-f]{6}")
"""Time, count, server, modification; of one server, later ones are greater as text."""
EVERYTHING = Filter("(objectClass=*)")


class Reached(msgspec.Struct, frozen=True):
    people: str
    groups: str
    containers: str

    @property
    def cookies(self) -> tuple[str, str]:
        return self.people, self.groups


@dataclass(slots=True)
class SyncreplSource:
    """Implements `idp.directory.sync.source.Source` and `Telling`."""

    understanding: Understanding
    clock: Callable[[], datetime]
    presence: Presence
    listings: Listings
    steady: Callable[[], float] = time.monotonic
    _followed: bool = False
    """Who is there by groups was listed, and again after the server had time to follow the groups with the people."""
    _answered_quiet: bool | None = None
    """The same, once the answer that is being taken in is."""
    _contexts: dict[str, list[str]] = field(default_factory=dict)
    """By server: its naming contexts."""

    @property
    def queries(self) -> tuple[Query, Query]:
        return self.understanding.form.people, self.understanding.form.groups

    def position(self, line: Connection) -> Position | None:
        """None where the server tells no changes, not to the service account, or not all of them."""
        numbers = [self._numbers(line, query.base) for query in self.queries]
        if not all(numbers) or any(self._to_come(each) for each in numbers):
            return None
        people, groups = (f"rid=000,csn={';'.join(each.values())}" for each in numbers)
        return _written(Reached(people, groups, self._containers(line)))

    def manner(self, _since: Position) -> Manner:
        return Manner()

    def changes(self, line: Connection, since: Position, meanwhile: Callable[[], None] = nothing) -> Changes:
        before, now, self._answered_quiet = _read(since), self.steady(), None
        numbers = self._heard_of(line, before.cookies)
        moved = numbers != _numbers_in(before)
        listed = self.listings.wanted(now, moved=moved)
        quiet = not moved and not self.understanding.unsettled
        if quiet and not listed and (self._followed or not self._depends):
            return Changes(position=since)
        # first, lest what is told while it lasts be overwritten by what was read before
        there = (
            self.presence.listed(line, groups=listed, meanwhile=meanwhile)
            if listed or self._depends
            else None
        )
        require_same(before.containers, self._containers(line))
        people, groups = (
            Stream(line, query, cookie, persist=False).refresh()
            for query, cookie in zip(self.queries, before.cookies, strict=True)
        )
        reached = Reached(people.cookie or before.people, groups.cookie or before.groups, before.containers)
        still = _numbers_in(reached) == numbers  # nothing moved while everybody was listed
        found = self.understanding.read(people, groups)
        if there is not None:
            found = self.presence.compared(line, there, found)
        if listed:
            self.listings.answered(now, moved=not still)
        self._answered_quiet = quiet and still
        return replace(self.understanding.settled(line, found), position=_written(reached))

    def taken_in(self) -> None:
        self.listings.taken_in()
        self.understanding.taken_in()
        if self._answered_quiet is not None:
            self._followed, self._answered_quiet = self._answered_quiet, None

    def searches(self, since: Position) -> tuple[tuple[Query, str], ...]:
        return tuple(zip(self.queries, _read(since).cookies, strict=True))

    def pushed(self, line: Connection, heard: tuple[Heard, Heard]) -> Changes:
        return self.understanding.settled(line, self.understanding.read(*heard), pushed=True)

    @property
    def _depends(self) -> bool:
        """People, on groups."""
        return asks_about_groups(self.understanding.form.people.where)

    def _containers(self, line: Connection) -> str:
        return containers(line, self.understanding.form, self.understanding.settings.page_size)

    def _heard_of(self, line: Connection, cookies: tuple[str, str]) -> list[dict[str, str]]:
        """The server's numbers for people and for groups. Raises PositionUnknown for a server that is behind."""
        known: dict[str, dict[str, str]] = {}
        found: list[dict[str, str]] = []
        for query, cookie in zip(self.queries, cookies, strict=True):
            context = self._context(line, query.base)
            if context not in known:
                known[context] = self._numbers(line, query.base)
            ours, theirs = _by_server(cookie), known[context]
            if to_come := self._to_come(theirs):
                raise PositionUnknown(
                    f"{line.url} numbers its changes with a time to come, {to_come}: its clock was wrong"
                )
            if any(theirs.get(server, "") < number for server, number in ours.items()):
                raise PositionUnknown(
                    f"{line.url} has not all that was seen before: another, or a restored one"
                )
            found.append(theirs)
        return found

    def _to_come(self, numbers: dict[str, str]) -> str:
        """The first of them that is not of the past; changes of a server whose clock is right again get lower ones,
        and nobody who has heard up to this one would ever be told of them.
        """
        latest = f"{self.clock() + SKEW:%Y%m%d%H%M%S}"
        return next((number for number in numbers.values() if number > latest), "")

    def _numbers(self, line: Connection, base: str) -> dict[str, str]:
        """By server that writes: its latest change below the naming context; empty where none is told."""
        found = line.search(self._context(line, base), BASE, EVERYTHING, ("contextCSN",), 1)
        try:
            entries = [one for page, _ in found for one in page]
        except DirectoryMisconfigured:  # an entry that the service account may not see
            return {}
        values = (value.decode() for one in entries for value in one.values("contextCSN"))
        return _by_server(";".join(values))

    def _context(self, line: Connection, base: str) -> str:
        """The longest naming context of this server that holds `base`; itself, where the server names none."""
        if line.url not in self._contexts:
            root = line.search("", BASE, EVERYTHING, ("namingContexts",), 1)
            values = (
                value for entries, _ in root for one in entries for value in one.values("namingContexts")
            )
            self._contexts[line.url] = [value.decode() for value in values]
        name = parsed(base)
        above = (
            one for one in self._contexts[line.url] if name[len(name) - len(parsed(one)) :] == parsed(one)
        )
        return max(above, key=lambda one: len(parsed(one)), default=base)


class OpenLdapSource:
    """Implements `idp.directory.sync.source.Source`: by syncrepl where the server offers it. One thread at a time."""

    def __init__(
        self,
        settings: Directory,
        form: OpenLdapForm,
        replica: Replica,
        clock: Callable[[], datetime],
        refresh: timedelta = timedelta(),
    ) -> None:
        """`refresh`: how long after one question the next one comes."""
        understanding, presence = Understanding(settings, form, replica), Presence(settings, form, replica)
        self.telling = SyncreplSource(understanding, clock, presence, Listings(refresh))
        self._polling = PollingSource(understanding, clock, presence)
        self._asked: SyncreplSource | PollingSource = self.telling  # the one that answered last

    def position(self, line: Connection, _before: Position | None = None) -> Position:
        return self.telling.position(line) or self._polling.position(line)

    def manner(self, since: Position) -> Manner:
        return self._way(since).manner(since)

    def changes(self, line: Connection, since: Position, meanwhile: Callable[[], None] = nothing) -> Changes:
        self._asked = self._way(since)
        return self._asked.changes(line, since, meanwhile)

    def taken_in(self) -> None:
        self._asked.taken_in()

    def searches(self, since: Position) -> tuple[tuple[Query, str], ...]:
        """What to keep listening to, with cookies; nothing where the server tells nothing."""
        return self.telling.searches(since) if self._way(since) is self.telling else ()

    def pushed(self, line: Connection, heard: tuple[Heard, Heard]) -> Changes:
        return self.telling.pushed(line, heard)

    def _way(self, since: Position) -> SyncreplSource | PollingSource:
        return self.telling if since.startswith("{") else self._polling


def _written(reached: Reached) -> Position:
    return msgspec.json.encode(reached).decode()


def _read(position: Position) -> Reached:
    return msgspec.json.decode(position, type=Reached)


def _numbers_in(reached: Reached) -> list[dict[str, str]]:
    """For people and for groups."""
    return [_by_server(cookie) for cookie in reached.cookies]


def _by_server(cookie: str) -> dict[str, str]:
    return {found[1]: found[0] for found in CSN.finditer(cookie.partition(",delcsn=")[0])}
