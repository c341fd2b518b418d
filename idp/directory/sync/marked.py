"""Positions that hold only for what is asked for: another filter, base or attribute means that everything is read anew.

A rule of roles may name an attribute that was not asked for before; without this the replica would have it only after
the next full sync, and would take from running sessions what a sign-in gives.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from idp.directory.connection import Connection
from idp.directory.sync.openldap_stream import Heard
from idp.directory.sync.record import Changes, Position
from idp.directory.sync.source import Form, Manner, PositionUnknown, Query, Source, nothing

END = "|"  # of the mark; none of it is in one


class Telling(Source, Protocol):
    """A source that tells of changes by its own accord, too."""

    def searches(self, since: Position) -> tuple[tuple[Query, str], ...]:
        """What to keep listening to, with cookies; nothing where the server tells nothing."""
        ...

    def pushed(self, line: Connection, heard: tuple[Heard, Heard]) -> Changes: ...


def mark_of(form: Form) -> str:
    """Another one for every other way of asking."""
    return hashlib.blake2b(
        f"{form.people} {form.groups} {form.number_attribute}".encode(), digest_size=8
    ).hexdigest()


@dataclass(frozen=True, slots=True)
class Marked:
    """Implements `idp.directory.sync.source.Source`."""

    source: Source
    mark: str

    def position(self, line: Connection, before: Position | None = None) -> Position:
        inner = None if before is None else within(before, self.mark)
        return f"{self.mark}{END}{self.source.position(line, inner)}"

    def manner(self, since: Position) -> Manner:
        inner = within(since, self.mark)
        return Manner() if inner is None else self.source.manner(inner)

    def changes(self, line: Connection, since: Position, meanwhile: Callable[[], None] = nothing) -> Changes:
        inner = within(since, self.mark)
        if inner is None:
            raise PositionUnknown(
                "the configuration asks for other entries, or for other attributes, than before"
            )
        changes = self.source.changes(line, inner, meanwhile)
        position = None if changes.position is None else f"{self.mark}{END}{changes.position}"
        return replace(changes, position=position)

    def taken_in(self) -> None:
        self.source.taken_in()


@dataclass(frozen=True, slots=True)
class MarkedTelling(Marked):
    """Implements `Telling`."""

    source: Telling

    def searches(self, since: Position) -> tuple[tuple[Query, str], ...]:
        inner = within(since, self.mark)
        return () if inner is None else self.source.searches(inner)

    def pushed(self, line: Connection, heard: tuple[Heard, Heard]) -> Changes:
        return self.source.pushed(line, heard)


def within(since: Position, mark: str) -> Position | None:
    """The source's own words; None for a position of another way of asking."""
    found, end, inner = since.partition(END)
    return inner if end and found == mark else None
