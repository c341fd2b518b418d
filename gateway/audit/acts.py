"""Entries that are built in more than one place, or whose details others rely on."""

from datetime import datetime
from typing import Literal

from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral

SYSTEM = "system"
TEXT = 500  # characters kept of a text that somebody typed or another program said


def started(now: datetime, version: str, policy_version: str = "") -> Entry:
    return _system(Code.STARTED, now, policy_version=policy_version, version=version)


def stopped(now: datetime, cause: str) -> Entry:
    return _system(Code.STOPPED, now, cause=neutral(cause, TEXT))


def data_plane_started(now: datetime, process: int) -> Entry:
    return _system(Code.DATA_PLANE_STARTED, now, process=process)


def data_plane_died(now: datetime, process: int, status: int) -> Entry:
    """`status`: exit status, or the negative number of the signal that ended it."""
    return _system(Code.DATA_PLANE_DIED, now, Outcome.FAILURE, process=process, status=status)


def directory_unreachable(now: datetime, server: str, cause: str) -> Entry:
    return _system(
        Code.DIRECTORY_UNREACHABLE,
        now,
        Outcome.FAILURE,
        server=neutral(server, TEXT),
        cause=neutral(cause, TEXT),
    )


def directory_recovered(now: datetime, server: str) -> Entry:
    return _system(Code.DIRECTORY_RECOVERED, now, server=neutral(server, TEXT))


def policies_loaded(now: datetime, version: str, policies: int) -> Entry:
    return _system(Code.POLICIES_LOADED, now, policy_version=version, policies=policies)


def policies_refused(now: datetime, cause: str) -> Entry:
    """New policies had a fault; the old ones, if any, stay in force."""
    return _system(Code.POLICIES_LOADED, now, Outcome.FAILURE, cause=neutral(cause, TEXT))


def key_created(now: datetime, key_id: str, purpose: str) -> Entry:
    return _system(Code.KEY_CREATED, now, key=key_id, purpose=purpose)


def clock_jumped(now: datetime, expected: datetime) -> Entry:
    """The system clock says `now` where at least `expected` was due (or, for a jump ahead, at most)."""
    milliseconds = round((now - expected).total_seconds() * 1000)
    return _system(Code.CLOCK_JUMPED, now, Outcome.FAILURE, jumped_ms=milliseconds)


def searched(  # noqa: PLR0913 - the facts of one act
    now: datetime,
    *,
    subject: str,
    person: str,
    query: dict[str, str],
    found: int,
    session: str = "",
    address: str = "",
    request_id: str = "",
    own_municipality: str = "",
    form: Literal["page", "entry", "export", "command"] = "page",
) -> Entry:
    """Somebody read the log. `query`: what `search.Query.described` gave; `found`: entries shown."""
    return Entry(
        code=Code.LOG_SEARCHED,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=subject,
        person=person,
        session=session,
        municipality=query.get("municipality", ""),
        own_municipality=own_municipality,
        address=address,
        request_id=request_id,
        details={
            "query": ", ".join(f"{name}={neutral(value, TEXT)}" for name, value in query.items()),
            "found": found,
            "form": form,
        },
    )


def verified(
    now: datetime, *, subject: str, whole: bool, entries: int, finding: str, person: str = ""
) -> Entry:
    """Somebody checked the log. `finding`: the report in one sentence."""
    return Entry(
        code=Code.LOG_VERIFIED,
        outcome=Outcome.SUCCESS if whole else Outcome.FAILURE,
        at=now,
        subject=subject,
        person=person,
        details={"entries": entries, "finding": neutral(finding, TEXT)},
    )


def _system(
    code: Code,
    now: datetime,
    outcome: Outcome = Outcome.SUCCESS,
    policy_version: str = "",
    **details: str | float,
) -> Entry:
    return Entry(
        code=code,
        outcome=outcome,
        at=now,
        subject=SYSTEM,
        policy_version=policy_version,
        details=dict(details),
    )
