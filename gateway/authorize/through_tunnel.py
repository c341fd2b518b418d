"""What somebody reaches through a tunnel, and until when: for each target the same decision as for a request. Pure.

Laws: whoever may not, because the device is out of use or the session over, reaches nothing at all; a permission ends
with what it rests on, the freshness of the device's report among it where it rests on that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.settings import TunnelTarget
from config.vocabulary import Action, ApplicationId, Language, MunicipalityCode, device_subject
from gateway.authorize.check import DEVICE_SUSPENDED, check
from gateway.authorize.passage import Passage
from gateway.authorize.refusals import refusal
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Offer, Snapshot
from gateway.authorize.verdict import Granted, Refused, SignInNeeded
from gateway.devices.device import Device
from gateway.devices.posture import stale_at, state_of
from gateway.sessions.session import Session
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnel_sessions.targets import Targets
from policies.model import Question

DECIDE_AGAIN = 0.8  # of the time for which a permission holds, so that the next is there before it ends
AT_LEAST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    rule: str
    version: str
    until: datetime
    question: Question | None = None
    """What the policies were asked."""


@dataclass(frozen=True, slots=True)
class NotReached:
    refused: Refused

    @property
    def reason(self) -> str:
        return self.refused.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """`over`: why the session is, or the device out of use; then nothing is reached."""

    at: datetime
    answers: Mapping[str, Reached | NotReached]
    """By the target's id."""
    over: str | None = None
    session_until: datetime | None = None
    """When the session ends however busy its person is."""

    def ends(self, opened: Opened) -> datetime:
        """When the tunnel is over, at the latest."""
        return opened.until if self.session_until is None else min(opened.until, self.session_until)

    def reached(self) -> dict[str, Reached]:
        return {name: one for name, one in self.answers.items() if isinstance(one, Reached)}

    def again_at(self, lifetime: timedelta) -> datetime:
        """`lifetime`: after which also a "no" is asked about again."""
        first = min((one.until for one in self.reached().values()), default=self.at + lifetime)
        return self.at + max(AT_LEAST, DECIDE_AGAIN * (min(first, self.at + lifetime) - self.at))


def offering(snapshot: Snapshot, targets: Iterable[TunnelTarget]) -> Snapshot:
    """The same with what tunnels lead to among the applications, which are then not those of the web alone."""
    applications = dict(snapshot.applications)
    for one in targets:
        found = applications.get(one.application, Offer(frozenset(), frozenset()))
        applications[one.application] = replace(
            found,
            actions=found.actions | {one.action},
            municipalities=found.municipalities | {one.municipality},
        )
    return replace(snapshot, applications=applications)


class Offering:
    """As `offering`, made once for each snapshot."""

    def __init__(self) -> None:
        self._made: tuple[Snapshot, Targets, Snapshot] | None = None

    def __call__(self, snapshot: Snapshot, targets: Targets) -> Snapshot:
        if self._made is None or self._made[0] is not snapshot or self._made[1] is not targets:
            self._made = (snapshot, targets, offering(snapshot, targets.by_id.values()))
        return self._made[2]


def decide(
    opened: Opened,
    session: Session | None,
    device: Device,
    targets: Iterable[TunnelTarget],
    snapshot: Snapshot,
    now: datetime,
) -> Decided:
    """`snapshot`: as `offering` gave it."""
    answers: dict[str, Reached | NotReached] = {}
    for target in targets:
        found = _answer(opened, session, device, target, snapshot, now)
        if isinstance(found, str):
            return Decided(at=now, answers={}, over=found)
        answers[target.id] = found
    latest = None if session is None else session.latest_end(snapshot.limits)
    return Decided(at=now, answers=answers, over=_over(session, snapshot, now), session_until=latest)


def _over(session: Session | None, snapshot: Snapshot, now: datetime) -> str | None:
    return "no_session" if session is None else session.why_over(snapshot.limits, now)


def _answer(
    opened: Opened,
    session: Session | None,
    device: Device,
    target: TunnelTarget,
    snapshot: Snapshot,
    now: datetime,
) -> Reached | NotReached | str:
    fresh = snapshot.devices.fresh
    state = state_of(device, fresh, now)
    if state is None:
        return Why.DEVICE_NOT_IN_USE
    if snapshot.suspended(device_subject(device.id), now):  # whichever device the browser is in
        return NotReached(refusal(DEVICE_SUSPENDED, target.municipality, "", snapshot.policies.version))
    verdict = check(_request(opened, target, Passage(target.protocol, state)), session, snapshot, now, "")
    match verdict:
        case SignInNeeded(reason):
            return reason
        case Refused():
            return NotReached(verdict)
        case Granted():
            until = verdict.grant.assertion.expires_at
            stale = stale_at(device, fresh, now)
            if stale is not None and stale < until:
                old = Passage(target.protocol, replace(state, fresh=False))
                later = check(_request(opened, target, old), session, snapshot, now, "")
                until = until if isinstance(later, Granted) else stale
            return Reached(
                rule=verdict.rule,
                version=verdict.grant.policy_version,
                until=until,
                question=verdict.question,
            )


def _request(opened: Opened, target: TunnelTarget, passage: Passage) -> AccessRequest:
    return AccessRequest(
        application=ApplicationId(target.application),
        municipality=MunicipalityCode(target.municipality),
        action=Action(target.action),
        method="",
        host="",
        target="",
        address=opened.place,
        request_id="",
        user_agent="",
        page_load=False,
        cookies={},
        language=Language.CZECH,
        tunnel=passage,
    )
