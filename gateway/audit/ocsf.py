"""An entry as an event of OCSF (Open Cybersecurity Schema Framework) 1.5.0, for receivers that know no other log.

Pure. Nothing is lost: what the schema has no place for stands under `unmapped` by our own names. Numbers without gaps
(`metadata.sequence`) let the receiver see what it did not get, and `metadata.uid` what it got twice.
"""

import ipaddress
from typing import Any

import msgspec

from config.vocabulary import Language
from gateway import __version__
from gateway.audit.acts import OPERATOR, SYSTEM
from gateway.audit.canonical import Recorded, time_text
from gateway.audit.entry import Entry, Outcome
from gateway.audit.facts import EPOCH, MICROSECOND
from gateway.audit.ocsf_classes import KINDS, METHODS, OTHER, SEVERITIES, UNKNOWN, VERSION, Class, Severity
from gateway.audit.reasons import REASONS, Reasons
from gateway.audit.titles import sentence

PRODUCT = "Brána"
BY_OUTCOME = {
    Outcome.SUCCESS: Severity.INFORMATIONAL,
    Outcome.REFUSED: Severity.LOW,
    Outcome.FAILURE: Severity.MEDIUM,
}
SUCCESS, FAILURE = 1, 2  # `status_id`
NEW, RESOLVED = 1, 4  # `status_id` of a finding
CREATED, CLOSED = 1, 3  # activities of a finding
UNNAMED, PERSON, SYSTEM_ACCOUNT, OTHER_ACCOUNT = 0, 1, 3, OTHER  # `user.type_id`
OF_USERS = frozenset({Class.ACCOUNT_CHANGE, Class.AUTHENTICATION, Class.AUTHORIZE_SESSION, Class.USER_ACCESS})
"""Classes of which `user` is whom it concerns, and `actor` who did it."""
WITH_SOURCE = frozenset({*OF_USERS, Class.ENTITY_MANAGEMENT, Class.HTTP_ACTIVITY, Class.API_ACTIVITY})
NAMES_OF_THINGS = (
    *(
        "key",
        "receiver",
        "node",
        "proposal",
        "review",
        "request",
        "class",
        "directory",
        "serial",
        "scope",
        "purpose",
    ),
)
"""Details that name the thing an entry is about, the narrowest first."""

_encoder = msgspec.json.Encoder()


def line(recorded: Recorded, origin: str, reasons: Reasons = REASONS) -> bytes:
    """One event as JSON without a line feed. `origin`: the name of the log, as its checkpoints have it."""
    return _encoder.encode(event(recorded, origin, reasons))


def event(recorded: Recorded, origin: str, reasons: Reasons = REASONS) -> dict[str, Any]:
    entry = recorded.entry
    kind = KINDS.get(entry.code, UNKNOWN)
    activity = METHODS.get(_text(entry, "method"), OTHER) if kind.of is Class.HTTP_ACTIVITY else kind.activity
    left, facts = dict(entry.details), _kept_facts(entry)
    made: dict[str, Any] = {
        "category_uid": kind.of // 1000,
        "class_uid": int(kind.of),
        "activity_id": activity,
        "activity_name": str(entry.code),
        "type_uid": kind.of * 100 + activity,
        "time": _milliseconds(entry.at),
        "severity_id": int(SEVERITIES.get(entry.code, BY_OUTCOME[entry.outcome])),
        "status_id": SUCCESS if entry.outcome is Outcome.SUCCESS else FAILURE,
        "status": str(entry.outcome),
        "message": sentence(entry, Language.ENGLISH, reasons),
        "metadata": _metadata(recorded, origin),
    }
    if entry.reason:
        made["status_code"] = entry.reason
        if (named := reasons.name(entry.reason)) is not None:
            made["status_detail"] = named.in_language(Language.ENGLISH)
    _people(made, entry, kind.of, left, facts)
    if kind.of in WITH_SOURCE and (source := _source(entry)):
        made["src_endpoint"] = source
    _of_class(made, recorded, kind.of, kind.entity, left, origin)
    made["unmapped"] = _together(facts, left)
    return made


def _metadata(recorded: Recorded, origin: str) -> dict[str, Any]:
    entry = recorded.entry
    told: dict[str, Any] = {
        "version": VERSION,
        "product": {"name": PRODUCT, "vendor_name": PRODUCT, "version": __version__},
        "uid": f"{origin}/{recorded.sequence}",
        "sequence": recorded.sequence,
        "log_name": origin,
        "log_provider": PRODUCT,
        "event_code": str(entry.code),
        "original_time": time_text(entry.at),
        "logged_time": _milliseconds(recorded.received_at),
    }
    if entry.request_id:
        told["correlation_uid"] = entry.request_id
    return told


def _together(facts: dict[str, Any], details: dict[str, Any]) -> dict[str, Any]:
    """A detail may have the name of a field: both are told."""
    found = dict(facts)
    for name, value in details.items():
        free = name
        while free in found:
            free = f"detail_{free}"
        found[free] = value
    return found


def _people(
    made: dict[str, Any], entry: Entry, of: Class, left: dict[str, Any], facts: dict[str, Any]
) -> None:
    whom = _user(entry.subject, entry.person)
    by = _user(_taken(left, "by_subject"), _taken(left, "by"))
    session = {"session": {"uid": entry.session}} if entry.session else {}
    if of in OF_USERS:
        made["user"] = whom or {"name": "unknown", "type_id": UNNAMED}
        if by or session:
            made["actor"] = {**({"user": by} if by else {}), **session}
        if of in {Class.AUTHENTICATION, Class.AUTHORIZE_SESSION} and session:
            made.update(session)
    elif whom or by or session:
        made["actor"] = {**({"user": by or whom} if by or whom else {}), **session}
        if of not in {Class.ENTITY_MANAGEMENT, Class.API_ACTIVITY}:
            made["metadata"]["profiles"] = ["host"]  # which has the actor where the class has none
    if by and of not in OF_USERS and whom:
        facts["concerns"] = entry.person or entry.subject
        if entry.person and entry.subject:
            facts["concerns_uid"] = entry.subject


