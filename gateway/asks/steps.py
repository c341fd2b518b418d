"""What is done about something that was asked for. Pure: each gives what it is afterwards, or raises AskRefused."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from config.vocabulary import SubjectId
from gateway.asks.ask import Act, Ask, Kind, Party, Signature, Stage, leads_to
from gateway.asks.refused import AskRefused, Why
from gateway.asks.separation import Duties, Duty
from gateway.asks.wish import WHY_MAX, WORDS, words_in
from gateway.sessions.officers_act import said


def done_by(ask: Ask, subject: SubjectId) -> AbstractSet[Duty]:
    """What this person has done in the matter so far."""
    parts = {
        Duty.DELEGATE if ask.kind is Kind.DELEGATION else Duty.ASK: ask.asker.subject == subject,
        Duty.USE: ask.holder.subject == subject,
        Duty.SPONSOR: ask.sponsor is not None and ask.sponsor.subject == subject,
        Duty.APPROVE: not ask.confirmed_by_sponsor
        and any(one.by.subject == subject for one in ask.approvals),
        Duty.REVIEW: ask.reviewed is not None and ask.reviewed.by.subject == subject,
    }
    return {duty for duty, done in parts.items() if done}


def deciding(ask: Ask) -> Duty:
    """What whoever decides about it does."""
    return Duty.SPONSOR if ask.confirmed_by_sponsor else Duty.APPROVE


def require_another_person(ask: Ask, who: SubjectId, duties: Duties, wanted: Duty) -> None:
    """Raises AskRefused where another account of this person has done what keeps them from it."""
    for one in duties.others(who):
        done = done_by(ask, one.subject)
        asked = wanted in (Duty.APPROVE, Duty.SPONSOR) and Duty.ASK in done
        if wanted in done or Duty.USE in done or asked or duties.apart(done, wanted):
            raise AskRefused(Why.SAME_PERSON, account=one.login)


def approve(ask: Ask, by: Party, duties: Duties, now: datetime, note: str = "") -> Ask:
    """One more has; when enough have it is in force. An order is confirmed by its sponsor alone, or where the sponsor
    placed it by somebody else.
    """
    stage = _stage_of_waiting(ask, Act.APPROVE, now)
    _require_decider(ask, by, duties)
    if ask.approved_by(by.subject):
        raise AskRefused(Why.APPROVED_BEFORE)
    approved = replace(ask, approvals=(*ask.approvals, Signature(by, now, _note(note))))
    return replace(approved, stage=stage) if approved.approved else approved


def refuse(ask: Ask, by: Party, duties: Duties, now: datetime, why: str) -> Ask:
    stage = _stage_of_waiting(ask, Act.REFUSE, now)
    _require_decider(ask, by, duties)
    return replace(ask, stage=stage, ended=Signature(by, now, _explained(why)))


def withdraw(ask: Ask, by: Party, now: datetime, *, decides: bool, note: str = "") -> Ask:
    """By somebody it concerns, who approved it, or who `decides` there."""
    concerned = ask.parties() | {one.by.subject for one in ask.approvals}
    if not decides and by.subject not in concerned:
        raise AskRefused(Why.UNKNOWN)
    stage = leads_to(ask, Act.WITHDRAW)
    if stage is None or now >= ask.until:
        raise AskRefused(Why.OVER)
    return replace(ask, stage=stage, ended=Signature(by, now, _note(note)))


def lose_sponsor(ask: Ask, system: Party, now: datetime) -> Ask:
    stage = leads_to(ask, Act.LOSE_SPONSOR)
    if stage is None or now >= ask.until:
        raise AskRefused(Why.OVER)
    return replace(ask, stage=stage, ended=Signature(system, now))


def review(ask: Ask, by: Party, duties: Duties, now: datetime, finding: str) -> Ask:
    """Of a use that is over, by somebody else."""
    stage = leads_to(ask, Act.REVIEW)
    if stage is None or not ask.unreviewed:
        raise AskRefused(Why.OVER)
    _require_apart(ask, by, duties, Duty.REVIEW)
    if ask.stage is Stage.IN_FORCE and now < ask.until:
        raise AskRefused(Why.STILL_RUNS)
    if words_in(finding) < WORDS:  # as whoever began it had to say
        raise AskRefused(Why.UNEXPLAINED)
    return replace(ask, stage=stage, reviewed=Signature(by, now, _explained(finding)))


def _stage_of_waiting(ask: Ask, act: Act, now: datetime) -> Stage:
    stage = leads_to(ask, act)
    if stage is None or not ask.waits(now):
        raise AskRefused(Why.OVER)
    return stage


def _require_decider(ask: Ask, by: Party, duties: Duties) -> None:
    if ask.confirmed_by_sponsor and (ask.sponsor is None or ask.sponsor.subject != by.subject):
        raise AskRefused(Why.NOT_SPONSOR)
    _require_apart(ask, by, duties, deciding(ask))


def _require_apart(ask: Ask, by: Party, duties: Duties, wanted: Duty) -> None:
    done = done_by(ask, by.subject) - {wanted}
    if Duty.USE in done or (wanted is Duty.APPROVE and Duty.ASK in done):
        raise AskRefused(Why.OWN)
    if duties.apart(done, wanted):
        raise AskRefused(Why.DUTIES)
    require_another_person(ask, by.subject, duties, wanted)


def _explained(text: str) -> str:
    found = said(text, WHY_MAX)
    if found is None:
        raise AskRefused(Why.UNEXPLAINED)
    return found


def _note(text: str) -> str:
    """What may be left out."""
    return _explained(text) if text.strip() else ""
