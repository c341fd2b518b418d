"""A question in Cedar's JSON: the context, and one request per action. The entities are in `policies.parties`."""

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from config.holidays import is_public_holiday
from config.vocabulary import Action
from policies.cedar_json import JSON, FactUnusable, address, entity, instant, known, midnight, span, written
from policies.model import LEVELS, NOTHING_FURTHER, Delegation, Device, Emergency, Question, Requested, Ticket
from policies.parties import Parties, entities, kind_of, parties, uid_of, uid_of_resource

__all__ = [
    "DATED",
    "EVERYTHING",
    "FactUnusable",
    "Parties",
    "Paths",
    "circumstances",
    "context_of",
    "entities",
    "is_timeless",
    "kind_of",
    "parties",
    "passes",
    "request",
    "requests",
]

LOCAL = ZoneInfo("Europe/Prague")
CLOCKS_DIFFER_BY = timedelta(
    seconds=60
)  # between the machines of one office; OpenID Connect Core 1.0 §3.1.3.7

Paths = frozenset[tuple[str, ...]]
"""Which circumstances are read, as paths below `context`."""
EVERYTHING: Paths = frozenset({()})
TIMELESS: Paths = frozenset({("sign_in", "level"), ("sign_in", "factors")})
TIMELESS_RECORDS = frozenset(
    {"place", "purpose", "agenda", "activity_role", "download", "author", "approved_by", "route"}
)

AGES = frozenset({("sign_in", "age"), ("sign_in", "idle"), ("device", "age"), ("emergency", "age")})
DATED = frozenset({"device", "emergency"})
"""What has a date, which may be of the future."""


def requests(question: Question, actions: Iterable[Action], looks_at: Paths = EVERYTHING) -> list[JSON]:
    """One Cedar request per action; they share the context."""
    of, context = parties(question), circumstances(question, looks_at)
    return [request(of, action, context) for action in actions]


def request(of: Parties, action: Action, context: str) -> JSON:
    """Cedar's request; `context` is from `circumstances`."""
    return {
        "principal": uid_of(of.subject),
        "action": {"type": "Action", "id": str(action)},
        "resource": uid_of_resource(of),
        "context": context,
    }


def circumstances(question: Question, looks_at: Paths) -> str:
    """Cedar's context, with what the policies look at.

    What no policy reads cannot change a verdict, and parsing it would be half of a decision.
    """
    return written(context_of(question, looks_at))


def is_timeless(looks_at: Paths) -> bool:
    """Whether these circumstances are the same whenever the same person asks from the same sign-in and place."""
    return all(path[:2] in TIMELESS or (path and path[0] in TIMELESS_RECORDS) for path in looks_at)


def passes(path: tuple[str, ...], context: JSON) -> bool:
    """Whether this circumstance may be another one at another moment, where all facts but the idle time stay.

    `context`: at one of the moments; a device or an emergency that is not there has no age.
    """
    if not path or path[0] in ("time", "sign_in"):
        return path[:1] != ("sign_in",) or len(path) == 1 or path[:2] in AGES
    return path[0] in context and any(path == age[: len(path)] for age in AGES)


def context_of(question: Question, looks_at: Paths) -> JSON:
    """The circumstances that are looked at. A record stays a record, if an empty one: `has` may ask for it."""
    now = question.now
    if now.utcoffset() is None or question.authenticated_at.utcoffset() is None:
        raise FactUnusable("the times of a question must be aware of their zone")
    _age(question.authenticated_at, now)  # an impossible sign-in refuses even where nobody asks for its age
    records, others = _wanted(looks_at)
    context: JSON = {}
    for name, attributes in records:
        record = ALWAYS_KNOWN[name](question)
        context[name] = (
            record
            if attributes is None
            else {attribute: record[attribute] for attribute in attributes if attribute in record}
        )
    if question.facts is not NOTHING_FURTHER:
        facts = question.facts
        further = {name: getattr(facts, name) for name in others}
        context |= {name: FURTHER[name](fact, now) for name, fact in further.items() if fact is not None}
    return context


@lru_cache(maxsize=64)  # municipalities' policies look at the same few things
def _wanted(
    looks_at: Paths,
) -> tuple[tuple[tuple[str, tuple[str, ...] | None], ...], tuple[str, ...]]:
    """Records of ALWAYS_KNOWN with the attributes to take (None: all), and names of the further facts."""
    if () in looks_at:
        return tuple((name, None) for name in ALWAYS_KNOWN), tuple(FURTHER)
    records: list[tuple[str, tuple[str, ...] | None]] = []
    for name in ALWAYS_KNOWN:
        paths = {path[1:] for path in looks_at if path[0] == name}
        if paths:
            records.append((name, None if () in paths else tuple(sorted({path[0] for path in paths}))))
    return tuple(records), tuple(sorted({path[0] for path in looks_at} & FURTHER.keys()))


