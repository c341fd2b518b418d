"""Entries of those who read the log, or have it verified."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from gateway.audit.acts import TEXT
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral
from gateway.audit.purposes import ROUTINE


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
    purpose: str = "",
    span: tuple[int, int] | None = None,
) -> Entry:
    """Somebody read the log. `query`: what `search.Query.described` gave; `found`: how many entries were shown, `span`:
    between which numbers they lie. Where no purpose is told, that of the session is added (`purposes.with_purpose`); a
    command has no session, and reads for the routine.
    """
    told = neutral(purpose, TEXT) or ("" if session else ROUTINE)
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
            **({"first": span[0], "last": span[1]} if span else {}),
            **({"purpose": told} if told else {}),
        },
    )


def looked(now: datetime, *, subject: str, command: str, of: str, found: int, purpose: str = "") -> Entry:
    """Somebody read about people by a command. `of`: the login asked for; `found`: people or sessions shown."""
    query = {"command": command} | ({"user": of} if of else {})
    return searched(
        now, subject=subject, person=subject, query=query, found=found, form="command", purpose=purpose
    )


def verifying(now: datetime, *, subject: str, person: str = "") -> Entry:
    """Somebody has the log checked: the entry without what was found, which only the end can say."""
    return Entry(code=Code.LOG_VERIFIED, outcome=Outcome.SUCCESS, at=now, subject=subject, person=person)


def verified(by: Entry, now: datetime, *, whole: bool, entries: int, finding: str) -> Entry:
    """The check that `by` asked for is done. `finding`: the report in one sentence."""
    details: dict[str, str | int | float | bool | list[str]] = {
        "entries": entries,
        "finding": neutral(finding, TEXT),
    }
    return replace(by, at=now, outcome=Outcome.SUCCESS if whole else Outcome.FAILURE, details=details)


def verification_not_finished(by: Entry, now: datetime, reason: str, cause: str) -> Entry:
    """The check that `by` asked for came to no verdict."""
    finding = neutral(f"no verdict: {cause or reason}", TEXT)
    return replace(by, at=now, outcome=Outcome.FAILURE, reason=reason, details={"finding": finding})
