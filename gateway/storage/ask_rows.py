"""Rows of what was asked for, and what they mean."""

from collections.abc import Mapping
from typing import Any

import msgspec

from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role, SessionId, SubjectId
from gateway.asks.ask import Ask, AskId, Kind, Party, Signature, Stage
from gateway.storage.moment import micros, moment_of, moment_or_none

encode, decode = msgspec.json.encode, msgspec.json.decode


def ask_row(ask: Ask) -> dict[str, Any]:
    return {
        "id": ask.id,
        "kind": ask.kind.value,
        "stage": ask.stage.value,
        "municipality": ask.municipality,
        "application": ask.application,
        "actions": " ".join(sorted(ask.actions)),
        **_named("asker", ask.asker),
        **_named("holder", ask.holder),
        **_named("sponsor", ask.sponsor),
        "begins_at": micros(ask.since),
        "ends_at": micros(ask.until),
        "why": ask.why,
        "asked_at": micros(ask.asked_at),
        "needed": ask.needed,
        "approvals": encode([_signed(one) for one in ask.approvals]).decode(),
        "role": ask.role.value if ask.role is not None else None,
        "agenda": ask.agenda,
        "activity_role": ask.activity_role,
        "session": ask.session,
        "ended": _text(ask.ended),
        "review_by": ask.review_by and micros(ask.review_by),
        "reviewed": _text(ask.reviewed),
    }


def ask_of(row: Any) -> Ask:
    asker, holder, sponsor = (_party(row, part) for part in ("asker", "holder", "sponsor"))
    assert asker is not None  # the table demands them
    assert holder is not None
    return Ask(
        id=AskId(row.id),
        kind=Kind(row.kind),
        stage=Stage(row.stage),
        municipality=MunicipalityCode(row.municipality),
        application=ApplicationId(row.application) if row.application is not None else None,
        actions=frozenset(Action(one) for one in row.actions.split()),
        asker=asker,
        holder=holder,
        sponsor=sponsor,
        since=moment_of(row.begins_at),
        until=moment_of(row.ends_at),
        why=row.why,
        asked_at=moment_of(row.asked_at),
        needed=row.needed,
        approvals=tuple(_signature(one) for one in decode(row.approvals)),
        role=Role(row.role) if row.role is not None else None,
        agenda=row.agenda,
        activity_role=row.activity_role,
        session=SessionId(row.session) if row.session is not None else None,
        ended=_signature_or_none(row.ended),
        review_by=moment_or_none(row.review_by),
        reviewed=_signature_or_none(row.reviewed),
    )


def _named(part: str, party: Party | None) -> dict[str, str | None]:
    if party is None:
        return {part: None, f"{part}_login": None, f"{part}_name": None}
    return {part: party.subject, f"{part}_login": party.login, f"{part}_name": party.name}


def _party(row: Any, part: str) -> Party | None:
    subject = getattr(row, part)
    if subject is None:
        return None
    return Party(SubjectId(subject), getattr(row, f"{part}_login"), getattr(row, f"{part}_name"))


def _signed(one: Signature) -> dict[str, str | int]:
    by = one.by
    return {
        "subject": by.subject,
        "login": by.login,
        "name": by.name,
        "at": micros(one.at),
        "note": one.note,
    }


def _text(one: Signature | None) -> str | None:
    return None if one is None else encode(_signed(one)).decode()


def _signature(kept: Mapping[str, Any]) -> Signature:
    by = Party(SubjectId(kept["subject"]), kept["login"], kept["name"])
    return Signature(by, moment_of(kept["at"]), kept["note"])


def _signature_or_none(text: str | None) -> Signature | None:
    return None if text is None else _signature(decode(text))
