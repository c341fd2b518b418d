"""Durations that would contradict each other: what must be shorter than what, and why."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

from config.doubt import Finding
from config.settings import Settings

TABLES = ("facts", "sign_in", "grants", "audit")
ATTEMPT_LIFETIME = timedelta(minutes=15)
"""How long a browser's way through the provider is remembered at the host where it began."""


@dataclass(frozen=True, slots=True)
class Order:
    shorter: str
    longer: str
    otherwise: str
    """What would happen if it were not."""
    may_be_equal: bool = False


ORDERS = (
    Order("grants.lifetime", "sign_in.idle", "a grant would let in somebody who has been idle for too long"),
    Order("facts.refresh", "facts.grace", "facts would be too old before they are read again"),
    Order("facts.refresh", "facts.full", "everything would be read again and again"),
    Order("sign_in.idle", "sign_in.absolute", "a session would never end by idling"),
    Order("sign_in.idle", "sign_in.absolute_administrators", "a session would never end by idling"),
    Order(
        "sign_in.absolute_administrators",
        "sign_in.absolute",
        "administrators would stay signed in for longer than others",
        True,
    ),
)


def duration_findings(settings: Settings, written: Collection[str]) -> Iterator[Finding]:
    """`written` are the paths that stand in the file: a fault is told where somebody can mend it."""
    for table in TABLES:
        values = getattr(settings, table)
        for name in values.__struct_fields__:
            value = getattr(values, name)
            if isinstance(value, timedelta) and not value:
                yield f"{table}.{name}", "nothing can happen in no time", "write for example `5 min`"
    for order in ORDERS:
        shorter, longer = _value(settings, order.shorter), _value(settings, order.longer)
        if shorter > longer or (shorter == longer and not order.may_be_equal):
            at, other = order.shorter, order.longer
            remedy = f"make it shorter than {other}, or {other} longer"
            if at not in written:
                at, other = other, at
                remedy = f"make it longer than {other}, or {other} shorter"
            yield at, f"{order.otherwise}: {order.shorter} is {shorter}, {order.longer} {longer}", remedy
    if settings.sign_in.flow_lifetime > ATTEMPT_LIFETIME:
        yield (
            "sign_in.flow_lifetime",
            f"longer than {ATTEMPT_LIFETIME}, for which a sign-in is remembered where it began",
            "write 15 min at most",
        )


def _value(settings: Settings, path: str) -> timedelta:
    table, name = path.split(".")
    value = getattr(getattr(settings, table), name)
    assert isinstance(value, timedelta), path
    return value
