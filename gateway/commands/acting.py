"""Acts on our own pages, decided by the policies in force at that moment."""

from dataclasses import replace

from gateway.audit.entry import Code, Outcome
from gateway.authorize.act import Act, may_act
from gateway.authorize.verdict import Refused
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from gateway.sessions.office import entry_of
from gateway.sessions.session import Session
from gateway.web.acting import MayAct
from gateway.web.desk import Refused as NotDone
from gateway.web.identity import Assertion
from gateway.web.refusal import ShownRefusal
from idp.events import Origin
from policies.model import Permitted


def acting(plane: ControlPlane) -> MayAct:
    async def ask(caller: Assertion, act: Act, origin: Origin) -> Permitted:
        found = await plane.state.sessions.by_ids([caller.sid])
        session = replace(found[0], enrolled=caller.device) if found else None
        verdict = may_act(act, session, plane.snapshot, origin.address, now())
        if isinstance(verdict, Permitted):
            return verdict
        if session is not None:
            await _record(plane, session, act, verdict, origin)
        raise NotDone(ShownRefusal(reason=verdict.reason, title=verdict.title, advice=verdict.advice))

    return ask


async def _record(plane: ControlPlane, session: Session, act: Act, verdict: Refused, origin: Origin) -> None:
    entry = entry_of(
        session,
        Code.DECISION_REFUSE,
        now(),
        outcome=Outcome.REFUSED,
        address=origin.address,
        request_id=origin.request_id,
        details={"author": act.author or "", "about": act.about, "detail": verdict.detail},
    )
    decided = replace(
        entry,
        municipality=verdict.municipality or "",
        application=act.application,
        action=act.action,
        reason=verdict.reason,
        rule=verdict.rule,
        policy_version=verdict.policy_version,
    )
    await plane.state.record([decided])
