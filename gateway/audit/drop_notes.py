"""What the log's key signs of each deletion: which months went, by which rule, behind how many entries. Pure.

An entry at the end needs no key, and whoever can write to the database can put one there; so an entry that tells of a
deletion has the text and the signatures of such a note, and is believed by them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.audit.canonical import Detail
from gateway.audit.entry import Entry
from gateway.audit.log_keys import LogKey, signatures
from gateway.audit.note import NoteRefused, Signer, Verifier, opened_by, sign
from gateway.audit.shard import Shard

CONTEXT = "brana.log-drop/v1"
"""First line of such a note: no checkpoint begins so."""
OLDEST_SIGNER = "0058"
"""Newest revision of the first version that signs deletions."""
DROPPED, EARLIER, SIGNED = "dropped", "earlier", "signed"
"""Details of its entry: all months of which it tells, each as `Shard.told`; those among them of which an older version
told without a signature; and the lines below the text."""
MOST_BEFORE = 3
"""Entries that the log itself may put before the one that tells: of a turned month, a clock that went back, an end
without its mark.
"""


@dataclass(frozen=True, slots=True)
class Dropped:
    """`told`: as `Shard.told`, the one that goes now first; `earlier`: those among them that an older version let go
    without a signature. `written`: entries of the log before it tells.
    """

    origin: str
    told: tuple[str, ...]
    months: int
    """For how many records are kept, by the settings."""
    written: int
    earlier: tuple[str, ...] = ()

    def text(self) -> str:
        lines = (
            CONTEXT,
            f"log {self.origin}",
            *(f"{EARLIER if one in self.earlier else DROPPED} {one}" for one in self.told),
            f"kept_months {self.months}",
            f"written {self.written}",
        )
        return "".join(f"{line}\n" for line in lines)

    def details(self, signers: Sequence[Signer]) -> dict[str, Detail]:
        """Of its entry."""
        return {
            DROPPED: list(self.told),
            **({EARLIER: list(self.earlier)} if self.earlier else {}),
            "kept_months": self.months,
            "written": self.written,
            SIGNED: signatures(sign(self.text(), *signers)),
        }


def told_in(entry: Entry, origin: str) -> tuple[Dropped, str] | None:
    """What such an entry says was signed, and the note of it; None where it says nothing of a signature."""
    said = entry.details
    below, months, written = said.get(SIGNED), said.get("kept_months"), said.get("written")
    if not isinstance(below, list) or not isinstance(months, int) or not isinstance(written, int):
        return None
    one = Dropped(origin, tuple(lines_told(entry)), months, written, tuple(_lines(entry, EARLIER)))
    return one, "\n".join([one.text(), *map(str, below), ""])


def require_signed(one: Dropped, note: str, keys: Iterable[Verifier]) -> None:
    """By every key of the log that signed when it had so many entries. Raises NoteRefused."""
    known = list(keys)
    text, signed_by = opened_by(note, known)
    needed = [key for key in known if not isinstance(key, LogKey) or key.signs(one.written)]
    if text != one.text() or not needed or any(key not in signed_by for key in needed):
        raise NoteRefused("not every key of the log that signed then has signed it")


def shard_told(line: str) -> Shard | None:
    """Inverse of `Shard.told`; None for what is none."""
    words = line.split(" ")
    try:
        number, month, first, size, root, began, ended = words
        one = Shard(
            int(number),
            "" if month == "-" else month,
            int(first),
            int(size),
            bytes.fromhex(root),
            int(began),
            int(ended),
        )
    except ValueError:
        return None
    return one if one.told == line else None


def lines_told(entry: Entry) -> list[str]:
    """All months that such an entry says are gone."""
    return _lines(entry, DROPPED)


def _lines(entry: Entry, name: str) -> list[str]:
    told = entry.details.get(name)
    return told if isinstance(told, list) else []
