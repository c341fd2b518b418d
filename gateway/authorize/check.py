"""One request, one verdict. Pure: all it knows stands in its arguments.

Order of the questions: who (a session that is not over, of nobody and in no device that is suspended or out of use),
whether what the directory said is recent enough, what is asked for and whose it is, whether duties meet in the person
that may not, and at last whether the policies permit it. The first "no" decides.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from config.applications import BUILT_IN_APPLICATIONS
from config.asked_word import asked_word
from config.identity import names_of
from config.settings import Identity
from config.vocabulary import (
    NO_DEVICE,
    Action,
    MunicipalityCode,
    Role,
    RouteName,
    device_subject,
    technical_account_of,
)
from gateway.asks.ended_orders import with_who_ended
from gateway.asks.separation import REASON as DUTIES_MEET
from gateway.authorize.devices import (
    ANOTHER,
    ANOTHERS_TUNNEL,
    InUse,
    belongs_elsewhere,
    of_connection,
    out_of_use,
)
from gateway.authorize.duties_said import with_lending
from gateway.authorize.facts import Asked, facts_change_at, facts_of
from gateway.authorize.refusals import refusal
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Offer, Snapshot, route_named_in
from gateway.authorize.technical_standing import standing
from gateway.authorize.to_mend import to_mend
from gateway.authorize.verdict import Granted, Refused, SignInNeeded, Verdict
from gateway.grants.claims import Assertion, Grant
from gateway.grants.person import told
from gateway.sessions.session import RolesHeld, Session
from policies.model import NOTHING_FURTHER, AskFor, Facts, Permitted, Question

Permits = tuple[Question, Mapping[Action, str]]
"""By one route, or by those without a name: what, and by which policy."""
SUSPENDED, DEVICE_SUSPENDED = "account_suspended", "device_suspended"
SHOWS_DUTIES = frozenset({"portal"})
"""There the person reads which of their duties meet."""


def check(
    request: AccessRequest, session: Session | None, snapshot: Snapshot, now: datetime, grant_id: str
) -> Verdict:
    """`now` is aware, UTC; `grant_id` names the grant if there is going to be one."""
    if session is None:
        return SignInNeeded("no_session")
    over = session.why_over(snapshot.limits, now)
    if over is not None:
        return SignInNeeded(over)
    program = technical_account_of(session.subject) is not None
    here = None if program else of_connection(request.shown, snapshot.devices, now)
    shut_out = suspended(session, snapshot, now)
    if shut_out is None:
        shut_out = here if isinstance(here, str) else None
    if isinstance(here, InUse):
        shut_out = shut_out or _shut_out_of(here, session, snapshot, now)
        session = replace(session, enrolled=here.device.id)
    else:
        here, session = None, replace(session, enrolled=NO_DEVICE)  # its own device is not known to be here
    if shut_out is not None:
        refused = refusal(shut_out, request.municipality, "", snapshot.policies.version)
        return replace(refused, device=session.enrolled)
    verdict = _decided(request, session, here, snapshot, now, grant_id)
    return replace(verdict, device=session.enrolled)


def _shut_out_of(here: InUse, session: Session, snapshot: Snapshot, now: datetime) -> str | None:
    """Why the session does not go on in the device that is shown."""
    if belongs_elsewhere(session, here):
        return ANOTHER
    if here.tunnel is not None and here.tunnel.subject != session.subject:
        return ANOTHERS_TUNNEL
    return DEVICE_SUSPENDED if snapshot.suspended(device_subject(here.device.id), now) else None


def _decided(
    request: AccessRequest,
    session: Session,
    here: InUse | None,
    snapshot: Snapshot,
    now: datetime,
    grant_id: str,
) -> Granted | Refused:
    account = technical_account_of(session.subject)
    if account is not None:
        offer = snapshot.applications.get(request.application)
        stands = standing(account, session, offer, snapshot, request.address, now)
        if isinstance(stands, str):
            return refusal(stands, request.municipality, "", snapshot.policies.version)
        session = stands
    found = _resource(request, session, snapshot, now)
    if isinstance(found, Refused):
        return found
    offer, own, municipality = found
    asked = (request.application, request.action, municipality)
    facts = facts_of(session, asked, request.address, snapshot, now)
    if request.route is not None:
        facts = replace(facts, route=offer.routes[request.route].route)
    if here is not None and here.tunnel is not None:
        facts = replace(facts, tunnel=True)
    if request.tunnel is not None:
        facts = request.tunnel.told(facts)
    question = question_of(session, own, asked, request.address, now, facts)
    return _by_policy(question, session, here, offer, snapshot, grant_id)


def suspended(session: Session, snapshot: Snapshot, now: datetime) -> str | None:
    """Why an officer has shut this session out, or its device is out of use; None where nothing is the matter."""
    if snapshot.suspended(session.subject, now):
        return SUSPENDED
    if any(snapshot.suspended(device, now) for device in session.device_subjects):
        return DEVICE_SUSPENDED
    return out_of_use(session.enrolled, snapshot.devices)


def _resource(
    request: AccessRequest, session: Session, snapshot: Snapshot, now: datetime
) -> tuple[Offer, MunicipalityCode, MunicipalityCode] | Refused:
    """The application, the active municipality and the resource's; or why there is nothing to decide."""
    municipality = request.municipality or session.municipality
    offer = snapshot.applications.get(request.application)
    detail = ""
    if not session.facts_serve(snapshot.directory_grace, now):
        reason, detail = "directory_unreachable", f"facts of {session.facts_at.isoformat(timespec='seconds')}"
    elif municipality is None or session.municipality is None:
        reason = "no_role"
    elif offer is None or request.action not in offer.actions_of(request.route):
        reason = "unknown_application"
    elif request.mark is not None and request.mark != offer.mark:
        reason = "application_differs"  # by a node that has read other settings of it than we
    elif municipality not in offer.municipalities:
        reason = "application_not_offered"
    elif request.application not in SHOWS_DUTIES and (
        meeting := snapshot.meeting(session.subject, session.roles, now)
    ):
        reason, detail = DUTIES_MEET, str(meeting)
    else:
        return offer, session.municipality, municipality
    name = snapshot.district.name(municipality or "")
    found = refusal(reason, municipality, name, snapshot.policies.version, detail)
    if reason != DUTIES_MEET:
        return found
    lending = snapshot.lending(session.subject, session.roles, now)
    return with_lending(found, lending, snapshot.district)


