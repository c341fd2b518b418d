"""A row of the log as a database hands it to whoever tells whether it is sound: what repeats stands together.

Most facts of an entry are those of one before. As one text each of the two groups costs a database and a reader less
than nine and four columns do, and is looked up as it is. The text is a JSON array, which says of any values where each
ends and of what type it is. Pure.
"""

from typing import Any, TypeAlias

import msgspec

from gateway.audit.facts import FACTS

PLACES = ("code", "application", "action", "address")
TOLD = (
    "outcome", "subject", "person", "session", "municipality", "own_municipality", "reason", "rule", "policy_version",
)  # fmt: skip
"""Names of the facts of each group."""
GROUPED = {"places": PLACES, "told": TOLD}
COLUMNS = ("sequence", "received_at", "at", *GROUPED, "request_id", "canonical", "leaf")
Brought: TypeAlias = tuple[Any, ...]
"""In the order of `COLUMNS`; nothing of it is believed."""
_texts = msgspec.json.Decoder(list[str])
_NAMES = tuple(name for column in COLUMNS[:-2] for name in GROUPED.get(column, (column,)))
assert sorted(_NAMES) == sorted(FACTS)
_IN_ORDER = tuple(_NAMES.index(name) for name in FACTS)


def listed(written: object, names: tuple[str, ...]) -> list[str] | None:
    """The facts of a group; None where what is stored is not a text each."""
    try:
        found = _texts.decode(written)  # type: ignore[arg-type] # whatever there is
    except (msgspec.MsgspecError, UnicodeError, TypeError):
        return None
    return found if len(found) == len(names) else None


def facts_brought(row: Brought) -> tuple[object, ...] | None:
    """In the order of `FACTS`; None as with `listed`."""
    number, received_at, at, written, further, request, *_ = row
    places, told = listed(written, PLACES), listed(further, TOLD)
    if places is None or told is None:
        return None
    each = (number, received_at, at, *places, *told, request)
    return tuple(each[place] for place in _IN_ORDER)
