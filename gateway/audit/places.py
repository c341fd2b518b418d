"""In which places of a block of entries something occurs: as bytes that are kept, and as a number by its bits.

Few places are written one after the other, two bytes each; many as a bit for each place of the block. Of a run of
blocks those of each block stand one after the other, behind which block it is and how many bytes they are.
"""

from collections.abc import Iterator, Sequence
from struct import Struct, pack, unpack

BLOCK = 4096  # entries: what is newer than the last whole block is looked through one by one
WHOLE = BLOCK // 8  # bytes of a bit for each place
ALL = (1 << BLOCK) - 1
RUN = 64  # blocks: as many looks into a log of ten million entries as into one of 150,000 without runs
_PART = Struct("<BH")


def packed(places: Sequence[int]) -> bytes:
    if 2 * len(places) < WHOLE:
        return pack(f"<{len(places)}H", *places)
    bits = bytearray(WHOLE)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return bytes(bits)


def bits_of(kept: bytes) -> int:
    """Of what `packed` gave. Raises ValueError for anything else."""
    if len(kept) == WHOLE:
        return int.from_bytes(kept, "little")
    if len(kept) % 2 or len(kept) > WHOLE:
        raise ValueError("not places of a block")
    bits = bytearray(WHOLE)
    try:
        for place in unpack(f"<{len(kept) // 2}H", kept):
            bits[place >> 3] |= 1 << (place & 7)
    except IndexError:
        raise ValueError("not a place of a block") from None
    return int.from_bytes(bits, "little")


def places_of(bits: int) -> Iterator[int]:
    """From the highest on."""
    while bits:
        place = bits.bit_length() - 1
        yield place
        bits ^= 1 << place


def part(block: int, kept: bytes) -> bytes:
    """Of a run's places those of one block; `block`: which of the run, `kept`: what `packed` gave."""
    return _PART.pack(block, len(kept)) + kept


def parts_of(kept: bytes) -> list[tuple[int, bytes]]:
    """Which block of the run, and what `packed` gave for it. Raises ValueError for what is no parts."""
    found, begin, end = [], 0, len(kept)
    while begin < end:
        if end - begin < _PART.size:
            raise ValueError("not places of a run")
        block, size = _PART.unpack_from(kept, begin)
        begin += _PART.size + size
        found.append((block, kept[begin - size : begin]))
    if begin > end:
        raise ValueError("not places of a run")
    return found
