"""What the current generation has lost since the count began: many small removals are judged as one.

Kept beside the generation, because whoever reads everything does so in another process, and a restart forgives nothing.
"""

import msgspec
from sqlalchemy import Connection

from idp.directory.sync.replica import Count, Removal, Size

KEPT = "SELECT removal FROM directory_generation WHERE id = ? AND state = 'current' AND removal <> ''"


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever came back, renamed or moved or mended, is not in it."""

    people: int
    """Known when the count began, as are the two below."""
    groups: int
    memberships: int
    gone_people: frozenset[str] = frozenset()
    """Identities."""
    gone_groups: frozenset[str] = frozenset()
    memberships_left: int

    @classmethod
    def of(cls, size: Size) -> "Tally":
        return cls(
            people=size.people,
            groups=size.groups,
            memberships=size.memberships,
            memberships_left=size.memberships,
        )

    def removal(self) -> Removal:
        return Removal(
            Count(self.people, len(self.gone_people)),
            Count(self.groups, len(self.gone_groups)),
            Count(self.memberships, max(0, self.memberships - self.memberships_left)),
        )


def tally_of(connection: Connection, generation: int) -> Tally | None:
    """None where nothing was removed since the count began anew."""
    row = connection.exec_driver_sql(KEPT, (generation,)).first()
    return None if row is None else msgspec.json.decode(row.removal, type=Tally)


def keep_tally(connection: Connection, generation: int, tally: Tally | None) -> None:
    text = "" if tally is None else msgspec.json.encode(tally).decode()
    connection.exec_driver_sql(
        "UPDATE directory_generation SET removal = ? WHERE id = ? AND removal <> ?", (text, generation, text)
    )