def _user(subject: str, person: str) -> dict[str, Any]:
    if not subject and not person:
        return {}
    kind = SYSTEM_ACCOUNT if subject == SYSTEM else PERSON
    if subject.startswith(OPERATOR):
        kind = OTHER_ACCOUNT
    return {
        **({"name": person} if person else {}),
        **({"uid": subject} if subject else {}),
        "type_id": kind,
        **({"type": "operator"} if kind == OTHER_ACCOUNT else {}),
    }


def _source(entry: Entry) -> dict[str, Any]:
    """An address that is none (somebody wrote it in a header, or it is replaced) is a name."""
    if not entry.address:
        return {}
    country = _text(entry, "country")
    where = {"location": {"country": country}} if len(country) == 2 and country.isalpha() else {}
    try:
        return {"ip": str(ipaddress.ip_address(entry.address)), **where}
    except ValueError:
        return {"name": entry.address, **where}


def _of_class(
    made: dict[str, Any], recorded: Recorded, of: Class, entity: str, left: dict[str, Any], origin: str
) -> None:
    """What the class demands beyond what all have."""
    entry = recorded.entry
    match of:
        case Class.AUTHENTICATION:
            made["service"] = {"name": entry.application or PRODUCT}
        case Class.AUTHORIZE_SESSION | Class.USER_ACCESS:
            made["privileges"] = _privileges(entry)
        case Class.ENTITY_MANAGEMENT:
            made["entity"] = {"name": _thing(entry) or entity, "type": entity}
        case Class.API_ACTIVITY:
            made["api"] = {"operation": str(entry.code)}
            made.setdefault("src_endpoint", {"svc_name": PRODUCT})  # a command on the server has no address
            made.setdefault("actor", {"app_name": PRODUCT})
        case Class.APPLICATION_LIFECYCLE:
            made["app"] = {"name": PRODUCT, "vendor_name": PRODUCT, "version": __version__}
        case Class.HTTP_ACTIVITY:
            _http(made, entry, left)
        case Class.DETECTION_FINDING:
            _finding(made, recorded, origin)
        case _:
            pass


def _privileges(entry: Entry) -> list[str]:
    granted = entry.details.get("granted_actions")
    actions = granted if isinstance(granted, list) and granted else [entry.action] if entry.action else []
    where = entry.application or "*"
    roles = [text for name in ("role", "activity_role", "agenda") if (text := _text(entry, name))]
    return [f"{where}:{action}" for action in actions] or roles or [where]


def _thing(entry: Entry) -> str:
    named = (_text(entry, name) for name in NAMES_OF_THINGS)
    return next((text for text in named if text), entry.policy_version)


def _http(made: dict[str, Any], entry: Entry, left: dict[str, Any]) -> None:
    url = {name: left.pop(key) for name, key in (("hostname", "host"), ("path", "path")) if _text(entry, key)}
    url.setdefault("path", "/")
    made["http_request"] = {
        "url": url,
        **({"http_method": left.pop("method")} if _text(entry, "method") else {}),
        **({"user_agent": left.pop("user_agent")} if _text(entry, "user_agent") else {}),
        **({"uid": entry.request_id} if entry.request_id else {}),
    }
    if isinstance(status := left.get("status"), int) and status:
        made["http_response"] = {"code": left.pop("status")}
    traffic = {name: left.pop(name) for name in ("bytes_in", "bytes_out") if isinstance(left.get(name), int)}
    if traffic:
        made["traffic"] = traffic
    if isinstance(left.get("duration_ms"), int):
        made["duration"] = left.pop("duration_ms")
    if isinstance(left.get("times"), int):
        made["count"] = left.pop("times")


def _finding(made: dict[str, Any], recorded: Recorded, origin: str) -> None:
    """An alert that is over closes the finding which it opened: both have one `uid`."""
    entry = recorded.entry
    about = _text(entry, "alert") or f"{origin}/{recorded.sequence}"
    made["finding_info"] = {"uid": about, "title": made["message"]}
    if rule := _text(entry, "alert_rule"):
        made["finding_info"]["analytic"] = {"uid": rule, "name": rule, "type_id": 1}
    if isinstance(first := entry.details.get("first_entries"), list) and first:
        made["finding_info"]["related_events"] = [{"uid": f"{origin}/{one}"} for one in first]
    made["is_alert"] = made["activity_id"] == CREATED
    made["status_id"] = RESOLVED if made["activity_id"] == CLOSED else NEW


def _kept_facts(entry: Entry) -> dict[str, Any]:
    """Fields of the entry that have no place of their own in every class."""
    names = ("municipality", "own_municipality", "application", "action", "rule", "policy_version")
    return {name: value for name in names if (value := getattr(entry, name))}


def _text(entry: Entry, name: str) -> str:
    value = entry.details.get(name, "")
    return value if isinstance(value, str) else ""


def _taken(left: dict[str, Any], name: str) -> str:
    """A text that has its own place; what is none stays where it is."""
    return str(left.pop(name)) if isinstance(left.get(name), str) else ""


def _milliseconds(at: Any) -> int:
    return int((at - EPOCH) // MICROSECOND) // 1000
