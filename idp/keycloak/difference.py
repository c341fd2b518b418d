"""What is to be done so that a Keycloak is as it is to be. Pure.

Laws: what is as it is to be, is not touched; fields that nobody named stay as they are; what is not ours stays;
done once, nothing is left to do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from idp.keycloak.piece import ORDER, OURS_ALONE, Fields, Key, Kind, Pieces, Secret


class Act(StrEnum):
    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    """With dots between the names of tables."""
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Step:
    act: Act
    key: Key
    changes: tuple[Change, ...] = ()


def difference(wanted: Pieces, found: Pieces) -> tuple[Step, ...]:
    """Steps in the order in which they can be taken: what is made first is what the rest is part of."""
    steps = [step for key, fields in wanted.items() if (step := _step(key, fields, found)) is not None]
    surplus = (key for key in found if key not in wanted)
    steps += [step for key in surplus if (step := _surplus(key, found[key])) is not None]
    return tuple(sorted(steps, key=lambda step: (step.act is Act.REMOVE, ORDER.index(step.key.kind))))


def _step(key: Key, fields: Fields, found: Pieces) -> Step | None:
    if key not in found:
        return Step(Act.ADD, key, tuple(changes(fields, {})))
    differing = tuple(changes(fields, found[key]))
    return Step(Act.CHANGE, key, differing) if differing else None


def _surplus(key: Key, fields: Fields) -> Step | None:
    if key.kind in OURS_ALONE:
        return Step(Act.REMOVE, key)
    if key.kind is Kind.GROUP and fields.get("roles"):  # the group is the directory's, its roles are ours
        return Step(Act.CHANGE, key, (Change("roles", fields["roles"], []),))
    return None


def changes(wanted: Fields, found: Fields, at: str = "") -> Iterator[Change]:
    """Field by field; tables are gone through, lists count as a whole and in any order."""
    for name, after in wanted.items():
        before = found.get(name)
        if isinstance(after, Mapping):
            inner = before if isinstance(before, Mapping) else {}
            yield from changes(after, inner, f"{at}{name}.")
        elif _plain(before) != _plain(after):
            yield Change(f"{at}{name}", before, after)


def merged(found: Fields, wanted: Fields) -> dict[str, Any]:
    """`found` with what is wanted in its place, as it is sent."""
    together = dict(found)
    for name, after in wanted.items():
        before = together.get(name)
        if isinstance(after, Mapping):
            together[name] = merged(before if isinstance(before, Mapping) else {}, after)
        else:
            together[name] = after.value if isinstance(after, Secret) else after
    return together


def _plain(value: Any) -> Any:
    if value is None or (not value and isinstance(value, (str, Sequence, Mapping))):
        return None
    if isinstance(value, (list, tuple)):
        return sorted(value, key=str)
    return value
