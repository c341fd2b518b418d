"""Where in a policy that stands which a fault is about: Cedar tells no positions. Pure.

Authors' texts may be long and made to be slow, so all the places are found as the words go by once.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple


class Near(NamedTuple):
    """A sign of the code, the last one before the first such word behind it; or the first such sign by itself."""

    sign: str
    word: str = ""


def offsets(placed: Iterable[tuple[int, str]], sought: Collection[Near]) -> dict[Near, int]:
    """`placed`: words with where they stand. What is not among them is left out."""
    signs = {one.sign for one in sought}
    by_word: dict[str, list[Near]] = {}
    for one in sought:
        by_word.setdefault(one.word or one.sign, []).append(one)
    last: dict[str, int] = {}
    found: dict[Near, int] = {}
    for offset, word in placed:
        if word in signs:
            last[word] = offset
        for one in by_word.get(word.strip('"'), ()):
            if one.sign in last:
                found.setdefault(one, last[one.sign])
    return found
