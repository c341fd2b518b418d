"""Which entries of indexed blocks fit a query, by the index alone: places as bits of a number, and no entry is read.

Unlike the terms that a search wants (`groups_of`), which may let through what the entries then sort out, these say the
whole query wherever terms can say it; `exactly` tells whether they do.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy import Connection

from config.vocabulary import Action
from gateway.audit.entry import Code, Outcome
from gateway.audit.places import bits_of
from gateway.audit.search import SIGN_IN_NEEDED, Counted, Query
from gateway.audit.terms import Group, wanted_values
from gateway.audit.words import WORD, Wanted, plain
from gateway.storage.audit_by_terms import People, groups_of, places_with
from gateway.storage.audit_conditions import AUDIT_LOG


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds. The first is asked first; where it holds nowhere, no other is."""

    parts: tuple["Mask", ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple["Mask", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Mask"


Mask = Group | All | Either | Not
Bits = Mapping[int, int]
"""Number of a block → the places in it; blocks without any are left out."""


def has(name: str, *values: str) -> Group:
    return wanted_values(name, frozenset(values))


READABLE = has("outcome", "*")
"""Every entry that the index could read; a block may have fewer entries than it has places."""
REFUSED = has("outcome", Outcome.REFUSED.value)
LET_THROUGH = (
    *(has("code", Code.ACCESS.value), has("outcome", Outcome.SUCCESS.value)),
    *(has("application", "*"), has("session", "*")),
)
TECHNICAL = All((has("code", Code.ACCESS.value), Not(has("application", "*"))))


def mask_of(query: Query, people: People) -> All:
    """`people`: what `meant` gave for the query's person."""
    groups = sorted(groups_of(query, people), key=lambda one: one.without)
    parts: list[Mask] = [*([] if groups and not groups[0].without else [READABLE]), *groups]
    if query.counted is Counted.LET_THROUGH:
        parts += LET_THROUGH
    elif query.counted is Counted.REFUSED:
        parts += [REFUSED, wanted_values("reason", frozenset({SIGN_IN_NEEDED}), without=True)]
    if query.without_technical:
        parts.append(Not(TECHNICAL))
    if query.without_reading_of is not None:
        parts.append(Not(_reading_of(query.without_reading_of)))
    return All(tuple(parts))


def _reading_of(subject: str) -> Mask:
    """As `audit_conditions` says it."""
    requests = All(
        (
            *(has("application", AUDIT_LOG), has("code", Code.ACCESS.value, Code.DECISION_PERMIT.value)),
            *(has("action", Action.READ.value), has("outcome", Outcome.SUCCESS.value)),
        )
    )
    return All((has("subject", subject), Either((has("code", Code.LOG_SEARCHED.value), requests))))


def exactly(query: Query) -> bool:
    """Whether terms say all of the query: no minutes, no bytes, no first of a request, no text but plain words."""
    hours = query.hours is None or not (query.hours.begin.minute or query.hours.end.minute)
    sizes = query.bytes_from is None and query.bytes_to is None
    return hours and sizes and query.counted is not Counted.REFUSED and _plain(query.text or "")


def _plain(text: str) -> bool:
    parts, wanted = plain(text).split(), Wanted(text)
    kept = wanted.whole | wanted.begun
    return all(WORD.fullmatch(part) and part in kept for part in parts)


class Masks:
    """`read`: rows of the index that were read so far, as a measure of the time that it took."""

    def __init__(self, connection: Connection, runs: AbstractSet[int]) -> None:
        self._connection, self._runs = connection, runs
        self.read = 0

    def of(self, mask: Mask, numbers: Sequence[int]) -> dict[int, int]:
        """Among the blocks with these numbers."""
        match mask:
            case Group():
                return self._of_group(mask, numbers)
            case All():
                return self._of_all(mask, numbers)
            case Either():
                found: dict[int, int] = {}
                for part in mask.parts:
                    for number, bits in self.of(part, numbers).items():
                        found[number] = found.get(number, 0) | bits
                return found
            case Not():
                return self._less(self.of(READABLE, numbers), self.of(mask.part, numbers))

    def by_term(self, group: Group, numbers: Sequence[int]) -> Iterator[tuple[int, str, int]]:
        """Block, term and its places, for each term of the group."""
        for number, term, kept in places_with(self._connection, numbers, group, self._runs):
            self.read += 1
            yield number, term.decode("utf-8", "surrogatepass"), bits_of(kept)

    def _of_group(self, group: Group, numbers: Sequence[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for number, _, kept in places_with(self._connection, numbers, group, self._runs):
            self.read += 1
            found[number] = found.get(number, 0) | bits_of(kept)
        return self._less(self.of(READABLE, numbers), found) if group.without else found

    def _of_all(self, mask: All, numbers: Sequence[int]) -> dict[int, int]:
        """What must not hold is taken off what is left, so that nobody asks what is readable again."""
        found: dict[int, int] | None = None
        for part in mask.parts:
            left = numbers if found is None else list(found)
            if not left:
                break
            if found is not None and isinstance(part, Not):
                found = self._less(found, self.of(part.part, left))
            elif found is not None and isinstance(part, Group) and part.without:
                plain_group = Group(part.terms, part.beginnings, between=part.between)
                found = self._less(found, self.of(plain_group, left))
            else:
                held = self.of(part, left)
                found = held if found is None else {one: found[one] & held.get(one, 0) for one in left}
            found = {number: bits for number, bits in found.items() if bits}
        return found or {}

    @staticmethod
    def _less(these: Bits, others: Bits) -> dict[int, int]:
        left = {number: bits & ~others.get(number, 0) for number, bits in these.items()}
        return {number: bits for number, bits in left.items() if bits}
