"""Why the gateway does not do what a personnel system pushes: the same word in answer, log and test.

Statuses and `scimType`: RFC 7644 §3.12.
"""

from collections.abc import Mapping
from enum import StrEnum


class Why(StrEnum):
    NO_SOURCE = "personnel_source_unknown"
    """No `[[personnel]]` names the technical account."""
    READS_ONLY = "personnel_reads_only"
    """The policies permit it to read and not to write."""
    NO_SUCH_PLACE = "personnel_path_unknown"
    """Nothing of the protocol is at that path, or not by that method."""
    UNKNOWN = "personnel_record_unknown"
    UNREADABLE = "personnel_unreadable"
    VALUE = "personnel_value_unusable"
    PATH = "personnel_attribute_unknown"
    READ_ONLY = "personnel_attribute_read_only"
    NO_TARGET = "personnel_target_missing"
    FILTER = "personnel_filter_unusable"
    TAKEN = "personnel_name_taken"
    CHANGED = "personnel_changed_meanwhile"
    TOO_LARGE = "personnel_too_large"
    TOO_OFTEN = "personnel_too_often"
    FULL = "personnel_full"
    CLOSES_MANY = "personnel_closes_too_many"
    """Somebody has to look: a personnel system that closes many within an hour may be broken, or somebody else's."""
    KEEPER = "personnel_closes_keeper"
    """Whoever watches over the gateway is closed by people alone: a stolen secret must not shut them out."""
    UNAVAILABLE = "personnel_unavailable"


class Unlinked(StrEnum):
    """Why a record is nobody's: it is kept and told, and closes nobody."""

    NOBODY = "personnel_nobody"
    """Nobody of the account's municipalities has the number or login; of others nothing is told."""
    SEVERAL = "personnel_several"
    DISAGREE = "personnel_keys_disagree"
    """The number is one person's, the login another's."""


STATUS: Mapping[Why, tuple[int, str]] = {
    Why.NO_SOURCE: (403, ""),
    Why.READS_ONLY: (403, ""),
    Why.NO_SUCH_PLACE: (404, ""),
    Why.UNKNOWN: (404, ""),
    Why.UNREADABLE: (400, "invalidSyntax"),
    Why.VALUE: (400, "invalidValue"),
    Why.PATH: (400, "invalidPath"),
    Why.READ_ONLY: (400, "mutability"),
    Why.NO_TARGET: (400, "noTarget"),
    Why.FILTER: (400, "invalidFilter"),
    Why.TAKEN: (409, "uniqueness"),
    Why.CHANGED: (412, ""),
    Why.TOO_LARGE: (413, ""),
    Why.TOO_OFTEN: (429, ""),
    Why.FULL: (403, ""),
    Why.CLOSES_MANY: (403, ""),
    Why.KEEPER: (403, ""),
    Why.UNAVAILABLE: (503, ""),
}


class NotDone(Exception):
    """`about`: which value, path or limit; from our own words and bounded pieces of what was sent."""

    def __init__(self, reason: Why, about: str = "") -> None:
        super().__init__(f"{reason}: {about}" if about else reason)
        self.reason, self.about = reason, about
