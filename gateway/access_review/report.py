"""The report of a campaign: one JSON text, whose SHA-256 stands in the log, and the same as a table of texts.

It names for every decision the number of its entry in the audit log, so that it can be held against the log.
"""

import csv
import hashlib
import io
import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from gateway.access_review.campaign import Campaign, Item, progress
from gateway.audit.spreadsheets import harmless
from idp.events import Actor

FORMAT = 1
BOM = "\ufeff"  # without it spreadsheets take UTF-8 for the code page of the machine
COLUMNS = (
    *("number", "kind", "person", "login", "subject", "what", "lent", "about", "until", "opens"),
    *("last_use", "added", "gone", "decision", "comment", "decided_by", "decided_at", "entry", "overdue"),
)


def body_of(campaign: Campaign, items: Sequence[Item], overdue: Collection[int], municipality: str) -> str:
    """Of a campaign as it is being closed. `overdue`: numbers of what nobody had decided."""
    assert campaign.closed_at is not None
    assert campaign.closed_by is not None
    done = progress(items)
    report = {
        "format": FORMAT,
        "review": campaign.id,
        "municipality": campaign.municipality,
        "municipality_name": municipality,
        "scope": campaign.scope.value,
        "application": campaign.application,
        "begun": _moment(campaign.begun_at),
        "begun_by": _actor(campaign.begun_by),
        "begun_entry": campaign.begun_entry,
        "deadline": _moment(campaign.deadline),
        "closed": _moment(campaign.closed_at),
        "closed_by": _actor(campaign.closed_by),
        "accesses": done.all,
        "removed": done.removed,
        "overdue": len(overdue),
        "items": [_item(one, overdue=one.number in overdue) for one in items],
    }
    return json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _item(one: Item, *, overdue: bool) -> dict[str, Any]:
    held, decided = one.held, one.decided
    return {
        "number": one.number,
        "kind": held.kind.value,
        "person": held.name,
        "login": held.login,
        "subject": held.subject,
        "what": held.what,
        "lent": held.lent,
        "about": held.about,
        "until": None if held.until is None else _moment(held.until),
        "opens": [f"{each.application}: {', '.join(each.actions)}" for each in held.opens],
        "last_use": None if held.last_use is None else _moment(held.last_use),
        "added": _moment(one.added_at),
        "gone": None if one.gone_at is None else _moment(one.gone_at),
        "decision": None if decided is None else decided.choice.value,
        "comment": "" if decided is None else decided.comment,
        "decided_by": None if decided is None else _actor(decided.by),
        "decided_at": None if decided is None else _moment(decided.at),
        "entry": None if decided is None else decided.entry,
        "overdue": overdue,
    }


def as_csv(text: str) -> str:
    """The items of a report (`body_of`), one line each (RFC 4180). No cell is a formula to a spreadsheet."""
    made = io.StringIO()
    table = csv.writer(made)
    table.writerow(COLUMNS)
    for item in json.loads(text)["items"]:
        table.writerow([_cell(item[name]) for name in COLUMNS])
    return BOM + made.getvalue()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            said = "; ".join(value)
        case dict():
            said = str(value["name"])
        case _:
            said = str(value)
    return harmless(said)


def _actor(by: Actor) -> dict[str, str]:
    return {"name": by.name, "subject": by.subject}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
