"""A folder of policies that follows a kept version: what it changed since, put upon those in force. Pure.

Laws, beside those of `policies.merging`:
1. What came into force since that version, and is not the folder's, stays in force, and is named.
2. Where the folder says all that is to be in force, its own texts are, to the letter.
3. Several versions may go by one name: unless all lead to the same, nothing is decided.
4. What the folder brought before and somebody took back does not come again by itself.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from policies.blocks import Key, NotTakenApart, blocks_of, whole
from policies.merging import Conflict, Merged, merged
from policies.texts import Texts


@dataclass(frozen=True, slots=True)
class Following:
    """`texts`: what is to be in force by the folder; `kept`: what of it the folder has otherwise or not at all, by
    file.
    """

    texts: Texts
    kept: tuple[str, ...] = ()


class BaseUnclear(Exception):
    """The version that the folder follows is not known, or several of that name lead to different policies."""


class ChangedByBoth(Exception):
    """What the folder changed has been changed otherwise since; `where`: by file."""

    def __init__(self, where: Sequence[str]) -> None:
        super().__init__("; ".join(where))
        self.where = tuple(where)


def following(own: Texts, bases: Sequence[Texts], today: Texts) -> Following:
    """`bases`: the texts of every version that the folder may follow.

    Raises BaseUnclear, ChangedByBoth.
    """
    if own == today:
        return Following(own)
    found = [_put_upon(base, own, today) for base in bases]
    if not found or any(one != found[0] for one in found):
        raise BaseUnclear
    first = found[0]
    if first.conflicts:
        raise ChangedByBoth(_by_file(first.conflicts))
    return Following(first.texts, tuple(_otherwise(own, first.texts)))


def taken_back(meant: Texts, today: Texts, since: Sequence[Texts]) -> Mapping[int, Sequence[str]]:
    """What `meant` would bring that was in force before, by files, under the place in `since` of what came instead.

    `since`: the texts of all versions after the one that the folder follows, the oldest first and today's last.
    """
    keys = defaultdict[int, dict[str, list[Key]]](lambda: defaultdict(list))
    for name in sorted(one for one in meant.keys() | today.keys() if meant.get(one) != today.get(one)):
        wanted, there = (_pieces(name, each.get(name, "")) for each in (meant, today))
        seen = {text: _pieces(name, text) for text in {each.get(name, "") for each in since}}
        then = [seen[each.get(name, "")] for each in since]
        for key in dict.fromkeys([*there, *wanted]):
            if (text := wanted.get(key)) != there.get(key):
                had = [at for at, pieces in enumerate(then) if pieces.get(key) == text]
                if had:
                    keys[had[-1] + 1][name].append(key)
    return {at: [_told(name, found) for name, found in keys[at].items()] for at in sorted(keys)}


def _put_upon(base: Texts, own: Texts, today: Texts) -> Merged:
    found = merged(base, own, today)
    texts = {
        name: _as_written(name, text, (own.get(name, ""), today.get(name, "")))
        for name, text in found.texts.items()
    }
    return Merged(texts, found.conflicts)


def _as_written(name: str, text: str, two: tuple[str, str]) -> str:
    """As somebody wrote it, the folder first, where that says the same, piece by piece and in the same order."""
    pieces = list(_pieces(name, text).items())
    return next((one for one in two if list(_pieces(name, one).items()) == pieces), text)


def _otherwise(own: Texts, texts: Texts) -> Iterator[str]:
    for name in sorted(own.keys() | texts.keys()):
        mine, there = (_pieces(name, each.get(name, "")) for each in (own, texts))
        if mine != there:
            keys = {**there, **mine}
            yield _told(name, [key for key in keys if mine.get(key) != there.get(key)])


def _by_file(conflicts: Sequence[Conflict]) -> list[str]:
    keys = defaultdict[str, list[Key]](list)
    for one in conflicts:
        keys[one.file] += [] if one.key is None else [one.key]
    return [_told(name, found) for name, found in keys.items()]


def _told(name: str, keys: Sequence[Key]) -> str:
    """Names of the pieces; what has none is the file itself."""
    named = sorted(key.name.partition("\n")[0] for key in keys if key.name)
    return f"{name}: {', '.join(named)}" if named else name


def _pieces(name: str, text: str) -> dict[Key, str]:
    try:
        return {one.key: one.text for one in blocks_of(name, text)}
    except NotTakenApart:
        return {one.key: one.text for one in whole(text)}
