"""A question in Cedar's JSON: the entities, the context, and one request per action."""

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from config.holidays import is_public_holiday
from config.vocabulary import (
    RECOVERY_ADMINISTRATOR,
    Action,
    ApplicationId,
    MunicipalityCode,
    Role,
    SubjectId,
    technical_account_of,
)
from policies.model import LEVELS, NOTHING_FURTHER, Device, Facts, Question

LOCAL = ZoneInfo("Europe/Prague")
CLOCKS_DIFFER_BY = timedelta(
    seconds=60
)  # between the machines of one office; OpenID Connect Core 1.0 §3.1.3.7

JSON = dict[str, Any]
_encoder = msgspec.json.Encoder()


class FactUnusable(ValueError):
    """A fact of the question contradicts the others or has no meaning; the question cannot be answered."""


Paths = frozenset[tuple[str, ...]]
"""Which circumstances are read, as paths below `context`."""
EVERYTHING: Paths = frozenset({()})
TIMELESS: Paths = frozenset({("sign_in", "level"), ("sign_in", "factors")})


@dataclass(frozen=True, slots=True)
class Parties:
    """Person and resource: all that Cedar's entities are made of. The same parties ask many questions."""

    subject: SubjectId
    roles: frozenset[tuple[MunicipalityCode, Role]]
    own_municipality: MunicipalityCode
    departments: frozenset[str] | None
    municipality: MunicipalityCode
    application: ApplicationId
    department: str | None


def parties(question: Question) -> Parties:
    facts = question.facts
    return Parties(
        question.subject,
        question.roles,
        question.own_municipality,
        facts.departments,
        question.municipality,
        question.application,
        facts.department,
    )


def requests(question: Question, actions: Iterable[Action], looks_at: Paths = EVERYTHING) -> list[JSON]:
    """One Cedar request per action; they share the context."""
    of, context = parties(question), circumstances(question, looks_at)
    return [request(of, action, context) for action in actions]


def request(of: Parties, action: Action, context: str) -> JSON:
    """Cedar's request; `context` is from `circumstances`."""
    return {
        "principal": {"type": kind_of(of.subject), "id": str(of.subject)},
        "action": {"type": "Action", "id": str(action)},
        "resource": {"type": "Resource", "id": _resource_id(of)},
        "context": context,
    }


def circumstances(question: Question, looks_at: Paths) -> str:
    """Cedar's context, with what the policies look at.

    What no policy reads cannot change a verdict, and parsing it would be half of a decision.
    """
    return _encoder.encode(_context(question, looks_at)).decode()


def is_timeless(looks_at: Paths) -> bool:
    """Whether these circumstances are the same whenever the same person asks from the same sign-in and place."""
    return all(path[:2] in TIMELESS or path[:1] == ("place",) for path in looks_at)


def entities(of: Parties) -> str:
    """The person and the resource, as Cedar's entities document."""
    own = of.own_municipality
    person: JSON = {
        "municipality": _entity("Municipality", own),
        "roles": [_entity("Role", role) for where, role in of.roles if where == own],
        "memberships": [_entity("Municipality", where) for where in {where for where, _ in of.roles}],
        "roles_anywhere": [_entity("Role", role) for role in {role for _, role in of.roles}],
        "offices": [_entity("Office", f"{where}/{role}") for where, role in of.roles],
        "recovery": of.subject == RECOVERY_ADMINISTRATOR,
    }
    if of.departments is not None:
        person["departments"] = sorted(of.departments)
    resource: JSON = {"municipality": _entity("Municipality", of.municipality)}
    if of.department is not None:
        resource["department"] = of.department
    parents = [
        {"type": "Municipality", "id": str(of.municipality)},
        {"type": "Application", "id": str(of.application)},
    ]
    return _encoder.encode(
        [
            {"uid": {"type": kind_of(of.subject), "id": str(of.subject)}, "attrs": person, "parents": []},
            {
                "uid": {"type": "Resource", "id": _resource_id(of)},
                "attrs": resource,
                "parents": parents,
            },
        ]
    ).decode()


