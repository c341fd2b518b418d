"""What is recorded, and who is told, of something that was asked for. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from gateway.asks.ask import Act, Ask, Kind, Party
from gateway.asks.wish import WHY_MAX
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral
from gateway.notices.notice import Happened, NoticeKind, utc_text
from gateway.sessions.shown import Caller
from idp.events import Origin

MADE: Mapping[Kind, Code] = {
    Kind.ACCESS: Code.REQUEST_MADE,
    Kind.ORDER: Code.ORDER_PLACED,
    Kind.EMERGENCY: Code.EMERGENCY_BEGUN,
    Kind.DELEGATION: Code.DELEGATION_RECORDED,
    Kind.PURPOSE: Code.PURPOSE_STATED,
}
DONE: Mapping[Act, Code] = {
    Act.APPROVE: Code.REQUEST_APPROVED,
    Act.REFUSE: Code.REQUEST_DECLINED,
    Act.WITHDRAW: Code.REQUEST_ENDED,
    Act.LOSE_SPONSOR: Code.SPONSOR_GONE,
    Act.REVIEW: Code.EMERGENCY_REVIEWED,
}


def entry_of(
    ask: Ask, act: Act, by: Party, now: datetime, *, origin: Origin, session: str = "", note: str = ""
) -> Entry:
    """Of what was done; `ask` as it is afterwards."""
    return Entry(
        code=MADE[ask.kind] if act is Act.ASK else DONE[act],
        outcome=Outcome.SUCCESS,
        at=now,
        subject=by.subject,
        person=by.login,
        session=session,
        municipality=ask.municipality,
        own_municipality=ask.municipality if session else "",
        application=ask.application or "",
        address=origin.address,
        request_id=origin.request_id,
        details=_details(ask) | ({"note": neutral(note, WHY_MAX)} if note else {}),
    )


def refused_entry(
    caller: Caller,
    act: Act,
    reason: str,
    now: datetime,
    *,
    origin: Origin,
    about: Mapping[str, str],
    rule: str = "",
    version: str = "",
) -> Entry:
    """Of what was not done. `about`: kind, whose, and its name where there is one."""
    return Entry(
        code=Code.REQUEST_ACT_REFUSED,
        outcome=Outcome.REFUSED,
        at=now,
        subject=caller.subject,
        person=caller.login,
        session=caller.sid,
        municipality=caller.municipality,
        own_municipality=caller.municipality,
        address=origin.address,
        request_id=origin.request_id,
        reason=reason,
        rule=rule,
        policy_version=version,
        details={"act": act.value, **{name: neutral(text, WHY_MAX) for name, text in about.items() if text}},
    )


def about(ask: Ask) -> dict[str, str]:
    """For the entry of what was not done to it."""
    return {"request": ask.id, "asked": ask.kind.value, "of": ask.holder.login}


def notices(kind: NoticeKind, ask: Ask, by: Party, to: Sequence[Party], now: datetime) -> list[Happened]:
    """One for each of those who are to be told, but for whoever did it."""
    facts = {
        "by": by.name,
        "of": ask.holder.name,
        "application": ask.application or "",
        "municipality": ask.municipality,
        "since": utc_text(ask.since),
        "until": utc_text(ask.until),
        "stage": ask.stage.value,
        "why": ask.why,
    }
    return [
        Happened(
            kind=kind,
            subject=one.subject,
            person=one.login,
            at=now,
            facts={k: v for k, v in facts.items() if v},
        )
        for one in dict.fromkeys(to)
        if one.subject != by.subject
    ]


def _details(ask: Ask) -> dict[str, str | int | float | bool | list[str]]:
    texts = {
        "request": ask.id,
        "asked": ask.kind.value,
        "of": ask.holder.login,
        "of_subject": ask.holder.subject,
        "since": utc_text(ask.since),
        "until": utc_text(ask.until),
        "why": ask.why,
        "sponsor": ask.sponsor.login if ask.sponsor else "",
        "role": ask.role or "",
        "agenda": ask.agenda,
        "activity_role": ask.activity_role,
        "stage": ask.stage.value,
    }
    told: dict[str, str | int | float | bool | list[str]] = {k: v for k, v in texts.items() if v}
    if ask.actions:
        told["actions"] = sorted(ask.actions)
    if ask.needed:
        told["approvals"] = f"{len(ask.approvals)}/{ask.needed}"
    if ask.review_by is not None:
        told["review_by"] = utc_text(ask.review_by)
    return told
