"""Refusals of too many requests: of one address or session one entry in each batch, with their number.

Whoever is told to wait, and goes on, would else fill the log for nothing. Pure.
"""

from collections.abc import Iterable

import msgspec

from gateway.audit.access import Damaged, Line, damaged, parse_line
from gateway.audit.plain import REASON, Words, words_of
from gateway.audit.spool import Piece

TOO_MANY = frozenset({"too_many_from_address", "too_many_of_session"})


class Told(msgspec.Struct, gc=False):
    """What one entry tells: a line, and how many it stands for."""

    piece: Piece
    item: Line | Damaged | Words
    times: int = 1


def told(pieces: Iterable[Piece], most: int) -> tuple[list[Told], int]:
    """What `most` entries at most tell of the first pieces, and where what they tell of ends."""
    found: list[Told] = []
    crowds: dict[tuple[str, str, str], Told] = {}
    end = 0
    for piece in pieces:
        item = damaged(piece.why, piece.data) if piece.why else _read(piece.data)
        of = None if isinstance(item, list) else _crowd(item)
        if of is not None and of in crowds:
            crowds[of].times += 1
        elif len(found) == most:
            break
        else:
            found.append(one := Told(piece, item))
            if of is not None:
                crowds[of] = one
        end = piece.end
    return found, end


def _read(data: bytes) -> Line | Damaged | Words:
    words = words_of(data)
    return parse_line(data) if words is None or words[REASON] in TOO_MANY else words


def _crowd(line: Line | Damaged) -> tuple[str, str, str] | None:
    if isinstance(line, Damaged) or line.reason not in TOO_MANY:
        return None
    return line.reason, line.address or "", line.session or ""