def kind_of(subject: SubjectId) -> str:
    """Cedar's type of whoever asks."""
    return "Person" if technical_account_of(subject) is None else "TechnicalAccount"


def _resource_id(of: Parties) -> str:
    return f"{of.municipality}/{of.application}"


def _context(question: Question, looks_at: Paths) -> JSON:
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
        further = _further(question.facts, now)
        context |= further if others is None else {name: further[name] for name in others if name in further}
    return context


@lru_cache(maxsize=64)  # municipalities' policies look at the same few things
def _wanted(
    looks_at: Paths,
) -> tuple[tuple[tuple[str, tuple[str, ...] | None], ...], frozenset[str] | None]:
    """Records of ALWAYS_KNOWN with the attributes to take, and names of the further facts; None: all."""
    if () in looks_at:
        return tuple((name, None) for name in ALWAYS_KNOWN), None
    records: list[tuple[str, tuple[str, ...] | None]] = []
    for name in ALWAYS_KNOWN:
        paths = {path[1:] for path in looks_at if path[0] == name}
        if paths:
            records.append((name, None if () in paths else tuple(sorted({path[0] for path in paths}))))
    return tuple(records), frozenset(path[0] for path in looks_at)


def _sign_in(question: Question) -> JSON:
    idle = question.facts.idle
    return _known(
        level=LEVELS[question.level],
        age=_age(question.authenticated_at, question.now),
        factors=[_entity("Factor", factor) for factor in question.factors],
        idle=None if idle is None else _seconds(idle),
    )


def _place(question: Question) -> JSON:
    facts = question.facts
    return _known(
        address=_address(question.address),
        country=facts.country,
        tunnel=facts.tunnel,
        protocol=facts.protocol,
        impossible_travel=facts.impossible_travel,
    )


def _further(facts: Facts, now: datetime) -> JSON:
    emergency, ticket, delegation = facts.emergency, facts.ticket, facts.delegation
    requested = facts.requested
    return _known(
        device=facts.device and _device(facts.device),
        emergency=emergency
        and {
            "age": _age(emergency.asked_at, now),
            "justification": emergency.justification,
            "reviewed_late": emergency.reviewed_late,
        },
        ticket=ticket
        and {
            "approved": ticket.approved,
            "since": _instant(ticket.since),
            "until": _instant(ticket.until),
            "application": _entity("Application", ticket.application),
            "sponsor_present": ticket.sponsor_present,
        },
        delegation=delegation and {"since": _instant(delegation.since), "until": _instant(delegation.until)},
        purpose=facts.purpose,
        agenda=facts.agenda,
        activity_role=facts.activity_role,
        download=facts.download,
        author=None if facts.author is None else _entity("Person", facts.author),
        requested=requested
        and {
            "since": _instant(requested.since),
            "until": _instant(requested.until),
            "application": _entity("Application", requested.application),
            "actions": sorted(requested.actions),
        },
    )


def _device(device: Device) -> JSON:
    return _known(
        managed=device.managed,
        fresh=device.fresh,
        disk_encrypted=device.disk_encrypted,
        firewall=device.firewall,
        updates_installed=device.updates_installed,
        screen_lock=device.screen_lock,
    )


def _moment(question: Question) -> JSON:
    now = question.now
    local = now.astimezone(LOCAL)
    day = local.date()
    return {
        "now": _instant(now),
        "date": {"__extn": {"fn": "datetime", "arg": day.isoformat()}},
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


def _known(**values: Any) -> JSON:
    """Leave out what is not known: Cedar has no null, policies ask with `has`."""
    return {name: value for name, value in values.items() if value is not None}


def _entity(kind: str, name: str) -> JSON:
    return {"__entity": {"type": kind, "id": str(name)}}


def _instant(at: datetime) -> JSON:
    if at.utcoffset() is None:
        raise FactUnusable("the times of a question must be aware of their zone")
    return {"__extn": {"fn": "datetime", "arg": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}}


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
        address = ipaddress.ip_address(
            text.partition("%")[0]
        )  # a zone (RFC 4007 §11) says nothing to a policy
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return {"__extn": {"fn": "ip", "arg": str(address)}}
