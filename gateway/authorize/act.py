"""May somebody do this act on one of our own pages? Pure.

The gate lets in who may look. What they do there is asked about when it is done, with facts that the page alone knows:
whose request is being approved, for example. The order of the questions is that of `gateway.authorize.check`.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import Action, ApplicationId, SubjectId, technical_account_of
from gateway.asks.separation import REASON as DUTIES_MEET
from gateway.authorize.check import question_of, suspended
from gateway.authorize.devices import place_behind
from gateway.authorize.duties_said import with_lending
from gateway.authorize.facts import facts_of
from gateway.authorize.refusals import refusal
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.verdict import Refused
from gateway.sessions.session import Session
from idp.directory.same_person import OtherAccounts, other_among
from policies.model import Permitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Always for the municipality that the person acts for: nobody reaches into another one by naming it."""

    application: ApplicationId
    action: Action
    author: SubjectId | None = None
    """Whose request, change or emergency access is being decided or reviewed; None: there is no such person."""
    approved_by: frozenset[SubjectId] | None = None
    """Who approved the same already; None: nothing is being approved."""
    about: str = ""
    """What it is done to, for the log."""


def may_act(
    act: Act, session: Session | None, snapshot: Snapshot, address: str, now: datetime
) -> Permitted | Refused:
    """`now` is aware, UTC; `address`: which the page was asked from, also in a tunnel: then the device's place counts.

    A technical account does nothing on pages for people.
    """
    version = snapshot.policies.version
    if session is None or session.why_over(snapshot.limits, now) is not None:
        return refusal("sign_in_needed", None, "", version)
    own, shut_out = session.municipality, suspended(session, snapshot, now)
    offer = snapshot.applications.get(act.application)
    if shut_out is not None or not session.facts_serve(snapshot.directory_grace, now):
        return refusal(shut_out or "directory_unreachable", own, "", version)
    meeting = snapshot.meeting(session.subject, session.roles, now)
    if own is None or meeting is not None:
        detail = "" if meeting is None else str(meeting)
        found = refusal("no_role" if own is None else DUTIES_MEET, own, "", version, detail)
        lending = None if meeting is None else snapshot.lending(session.subject, session.roles, now)
        return with_lending(found, lending, snapshot.district)
    if offer is None or act.action not in offer.actions or technical_account_of(session.subject) is not None:
        return refusal("unknown_application", own, "", version)
    asked = (act.application, act.action, own)
    author, approved_by = _as_policies_see(act, session.subject, snapshot.duties.others)
    place = place_behind(address, snapshot.devices, now)
    address = place or address
    facts = replace(facts_of(session, asked, address, snapshot, now), author=author, approved_by=approved_by)
    if place is not None:
        facts = replace(facts, tunnel=True)
    question = question_of(session, own, asked, address, now, facts)
    verdict, _ = snapshot.policies.decide_and_look(question, ())
    if isinstance(verdict, Permitted):
        return verdict
    return Refused(
        reason=verdict.reason,
        rule=verdict.rule,
        policy_version=verdict.version,
        title=verdict.title,
        advice=verdict.advice,
        municipality=own,
        detail=verdict.detail,
    )


def _as_policies_see(
    act: Act, who: SubjectId, others: OtherAccounts
) -> tuple[SubjectId | None, frozenset[SubjectId] | None]:
    """Policies compare accounts: what another account of the person did, this one has done."""
    author, approved_by = act.author, act.approved_by
    if author is not None and other_among(who, {author}, others) is not None:
        author = who
    if approved_by and other_among(who, approved_by, others) is not None:
        approved_by |= {who}
    return author, approved_by