def question_of(
    session: Session,
    own: MunicipalityCode,
    asked: Asked,
    address: str,
    now: datetime,
    facts: Facts = NOTHING_FURTHER,
) -> Question:
    """What the policies are asked: `own` is the active municipality, `asked` application, action, whose; `facts` what
    is known besides.
    """
    application, action, municipality = asked
    return Question(
        subject=session.subject,
        roles=_as_set(session.roles),
        own_municipality=own,
        application=application,
        action=action,
        municipality=municipality,
        level=session.acr,
        factors=frozenset(session.amr),
        authenticated_at=session.authenticated_at,
        address=address,
        now=now,
        facts=facts,
    )


@lru_cache(maxsize=4096)
def _as_set(roles: RolesHeld) -> frozenset[tuple[MunicipalityCode, Role]]:
    """One for all who have the same: outcomes are remembered under it, by thousands."""
    return frozenset(roles)


def _by_policy(
    question: Question,
    session: Session,
    here: InUse | None,
    offer: Offer,
    snapshot: Snapshot,
    grant_id: str,
) -> Granted | Refused:
    along = offer.actions_of(route_named_in(question)) - {question.action}
    verdict, further = snapshot.policies.decide_and_look(question, along)
    if not isinstance(verdict, Permitted):
        advice = verdict.advice
        if verdict.ask_for in (AskFor.ORDER, AskFor.ACCESS):  # else the order would not have helped
            advice = with_who_ended(advice, snapshot.asks(session.subject), question)
        return Refused(
            reason=verdict.reason,
            rule=verdict.rule,
            policy_version=verdict.version,
            title=verdict.title,
            advice=advice,
            municipality=question.municipality,
            detail=verdict.detail,
            ask_for=verdict.ask_for,
            question=question,
            mend=to_mend(question.facts.device, verdict.reads_of_device),
        )
    now = question.now.replace(microsecond=0)
    own: Permits = (question, {**further, question.action: verdict.rule})
    permitted = [own, *_by_other_routes(question, offer, snapshot)]
    asked = (question.application, question.action, question.municipality)
    latest = min(
        now + snapshot.grant_lifetime,
        session.latest_end(snapshot.limits),
        session.facts_serve_until(snapshot.directory_grace),  # no grant outlives the facts it rests on
        facts_change_at(session, asked, snapshot, question.now) or now + snapshot.grant_lifetime,
        now + snapshot.grant_lifetime if here is None else here.ends_at,
    )
    for one, those in permitted:
        latest = snapshot.policies.permits_until(one, frozenset(those), latest)
    assertion = Assertion(
        audience=question.application,
        subject=session.subject,
        name=session.name,
        login=session.login,
        sid=session.id,
        municipality=question.municipality,
        roles=session.roles_in(question.municipality),
        actions=tuple(sorted(_without_name(permitted))),
        acr=session.acr,
        amr=session.amr,
        auth_time=session.authenticated_at,
        issued_at=now,
        expires_at=latest,
        routes=tuple(sorted(_by_name(permitted))),
        device=session.enrolled if question.application in BUILT_IN_APPLICATIONS else NO_DEVICE,
    )
    grant = Grant(
        id=grant_id,
        assertion=assertion,
        revocation_id=session.revocation_id,
        epoch=snapshot.epoch,
        own=question.municipality == session.municipality,
        policy_version=verdict.version,
        rules=dict(_rules(permitted)),
        person=_told(assertion, offer.identity),
        bound=None if here is None else here.bound,
    )
    routes = tuple(route for one, _ in permitted if (route := one.facts.route) is not None)
    return Granted(grant, verdict.rule, question, routes)


def _by_other_routes(question: Question, offer: Offer, snapshot: Snapshot) -> list[Permits]:
    """What is permitted by other routes than the question's: only an application with named ones has any."""
    if not offer.routes:
        return []
    others = [each for each in offer.questions(question) if each[0].facts.route != question.facts.route]
    found = [(one, snapshot.policies.allowed_by(one, actions)) for one, actions in others]
    return [each for each in found if each[1]]


def _without_name(permitted: Iterable[Permits]) -> Iterator[Action]:
    for question, actions in permitted:
        if question.facts.route is None:
            yield from actions


def _by_name(permitted: Iterable[Permits]) -> Iterator[str]:
    for question, actions in permitted:
        if (route := question.facts.route) is not None:
            yield from (asked_word(action, RouteName(route.id)) for action in actions)


def _rules(permitted: Iterable[Permits]) -> Iterator[tuple[str, str]]:
    """The policy of each word that is granted."""
    for question, by_policy in permitted:
        route = route_named_in(question)
        yield from ((asked_word(action, route), policy) for action, policy in by_policy.items())


def _told(about: Assertion, identity: Identity) -> Mapping[str, str]:
    return told(about, names_of(identity.headers), identity.encoding) if identity.headers else {}
