"""What the audit log says of the policies: who submitted, approved and activated what, and what was closed."""

from collections.abc import Mapping
from datetime import datetime

from config.vocabulary import Language
from gateway.audit.acts import MOST_NAMES, TEXT
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral
from gateway.policy_office.actor import Actor
from gateway.policy_office.incident import Incident
from gateway.policy_office.proposal import Proposal
from gateway.policy_office.scope import Scope, changed, digest_of_difference, municipality_of
from gateway.policy_office.version import Source, Version
from policies.texts import Texts

APPLICATION = "policies"
Details = dict[str, str | int | float | bool | list[str]]
MOST_PROBLEMS = 10


def activated(new: Version, before: Texts, actor: Actor, now: datetime, *, number_before: int) -> Entry:
    """`new` is in force from now on, in the place of `before`."""
    rolled = new.source is Source.ROLL_BACK
    details = _difference(before, new.texts) | {
        "source": new.source.value,
        "before": number_before,
        "after": new.number,
        "author": new.author,
        "approver": new.approver,
    }
    if new.proposal is not None:
        details["proposal"] = new.proposal
    if new.restores is not None:
        details["restores"] = new.restores
    code = Code.POLICY_ROLLED_BACK if rolled else Code.POLICY_ACTIVATED
    return _entry(code, actor, new.scope, now, version=new.version, details=details, why=new.note)


def past_approval(new: Version, actor: Actor, now: datetime) -> Entry:
    """`new` is in force although the settings say that somebody else approves what was edited in files."""
    details: Details = {
        "source": new.source.value,
        "before": new.base,
        "after": new.number,
        "author": new.author,
    }
    code = Code.POLICY_WITHOUT_APPROVAL
    return _entry(code, actor, new.scope, now, version=new.version, details=details, why=new.note)


def submitted(proposal: Proposal, before: Texts, actor: Actor, now: datetime) -> Entry:
    details = _of(proposal) | _difference(before, proposal.texts)
    return _entry(Code.POLICY_SUBMITTED, actor, proposal.scope, now, details=details, why=proposal.note)


def approved(proposal: Proposal, before: Texts, actor: Actor, now: datetime) -> Entry:
    details = _of(proposal) | _difference(before, proposal.texts)
    if proposal.activate_at is not None:
        details["from"] = proposal.activate_at.isoformat(timespec="seconds")
    return _entry(Code.POLICY_APPROVED, actor, proposal.scope, now, details=details)


def returned(proposal: Proposal, actor: Actor, why: str, now: datetime) -> Entry:
    return _entry(Code.POLICY_RETURNED, actor, proposal.scope, now, details=_of(proposal), why=why)


def withdrawn(proposal: Proposal, actor: Actor, why: str, now: datetime) -> Entry:
    return _entry(Code.POLICY_WITHDRAWN, actor, proposal.scope, now, details=_of(proposal), why=why)


def not_activated(
    proposal: Proposal, actor: Actor, reason: str, problems: tuple[str, ...], now: datetime
) -> Entry:
    """Its time had come, and what it was checked against had changed meanwhile."""
    details = _of(proposal) | _problems(problems)
    return _entry(
        Code.POLICY_NOT_ACTIVATED, actor, proposal.scope, now,
        outcome=Outcome.FAILURE, reason=reason, details=details,
    )  # fmt: skip


def refused(
    actor: Actor, act: str, scope: Scope, reason: str, details: Mapping[str, str], now: datetime
) -> Entry:
    """Somebody asked for an act that was not done."""
    told: Details = {"act": act}
    told.update({name: neutral(text, TEXT) for name, text in details.items() if text})
    return _entry(
        Code.POLICY_ACT_REFUSED, actor, scope, now, outcome=Outcome.REFUSED, reason=reason, details=told
    )


def closed(incident: Incident, actor: Actor, now: datetime) -> Entry:
    return _entry(
        Code.INCIDENT_CLOSED,
        actor,
        Scope(""),
        now,
        details=_of_incident(incident),
        why=incident.closure.reason[Language.CZECH],
    )


def opened(incident: Incident, actor: Actor, why: str, now: datetime) -> Entry:
    return _entry(Code.INCIDENT_OPENED, actor, Scope(""), now, details=_of_incident(incident), why=why)


def _of_incident(incident: Incident) -> Details:
    return {"incident": incident.id, "class": incident.closure.kind.value, "target": incident.closure.target}


def _of(proposal: Proposal) -> Details:
    return {"proposal": proposal.id, "before": proposal.base, "author": proposal.owner}


def _difference(before: Texts, after: Texts) -> Details:
    names = changed(before, after)
    more = len(names) - MOST_NAMES
    shown = [neutral(name, TEXT) for name in names[:MOST_NAMES]]
    return {
        "difference": digest_of_difference(before, after),
        "changed": [*shown, *([f"… +{more}"] if more > 0 else [])],
    }


def _problems(problems: tuple[str, ...]) -> Details:
    return {"problems": [neutral(one, TEXT) for one in problems[:MOST_PROBLEMS]]} if problems else {}


def _entry(
    code: Code,
    actor: Actor,
    scope: Scope,
    now: datetime,
    *,
    outcome: Outcome = Outcome.SUCCESS,
    reason: str = "",
    version: str = "",
    details: Details | None = None,
    why: str = "",
) -> Entry:
    told = {"scope": str(scope)} | (details or {}) if scope else dict(details or {})
    if why:
        told["why"] = neutral(why, TEXT)
    return Entry(
        code=code,
        outcome=outcome,
        at=now,
        subject=actor.subject,
        person=actor.login,
        session=actor.session,
        municipality=municipality_of(scope) or "",
        own_municipality=actor.municipality,
        application=APPLICATION,
        address=actor.address,
        request_id=actor.request_id,
        reason=reason,
        policy_version=version,
        details=told,
    )
