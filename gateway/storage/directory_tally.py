"""What the current generation has lost since the count began: many small removals are judged as one.

Kept beside the generation, because whoever reads everything does so in another process, and a restart forgives nothing.
"""

from collections.abc import Set as AbstractSet

import msgspec
from sqlalchemy import Connection

from idp.directory.sync.replica import Count, Removal, Size

KEPT = "SELECT removal FROM directory_generation WHERE id = ? AND state = 'current' AND removal <> ''"


class Among(msgspec.Struct, frozen=True):
    """Of people, or of groups. Whoever came back, renamed or moved or mended, is not gone."""

    known: int
    """When the count began."""
    gone: frozenset[str] = frozenset()
    """Identities of some of those."""
    new: frozenset[str] = frozenset()
    """Others, who came since."""

    def after(self, went: AbstractSet[str], came: AbstractSet[str]) -> "Among":
        """Whoever is in both went first."""
        gone = (self.gone | went) - self.new
        return Among(self.known, gone - came, ((self.new - went) | came) - gone)

    @property
    def count(self) -> Count:
        return Count(self.known, len(self.gone))


class Tally(msgspec.Struct, frozen=True):
    people: Among
    groups: Among
    memberships: int
    """When the count began."""
    memberships_left: int

    @classmethod
    def of(cls, size: Size) -> "Tally":
        return cls(Among(size.people), Among(size.groups), size.memberships, size.memberships)

    def removal(self) -> Removal:
        return Removal(
            self.people.count,
            self.groups.count,
            Count(self.memberships, max(0, self.memberships - self.memberships_left)),
        )


def tally_of(connection: Connection, generation: int) -> Tally | None:
    """None where nothing was removed since the count began anew."""
    row = connection.exec_driver_sql(KEPT, (generation,)).first()
    if row is None:
        return None
    try:
        return msgspec.json.decode(row.removal, type=Tally)
    except msgspec.ValidationError:  # a Removal: it was held, and somebody confirmed it
        return None


def keep_tally(connection: Connection, generation: int, tally: Tally | None) -> None:
    text = "" if tally is None else msgspec.json.encode(tally).decode()
    connection.exec_driver_sql(
        "UPDATE directory_generation SET removal = ? WHERE id = ? AND removal <> ?", (text, generation, text)
    )
