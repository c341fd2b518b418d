"""A witness as people are shown it."""

from dataclasses import dataclass
from datetime import datetime

from gateway.witness.standing import Stand, Standing


@dataclass(frozen=True, slots=True)
class Witness:
    """How one stands."""

    name: str
    address: str
    stand: Stand | None
    """None: it was never asked."""
    size: int
    """Entries of what it cosigned last; 0: nothing yet."""
    at: datetime | None
    """When it did, by its own clock."""
    behind: int
    """Entries of the newest checkpoint that it has not cosigned."""

    @property
    def refuses(self) -> bool:
        return self.stand is not None and self.stand.standing is Standing.REFUSING

    @property
    def is_away(self) -> bool:
        """For so long that it was recorded."""
        return self.stand is not None and self.stand.standing is Standing.AWAY and self.stand.told
