"""What happened to the replica of a directory, for whoever lives on it."""

from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import DirectoryName
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnusable
from idp.directory.sync.replica import Hold, Touched


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    directory: DirectoryName
    at: datetime
    confirmed: bool = False
    """Whether all that the replica says was true at `at`; otherwise only of those touched something is newer."""
    touched: Touched = frozenset()
    trouble: DirectoryUnusable | None = None
    first_of_its_kind: bool = False
    """The first trouble of this kind, or the first success after one: worth recording."""


class RemovalHeld(DirectoryMisconfigured):
    """More would vanish at once than is believable; what was known before stays."""


def held_back(directory: DirectoryName, held: Hold) -> RemovalHeld:
    return RemovalHeld(
        f"{held.removal} of {directory} vanished at once",
        f"if they were really removed, say `brana directory confirm {directory}`; else restore the service "
        "account's rights",
    )
