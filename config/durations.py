"""Durations that would contradict each other: what must be shorter than what, and why."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce

from config.doubt import Finding
from config.settings import Settings

TABLES = (
    "facts", "sign_in", "grants", "keys", "streams", "fleet", "audit", "requests", "devices", "tunnels",
)  # fmt: skip
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
    Order("keys.announce", "keys.rotate_every", "a key would be replaced before it signs"),
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
    Order("devices.report", "devices.fresh", "a device that reports in time would not count as heard"),
)
BOUNDS = (
    ("sign_in.trust_new_keys_after", timedelta(hours=1), timedelta(days=30)),
    ("keys.rotate_every", timedelta(days=1), timedelta(days=732)),
    (
        "keys.announce",
        timedelta(minutes=10),
        timedelta(days=732),
    ),  # twice as long as anybody keeps a set of keys
    ("limits.silence", timedelta(seconds=5), timedelta(minutes=10)),
    ("public.tls.warn_before", timedelta(days=1), timedelta(days=90)),
    ("public.hsts.max_age", timedelta(0), timedelta(days=732)),
    ("sign_in.longest_exception", timedelta(days=1), timedelta(days=366)),
    ("requests.longest", timedelta(hours=1), timedelta(days=366)),
    ("requests.ahead", timedelta(hours=1), timedelta(days=366)),
    ("requests.longest_order", timedelta(hours=1), timedelta(days=366)),
    ("requests.longest_delegation", timedelta(days=1), timedelta(days=366)),
    ("requests.emergency", timedelta(minutes=1), timedelta(minutes=60)),
    ("requests.review_within", timedelta(hours=1), timedelta(days=2)),
    ("requests.purpose", timedelta(minutes=1), timedelta(hours=10)),
    ("devices.code", timedelta(minutes=1), timedelta(minutes=15)),
    ("devices.certificate", timedelta(hours=1), timedelta(days=30)),
    ("devices.report", timedelta(seconds=30), timedelta(hours=1)),
    ("devices.kept", timedelta(days=30), timedelta(days=3650)),
    ("devices.fresh", timedelta(minutes=1), timedelta(days=1)),
)
"""Setting, least, most: time for people to notice a stranger's key; an exception that nobody forgets; and the like."""
CEILINGS = (
    (
        "facts.refresh",
        timedelta(minutes=4),  # the fifth is for the reading itself
        "whoever is disabled, removed or loses a role would not be out within 5 minutes",
        "write 4 min at most",
    ),
    (
        "sign_in.flow_lifetime",
        ATTEMPT_LIFETIME,
        f"longer than {ATTEMPT_LIFETIME}, for which a sign-in is remembered where it began",
        "write 15 min at most",
    ),
)
"""Setting, most, what would happen otherwise, remedy."""


def duration_findings(settings: Settings, written: Collection[str]) -> Iterator[Finding]:
    """`written` are the paths that stand in the file: a fault is told where somebody can mend it."""
    yield from _findings_of_nothing(settings)
    for order in ORDERS:
        shorter, longer = _value(settings, order.shorter), _value(settings, order.longer)
        if shorter > longer or (shorter == longer and not order.may_be_equal):
            at, other = order.shorter, order.longer
            remedy = f"make it shorter than {other}, or {other} longer"
            if at not in written:
                at, other = other, at
                remedy = f"make it longer than {other}, or {other} shorter"
            yield at, f"{order.otherwise}: {order.shorter} is {shorter}, {order.longer} {longer}", remedy
    for at, least, most in BOUNDS:
        if not least <= _value(settings, at) <= most:
            yield at, f"not between {least} and {most}", "choose a time between them"
    yield from _findings_of_roles(settings)
    for at, most, otherwise, remedy in CEILINGS:
        if _value(settings, at) > most:
            yield at, otherwise, remedy


def _findings_of_nothing(settings: Settings) -> Iterator[Finding]:
    for table in TABLES:
        values = getattr(settings, table)
        for name in () if values is None else values.__struct_fields__:
            value = getattr(values, name)
            if isinstance(value, timedelta) and not value:
                yield f"{table}.{name}", "nothing can happen in no time", "write for example `5 min`"


def _findings_of_roles(settings: Settings) -> Iterator[Finding]:
    """Every entry by itself: where each idles before it ends, so does whoever holds roles of several."""
    usual = settings.sign_in
    for number, entry in enumerate(usual.limits):
        at = f"sign_in.limits[{number}]"
        idle, absolute = usual.idle_of(entry.roles), usual.absolute_of(entry.roles)
        if entry.idle is None and entry.absolute is None:
            yield at, "it limits nothing", "give `idle`, or `absolute`, or both"
        for name, mine in (("idle", entry.idle), ("absolute", entry.absolute)):
            if mine is not None and not mine:
                yield f"{at}.{name}", "nothing can happen in no time", "write for example `5 min`"
            elif mine is not None and mine > getattr(usual, name):
                yield (
                    f"{at}.{name}",
                    f"it changes nothing: for everybody sign_in.{name} is {getattr(usual, name)}",
                    f"make it shorter, or sign_in.{name} longer",
                )
        if entry.idle and entry.idle <= settings.grants.lifetime:
            yield (
                f"{at}.idle",
                f"a grant of {settings.grants.lifetime} would let in somebody who has been idle for too long",
                "make it longer than grants.lifetime, or grants.lifetime shorter",
            )
        if (entry.idle or entry.absolute) and idle >= absolute:
            yield (
                f"{at}.{'absolute' if entry.absolute else 'idle'}",
                f"a session would never end by idling: it idles out after {idle} and ends after {absolute}",
                "make `idle` shorter than `absolute`",
            )


def _value(settings: Settings, path: str) -> timedelta:
    value = reduce(getattr, path.split("."), settings)
    assert isinstance(value, timedelta), path
    return value
