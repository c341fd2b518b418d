"""Whether somebody could decide about what another person asks for: the policies in force, asked at best. Pure."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role, SubjectId
from gateway.asks import supplied
from gateway.asks.supplied import Matter
from gateway.authorize.role_opens import questions_at_best, working_moment
from gateway.authorize.snapshot import Snapshot
from idp.directory.same_person import same_person
from policies.model import Facts, Permitted, Question

NOBODY_YET: frozenset[SubjectId] = frozenset()


def could_decide(
    who: SubjectId,
    roles: Collection[tuple[MunicipalityCode, Role]],
    requests: ApplicationId,
    municipality: MunicipalityCode,
    asker: SubjectId,
    snapshot: Snapshot,
    now: datetime,
) -> bool:
    """On the application `requests`, acting for that municipality."""
    offer = snapshot.applications.get(requests)
    theirs = same_person(who, asker, snapshot.duties.others)
    barred = theirs or snapshot.suspended(who, now) or snapshot.meeting(who, roles, now) is not None
    if offer is None or barred:
        return False
    alone = replace(snapshot, applications={requests: offer})
    return any(
        _permitted(replace(question, facts=_facts(question, asker, snapshot, then)), snapshot)
        for then in (now, working_moment(now))
        for question, actions in questions_at_best(who, frozenset(roles), municipality, alone, then)
        if actions == {Action.SIGN}
    )


def _permitted(question: Question, snapshot: Snapshot) -> bool:
    verdict, _ = snapshot.policies.decide_and_look(question, ())
    return isinstance(verdict, Permitted)


def _facts(question: Question, asker: SubjectId, snapshot: Snapshot, then: datetime) -> Facts:
    """With what is lent to them: whoever stands in for the mayor may decide."""
    about = Matter(question.application, question.municipality, None)
    lent = supplied.facts(snapshot.asks(question.subject), about, then).delegation
    return replace(question.facts, author=asker, approved_by=NOBODY_YET, delegation=lent)
