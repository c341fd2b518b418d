"""Which applications a device keeps closed to its person: they would open, were it in order. Pure.

As the person has signed in, from the place of the session, at this moment; what is closed for another reason as well is
not told, as mending the device would not open it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from agents.protocol.messages import Standing
from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role
from gateway.authorize.check import question_of
from gateway.authorize.facts import facts_of
from gateway.authorize.role_opens import in_order, questions_at_best, working_moment
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


def closed_at_best(
    device: Device,
    roles: frozenset[tuple[MunicipalityCode, Role]],
    snapshot: Snapshot,
    now: datetime,
) -> tuple[Closed, ...]:
    """To its owner, who holds these roles and does everything else right: with a key, in working hours, acting for the
    municipality of the device. Of a shared device nothing, as nobody knows whose roles count.
    """
    if device.owner is None or device.standing is not Standing.ACTIVE:
        return ()
    where, then = device.municipality, working_moment(now)
    here = state_of(device, snapshot.devices.fresh, now)
    here = here if here is None else replace(here, reported_at=then if here.fresh else here.reported_at)
    mended = replace(IN_ORDER, owner=device.owner, reported_at=then)
    found: dict[ApplicationId, Closed] = {}
    for question, actions in questions_at_best(device.owner, roles, where, snapshot, then):
        if question.application in found or snapshot.policies.allowed(_with(question, here), actions):
            continue
        permitted = in_order(snapshot.policies.allowed(_with(question, mended), actions))
        if not permitted:
            continue
        asked = _with(replace(question, action=permitted[0]), here)
        verdict, _ = snapshot.policies.decide_and_look(asked, frozenset())
        if isinstance(verdict, Refused):
            mend = to_mend(here, verdict.reads_of_device)
            found[question.application] = Closed(question.application, verdict.title, verdict.advice, mend)
    return tuple(found.values())


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
