"""Which applications, or what one may do in them, a device keeps closed to its person: they would open, were it in
order. Pure.

As the person has signed in, from the place of the session, at this moment; what is closed for another reason as well is
not told, as mending the device would not open it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agents.protocol.messages import Standing
from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role
from gateway.authorize.check import question_of
from gateway.authorize.facts import facts_of
from gateway.authorize.role_opens import in_order, questions_at_best, working_moment
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.to_mend import to_mend
from gateway.authorize.verdict import Mend, Text
from gateway.devices.device import Device
from gateway.devices.posture import state_of
from gateway.sessions.session import Session
from policies.model import IN_ORDER, Question, Refused
from policies.model import Device as State

Asked = tuple[Question, frozenset[Action]]


@dataclass(frozen=True, slots=True)
class Closed:
    """`title`, `advice`: of the rule that refuses; `mend`: what it asks of the device. `only`: the actions that stay
    closed in an application that opens; empty: nothing of it opens.
    """

    application: ApplicationId
    title: Text
    advice: Text
    mend: tuple[Mend, ...]
    only: tuple[Action, ...] = ()


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
    asked: dict[ApplicationId, list[Asked]] = {}
    for question, actions in questions_at_best(device.owner, roles, where, snapshot, then):
        asked.setdefault(question.application, []).append((question, actions))
    found = (_kept(application, each, here, mended, snapshot) for application, each in asked.items())
    return tuple(one for one in found if one is not None)


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
        kept = _kept(application, list(offer.questions(question)), here, mended, snapshot)
        if kept is not None:
            yield kept


def _kept(
    application: ApplicationId, asked: Sequence[Asked], here: State | None, mended: State, snapshot: Snapshot
) -> Closed | None:
    """What the device as it is (`here`) does not open and a mended one would; told by the first that is refused."""
    opens, closed = False, []
    for question, actions in asked:
        now = snapshot.policies.allowed(_with(question, here), actions)
        then = snapshot.policies.allowed(_with(question, mended), actions)
        opens = opens or bool(now)
        closed += [replace(question, action=action) for action in in_order(set(then) - set(now))]
    for one in closed:
        verdict, _ = snapshot.policies.decide_and_look(_with(one, here), frozenset())
        if isinstance(verdict, Refused):
            only = in_order({each.action for each in closed}) if opens else ()
            mend = to_mend(here, verdict.reads_of_device)
            return Closed(application, verdict.title, verdict.advice, mend, only)
    return None


def _with(question: Question, device: State | None) -> Question:
    return replace(question, facts=replace(question.facts, device=device))
