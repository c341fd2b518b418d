"""What the forms hold, read into wishes. Times are those of Prague."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from config.vocabulary import Action, ApplicationId, Role
from gateway.asks.ask import Ask, Party
from gateway.audit.entry import Code
from gateway.web.identity import Assertion
from idp.directory.person import AccountState, Person, RoleHeld
from idp.http.moments import PRAGUE

FIELDS = (
    "application",
    "since",
    "until",
    "why",
    "person",
    "sponsor",
    "role",
    "agenda",
    "activity_role",
    "even_so",
    "by_login",  # logins that are surnames too, and were to be chosen between: whoever sends one of them now means it
    *Action,
)
LONG = 600  # characters kept of a field: more than any of them may have
LOGIN_MAX = 200
YEARS = range(2000, 2100)
OFFERED = timedelta(hours=8)  # between the times that a form begins with


def party_of(caller: Assertion) -> Party:
    return Party(caller.subject, caller.login, caller.name)


def person_of(caller: Assertion) -> Person:
    """As the gate says; emergency access waits for no directory."""
    return Person(
        subject=caller.subject,
        login=caller.login,
        name=caller.name,
        mail="",
        state=AccountState.ACTIVE,
        roles=tuple(RoleHeld(caller.municipality, role) for role in caller.roles),
    )


def application_of(entered: Mapping[str, str]) -> ApplicationId | None:
    return ApplicationId(entered["application"]) if entered.get("application") else None


def actions_of(entered: Mapping[str, str]) -> frozenset[Action]:
    """Those that are ticked."""
    return frozenset(action for action in Action if entered.get(action))


def role_of(entered: Mapping[str, str]) -> Role | None:
    text = entered.get("role", "")
    return Role(text) if text in set(Role) else None


def log_of(origin: str, use: Ask) -> str:
    """Where the audit log shows what was done by an emergency access in its application; empty: without an origin."""
    return _log(origin, use, use.since, use.over_at, application=use.application or "")


def beginning_of(origin: str, use: Ask) -> str:
    """Where the audit log shows the entry by which it began; empty: without an origin."""
    return _log(origin, use, use.asked_at, use.asked_at, code=Code.EMERGENCY_BEGUN.value)


def _log(origin: str, use: Ask, since: datetime, until: datetime, **filters: str) -> str:
    if not origin:
        return ""
    times = {"since": _local(since), "until": _local(until)}
    return f"{origin}/log?{urlencode({'person': use.holder.subject, **filters, **times})}"


def moment_of(text: str) -> datetime | None:
    """As `<input type="datetime-local">` writes it: `2026-11-23T10:00`; None: it is none, or in no year of ours."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    ours = local.tzinfo is None and local.year in YEARS
    return local.replace(tzinfo=PRAGUE).astimezone(UTC) if ours else None


def window_offered(now: datetime) -> dict[str, str]:
    """From now on, for the working day."""
    return {"since": _local(now), "until": _local(now + OFFERED)}


def _local(moment: datetime) -> str:
    """As `<input type="datetime-local">` reads it."""
    return moment.astimezone(PRAGUE).replace(tzinfo=None).isoformat(timespec="minutes")
