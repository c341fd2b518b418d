"""Which lines of a text stayed in another one: the shortest way from the one to the other, by E. W. Myers, "An O(ND)
Difference Algorithm and Its Variations" (1986), as far as it is found in a time that grows with the texts alone. Pure.
"""

from collections.abc import Sequence

STEPS, MOST_CHANGES = 100, 500
"""Steps for each line of both texts, and lines gone or come: whoever reads more of them reads both texts."""
Pair = tuple[int, int]
"""The place of a line in the old text, and in the new one."""


def kept_lines(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """In order. Where there is more between the same beginning and the same end than can be found: nothing there."""
    shorter = min(len(old), len(new))
    begin = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    rest = shorter - begin
    end = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    middle = _between(old[begin : len(old) - end], new[begin : len(new) - end])
    return [
        *((at, at) for at in range(begin)),
        *((begin + i, begin + k) for i, k in middle),
        *((len(old) - at, len(new) - at) for at in range(end, 0, -1)),
    ]


def _between(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """`reached`: by diagonal, how far into the old text so many changes lead at most; `before`: that of each number."""
    if not old or not new:
        return []
    left = STEPS * (len(old) + len(new))
    reached, before = {1: 0}, list[dict[int, int]]()
    for changes in range(min(MOST_CHANGES, len(old) + len(new)) + 1):
        before.append(dict(reached))
        left -= len(reached)
        for diagonal in range(-changes, changes + 1, 2):
            down = _comes_down(reached, diagonal, changes)
            i = reached[diagonal + 1] if down else reached[diagonal - 1] + 1
            begun = i
            while i < len(old) and 0 <= i - diagonal < len(new) and old[i] == new[i - diagonal]:
                i += 1
            reached[diagonal] = i
            left -= 1 + i - begun
            if i >= len(old) and i - diagonal >= len(new):
                return _back(before, len(old), len(new))
        if left < 0:
            return []
    return []


def _comes_down(reached: dict[int, int], diagonal: int, changes: int) -> bool:
    """Whether the farthest way leads here by a line of the new text, rather than by one of the old that is gone."""
    return diagonal == -changes or (diagonal != changes and reached[diagonal - 1] < reached[diagonal + 1])


def _back(before: Sequence[dict[int, int]], i: int, k: int) -> list[Pair]:
    """From the end to the beginning: between two changes stand the lines that stayed."""
    found: list[Pair] = []
    for changes in range(len(before) - 1, 0, -1):  # without any change nothing stays: the first lines differ
        diagonal, reached = i - k, before[changes]
        down = _comes_down(reached, diagonal, changes)
        was = reached[diagonal + 1] if down else reached[diagonal - 1]
        begun = was if down else was + 1
        while i > begun:
            i, k = i - 1, k - 1
            found.append((i, k))
        i, k = was, was - (diagonal + 1 if down else diagonal - 1)
    return found[::-1]
