"""Which applications a device keeps closed to its person: they would open, were it in order. Pure.

As the person has signed in, from the place of the session, at this moment; what is closed for another reason as well is
not told, as mending the device would not open it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import Action, ApplicationId, MunicipalityCode
from gateway.authorize.check import question_of
from gateway.authorize.facts import facts_of
from gateway.authorize.role_opens import in_order
from gateway.authorize.snapshot import Offer, Snapshot
from gateway.authorize.to_mend import to_mend
from gateway.authorize.verdict import Mend, Text
from gateway.devices.device import Device
from gateway.devices.posture import state_of
from gateway.sessions.session import Session
from policies.model import IN_ORDER, Question, Refused
from policies.model import Device as State


@dataclass(frozen=True, slots=True)
class Closed:
    """`title`, `advice`: of the rule that refuses; `mend`: what it asks of the device."""

    application: ApplicationId
    title: Text
    advice: Text
    mend: tuple[Mend, ...]


def closed_by(
    device: Device, session: Session, snapshot: Snapshot, address: str, now: datetime
) -> tuple[Closed, ...]:
    """In the configuration's order. `session`: of its owner; a device that is not in use is as good as none."""
    own = session.municipality
    if own is None or snapshot.meeting(session.subject, session.roles, now):
        return ()
    return tuple(_closed(own, device, session, snapshot, address, now))


def _closed(
    own: MunicipalityCode, device: Device, session: Session, snapshot: Snapshot, address: str, now: datetime
) -> Iterator[Closed]:
    here = state_of(device, snapshot.devices.fresh, now)
    mended = replace(IN_ORDER, owner=device.owner, reported_at=now)
    for application, offer in snapshot.applications.items():
        if own not in offer.municipalities:
            continue
        asked = (application, Action.READ, own)
        facts = facts_of(session, asked, address, snapshot, now)
        question = question_of(session, own, asked, address, now, facts)
        if offer.opens(_with(question, here), snapshot.policies):
            continue
        opened = _opened(_with(question, mended), offer, snapshot)
        if opened is None:
            continue
        verdict, _ = snapshot.policies.decide_and_look(_with(opened, here), frozenset())
        if isinstance(verdict, Refused):
            mend = to_mend(here, verdict.reads_of_device)
            yield Closed(application, verdict.title, verdict.advice, mend)


def _opened(question: Question, offer: Offer, snapshot: Snapshot) -> Question | None:
    """What of it is permitted first."""
    for one, actions in offer.questions(question):
        permitted = in_order(snapshot.policies.allowed(one, actions))
        if permitted:
            return replace(one, action=permitted[0])
    return None


def _with(question: Question, device: State | None) -> Question:
    return replace(question, facts=replace(question.facts, device=device))
