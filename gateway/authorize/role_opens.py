"""What a role opens, as a review shows it: the policies in force, asked about somebody who does everything right.

At best, so nothing is left out: with a key, from a device in order, in Czechia, in the middle of a working day, with
no role beside it. What only a ticket, a delegation or an emergency opens is not a role's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from config.holidays import is_public_holiday
from config.vocabulary import Action, ApplicationId, AuthenticationLevel, MunicipalityCode, Role, SubjectId
from gateway.access_review.campaign import Opened
from gateway.authorize.snapshot import Snapshot
from idp.events import Factor
from idp.http.moments import PRAGUE
from idp.login.level import WITH
from policies.model import IN_ORDER, Facts, Question
from policies.somebody_elses import DECIDED_OF_OTHERS, of_somebody_else

FOR_EVERYBODY = frozenset({ApplicationId("portal")})
"""What every role opens tells nothing of one."""
NOBODY = SubjectId("review:role")
AT = time(10)
AT_BEST = Facts(
    country="CZ",
    employed_since=date(2000, 1, 1),
    impossible_travel=False,
    idle=timedelta(),
    device=IN_ORDER,
)


def opens(
    role: Role, municipality: MunicipalityCode, snapshot: Snapshot, now: datetime, subject: SubjectId = NOBODY
) -> tuple[Opened, ...]:
    """`subject`: of a technical account, to which policies permit things by name."""
    roles = frozenset({(municipality, role)})
    asked = questions_at_best(subject, roles, municipality, snapshot, working_moment(now))
    return together(
        (question.application, snapshot.policies.allowed(question, actions)) for question, actions in asked
    )


def questions_at_best(
    subject: SubjectId,
    roles: frozenset[tuple[MunicipalityCode, Role]],
    municipality: MunicipalityCode,
    snapshot: Snapshot,
    then: datetime,
) -> Iterator[tuple[Question, frozenset[Action]]]:
    """For each application there, and each named route of it, with the actions it has; where somebody decides, about
    somebody else's matter.
    """
    for application, offer in snapshot.applications.items():
        if municipality in offer.municipalities and application not in FOR_EVERYBODY:
            question = Question(
                subject=subject,
                roles=roles,
                own_municipality=municipality,
                application=application,
                action=Action.READ,
                municipality=municipality,
                level=AuthenticationLevel.PHISHING_RESISTANT,
                factors=frozenset(WITH[Factor.KEY]),
                authenticated_at=then,
                address="",
                now=then,
                facts=AT_BEST,
            )
            for one, actions in offer.questions(question):
                decided = {action for action in actions if (application, action) in DECIDED_OF_OTHERS}
                yield one, actions - decided
                for action in in_order(decided):
                    about = of_somebody_else(one.facts, application, action)
                    yield replace(one, action=action, facts=about), frozenset({action})


def together(opened: Iterable[tuple[ApplicationId, Iterable[Action]]]) -> tuple[Opened, ...]:
    """One for each application where there is anything."""
    found: dict[ApplicationId, set[Action]] = {}
    for application, actions in opened:
        found.setdefault(application, set()).update(actions)
    return tuple(Opened(application, in_order(actions)) for application, actions in found.items() if actions)


def working_moment(now: datetime) -> datetime:
    """Ten o'clock of today or of the next working day, in Prague."""
    day = now.astimezone(PRAGUE).date()
    while day.isoweekday() > 5 or is_public_holiday(day):
        day += timedelta(days=1)
    return datetime.combine(day, AT, PRAGUE)


def in_order(actions: Iterable[Action]) -> tuple[Action, ...]:
    return tuple(one for one in Action if one in set(actions))