def _sign_in(question: Question) -> JSON:
    idle = question.facts.idle
    return known(
        level=LEVELS[question.level],
        age=_age(question.authenticated_at, question.now),
        factors=[entity("Factor", factor) for factor in question.factors],
        idle=None if idle is None else _seconds(idle),
    )


def _place(question: Question) -> JSON:
    facts = question.facts
    return known(
        address=_address(question.address),
        country=facts.country,
        networks=[entity("Network", name) for name in facts.networks],
        tunnel=facts.tunnel,
        protocol=facts.protocol,
        impossible_travel=facts.impossible_travel,
    )


def _moment(question: Question) -> JSON:
    now = question.now
    local = now.astimezone(LOCAL)
    day = local.date()
    return {
        "now": instant(now),
        "date": midnight(day),
        "month": day.month,
        "day": day.day,
        "of_day": span(timedelta(hours=local.hour, minutes=local.minute)),
        "hour": local.hour,
        "minute": local.minute,
        "weekday": local.isoweekday(),
        "holiday": is_public_holiday(day),
    }


ALWAYS_KNOWN: Mapping[str, Callable[[Question], JSON]] = {
    "sign_in": _sign_in,
    "place": _place,
    "time": _moment,
}
"""Records of every question; single attributes of these may be left out, and what is left out is not made."""


def _device(device: Device, now: datetime) -> JSON:
    return known(
        managed=device.managed,
        fresh=device.fresh,
        disk_encrypted=device.disk_encrypted,
        firewall=device.firewall,
        updates_installed=device.updates_installed,
        screen_lock=device.screen_lock,
        antivirus=device.antivirus,
        os=device.os,
        os_version=device.os_version,
        owner=_named("Person", device.owner),
        agent=device.agent,
        age=None if device.reported_at is None else _age(device.reported_at, now),
    )


def _emergency(emergency: Emergency, now: datetime) -> JSON:
    return known(
        age=_age(emergency.asked_at, now),
        justification=emergency.justification,
        reviewed_late=emergency.reviewed_late,
        application=_named("Application", emergency.application),
    )


def _ticket(ticket: Ticket, _: datetime) -> JSON:
    return known(
        approved=ticket.approved,
        since=instant(ticket.since),
        until=instant(ticket.until),
        application=entity("Application", ticket.application),
        actions=[entity("Action", action) for action in ticket.actions],
        sponsor_present=ticket.sponsor_present,
        sponsor=_named("Person", ticket.sponsor),
        number=ticket.number,
    )


def _delegation(delegation: Delegation, _: datetime) -> JSON:
    return known(
        since=instant(delegation.since),
        until=instant(delegation.until),
        by=_named("Person", delegation.by),
        roles=None if delegation.roles is None else [entity("Role", role) for role in delegation.roles],
    )


def _requested(requested: Requested, _: datetime) -> JSON:
    return {
        "since": instant(requested.since),
        "until": instant(requested.until),
        "application": entity("Application", requested.application),
        "actions": [entity("Action", action) for action in requested.actions],
    }


FURTHER: Mapping[str, Callable[[Any, datetime], Any]] = {
    "device": _device,
    "emergency": _emergency,
    "ticket": _ticket,
    "delegation": _delegation,
    "requested": _requested,
    "purpose": lambda purpose, _: purpose,
    "agenda": lambda agenda, _: agenda,
    "activity_role": lambda activity_role, _: activity_role,
    "download": lambda download, _: download,
    "author": lambda author, _: entity("Person", author),
    "approved_by": lambda people, _: [entity("Person", one) for one in people],
    "route": lambda route, _: {"id": route.id, "path": route.path},
}
"""Facts that may be unknown, by their names in the schema and in `Facts`; each is made as a whole or not at all."""


def _named(kind: str, name: str | None) -> JSON | None:
    return None if name is None else entity(kind, name)


def _age(since: datetime, now: datetime) -> int:
    """Whole seconds, never negative: an act from the future beyond the clocks' difference is no act."""
    if since - now > CLOCKS_DIFFER_BY:
        raise FactUnusable(
            f"something that already happened is dated {since.isoformat()}, after {now.isoformat()}"
        )
    return max(0, _seconds(now - since))


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())


def _address(text: str) -> JSON | None:
    try:
        here = ipaddress.ip_address(text.partition("%")[0])  # a zone (RFC 4007 §11) says nothing to a policy
    except ValueError:
        return None
    if isinstance(here, ipaddress.IPv6Address) and here.ipv4_mapped:
        here = here.ipv4_mapped
    return address(str(here))
