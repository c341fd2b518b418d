"""The register of accounts without a second factor, for programs and spreadsheets."""

import csv
import io
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from gateway.audit.spreadsheets import harmless
from gateway.sessions.without_factor import Account
from idp.login.exception import SignInException

BOM = "\ufeff"  # without it spreadsheets take UTF-8 for the code page of the machine
COLUMNS = (
    *("standing", "person", "login", "subject", "roles", "account", "authenticators", "recovery_codes"),
    *("code_until", "signed_in", "exception_from", "exception_until", "exception_why", "exception_by"),
    *("exception_before_ended", "exception_before_why"),
)


def as_data(one: Account) -> dict[str, Any]:
    """By the names of the columns; moments as RFC 3339 says. None: there is none, or it is not known."""
    running, before = one.exception, one.exception_before
    return {
        "standing": one.standing.value,
        "person": one.name,
        "login": one.login,
        "subject": one.subject,
        "roles": [f"{held.municipality}:{held.role}" for held in one.roles],
        "account": None if one.state is None else one.state.value,
        "authenticators": one.proofs.authenticators,
        "recovery_codes": one.proofs.recovery_codes,
        "code_until": _moment(one.proofs.code_until),
        "signed_in": _moment(one.proofs.signed_in_at),
        "exception_from": None if running is None else _moment(running.begins_at),
        "exception_until": None if running is None else _moment(running.ends_at),
        "exception_why": None if running is None else running.reason,
        "exception_by": None if running is None else running.granted_by.name,
        "exception_before_ended": None if before is None else _moment(_end_of(before)),
        "exception_before_why": None if before is None else before.reason,
    }


def as_json(accounts: Iterable[Account], now: datetime) -> str:
    """`now`: when it stood so."""
    told = {"at": _moment(now), "accounts": [as_data(one) for one in accounts]}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def as_csv(accounts: Iterable[Account]) -> str:
    """One line each (RFC 4180). No cell is a formula to a spreadsheet."""
    made = io.StringIO()
    table = csv.writer(made)
    table.writerow(COLUMNS)
    for one in accounts:
        told = as_data(one)
        table.writerow([_cell(told[name]) for name in COLUMNS])
    return BOM + made.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return harmless("; ".join(value) if isinstance(value, list) else str(value))


def _end_of(one: SignInException) -> datetime:
    return one.ended_at or one.ends_at


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
