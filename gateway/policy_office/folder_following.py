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

from gateway.policy_office.pieces import Pieces, pieces
from policies.blocks import Key, NotTakenApart, blocks_of, whole
from policies.merging import Conflict, Merged, merged
from policies.texts import Texts


@dataclass(frozen=True, slots=True)
class Following:
    """`texts`: what is to be in force by the folder; `kept`: what of it the folder has otherwise or not at all, by
    file.
    """

    texts: Texts
    kept: tuple[Pieces, ...] = ()


class BaseUnclear(Exception):
    """The version that the folder follows is not known, or several of that name lead to different policies."""


class ChangedByBoth(Exception):
    """What the folder changed has been changed otherwise since; `where`: by file."""

    def __init__(self, where: Sequence[Pieces]) -> None:
        super().__init__("; ".join(one.named() for one in where))
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


def taken_back(meant: Texts, today: Texts, since: Sequence[Texts]) -> Mapping[int, Sequence[Pieces]]:
    """What `meant` would bring that was in force before, by files, under the place in `since` of what came instead.

    `since`: the texts of all versions after the one that the folder follows, the oldest first and today's last.
    """
    found = defaultdict[int, dict[str, dict[Key, str]]](lambda: defaultdict(dict))
    for name in sorted(one for one in meant.keys() | today.keys() if meant.get(one) != today.get(one)):
        wanted, there = (_pieces(name, each.get(name, "")) for each in (meant, today))
        seen = {text: _pieces(name, text) for text in {each.get(name, "") for each in since}}
        then = [seen[each.get(name, "")] for each in since]
        for key in dict.fromkeys([*there, *wanted]):
            if (text := wanted.get(key)) != there.get(key):
                had = [at for at, one in enumerate(then) if one.get(key) == text]
                if had:
                    found[had[-1] + 1][name][key] = there[key] if text is None else text
    return {at: [pieces(name, keys) for name, keys in found[at].items()] for at in sorted(found)}


def _put_upon(base: Texts, own: Texts, today: Texts) -> Merged:
    found = merged(base, own, today)
    texts = {
        name: _as_written(name, text, (own.get(name, ""), today.get(name, "")))
        for name, text in found.texts.items()
    }
    return Merged(texts, found.conflicts)


def _as_written(name: str, text: str, two: tuple[str, str]) -> str:
    """As somebody wrote it, the folder first, where that says the same, piece by piece and in the same order."""
    said = list(_pieces(name, text).items())
    return next((one for one in two if list(_pieces(name, one).items()) == said), text)


def _otherwise(own: Texts, texts: Texts) -> Iterator[Pieces]:
    for name in sorted(own.keys() | texts.keys()):
        mine, there = (_pieces(name, each.get(name, "")) for each in (own, texts))
        if mine != there:
            keys = {**there, **mine}
            differing = [key for key in keys if mine.get(key) != there.get(key)]
            yield pieces(name, {key: there.get(key) or mine[key] for key in differing})


def _by_file(conflicts: Sequence[Conflict]) -> list[Pieces]:
    keys = defaultdict[str, dict[Key, str]](dict)
    for one in conflicts:
        keys[one.file] |= {} if one.key is None else {one.key: one.today or one.own}
    return [pieces(name, found) for name, found in keys.items()]


def _pieces(name: str, text: str) -> dict[Key, str]:
    try:
        return {one.key: one.text for one in blocks_of(name, text)}
    except NotTakenApart:
        return {one.key: one.text for one in whole(text)}
