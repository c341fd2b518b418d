"""What the log keeps of a verdict."""

from dataclasses import replace
from datetime import datetime

from gateway.audit.access import ROUTE
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.granted_along import ACTIONS, ROUTES, kept
from gateway.audit.paths import recorded_path
from gateway.audit.rested_on import details_of
from gateway.authorize.request import AccessRequest
from gateway.authorize.verdict import Granted, Refused
from gateway.sessions.office import entry_of
from gateway.sessions.session import Session


def entry_of_verdict(
    request: AccessRequest, session: Session, verdict: Granted | Refused, now: datetime
) -> Entry:
    """A permit's entry names the grant it gave: both are one act and one transaction.

    Where the policies were asked, the entry keeps the whole question.
    """
    granted = isinstance(verdict, Granted)
    base = entry_of(
        session,
        Code.DECISION_PERMIT if granted else Code.DECISION_REFUSE,
        now,
        outcome=Outcome.SUCCESS if granted else Outcome.REFUSED,
        address=request.address,
        request_id=request.request_id,
        details={
            "method": request.method,
            "host": request.host,
            "path": recorded_path(request.path),
            "acr": session.acr,
            "amr": list(session.amr),
            "roles": [f"{where}:{role}" for where, role in session.roles],
            "user_agent": request.user_agent[:256],
            **({"tunnel_address": request.in_tunnel} if request.in_tunnel else {}),
            **({} if request.route is None else {ROUTE: request.route}),
            **({} if verdict.question is None else details_of(verdict.question)),
        },
    )
    if isinstance(verdict, Granted):
        grant = verdict.grant
        return replace(
            base,
            municipality=grant.assertion.municipality,
            application=request.application,
            action=request.action,
            rule=verdict.rule,
            policy_version=grant.policy_version,
            details=base.details
            | {
                "grant": grant.id,
                ACTIONS: list(grant.assertion.actions),
                **({ROUTES: kept(grant.assertion.routes, verdict.routes)} if verdict.routes else {}),
                "expires": grant.assertion.expires_at.isoformat(),
            },
        )
    return replace(
        base,
        municipality=verdict.municipality or "",
        application=request.application,
        action=request.action,
        reason=verdict.reason,
        rule=verdict.rule,
        policy_version=verdict.policy_version,
        details=base.details | ({"detail": verdict.detail} if verdict.detail else {}),
    )
