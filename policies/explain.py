"""Why nothing permits it: find the smallest change of the facts that would have helped, and name that."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from config.vocabulary import Action, AuthenticationLevel, Role, SubjectId
from policies.model import Question
from policies.reasons import Reason

ANYBODY = SubjectId("00000000-0000-0000-0000-000000000000")
"""RFC 9562 §5.9. A policy that names a person says nothing of what a role may do."""
SOMEBODY_ELSE = SubjectId("00000000-0000-0000-0000-000000000001")
"""Neither ANYBODY nor any person: whose matter it is where nobody says that it is one's own."""

Allowed = Callable[[Question, Iterable[Action]], frozenset[Action]]


@dataclass(frozen=True, slots=True)
class Explanation:
    reason: Reason
    roles: frozenset[Role] = frozenset()
    """Roles that would suffice in that municipality."""


def why_nothing_permits(question: Question, allowed: Allowed) -> Explanation:
    """Explain a refusal that no policy pronounced. `allowed` is asked about up to twenty other questions."""
    acting = replace(question, own_municipality=question.municipality)
    memberships = {where for where, _ in question.roles}
    if question.municipality not in memberships:
        return Explanation(Reason.NO_ROLE_IN_MUNICIPALITY)
    if question.municipality != question.own_municipality:
        # Where to switch would only lead to the next refusal, that one is explained.
        switch = allowed(acting, (question.action,))
        return (
            Explanation(Reason.OTHER_MUNICIPALITY_ACTIVE) if switch else why_nothing_permits(acting, allowed)
        )
    for reason, better in _better_sign_ins(question):
        if allowed(better, (question.action,)):
            return Explanation(reason)
    roles = frozenset(role for role in Role if allowed(_with_role(question, role), (question.action,)))
    if not roles:
        return Explanation(Reason.NOTHING_PERMITS)
    if allowed(question, [action for action in Action if action is not question.action]):
        return Explanation(Reason.ACTION_NOT_PERMITTED, roles)
    return Explanation(Reason.ROLE_NOT_SUFFICIENT, roles)


def _better_sign_ins(question: Question) -> Iterable[tuple[Reason, Question]]:
    yield Reason.SIGN_IN_TOO_OLD, replace(question, authenticated_at=question.now)
    strongest = AuthenticationLevel.PHISHING_RESISTANT
    if question.level is not strongest:
        yield (
            Reason.STRONGER_SIGN_IN_NEEDED,
            replace(question, authenticated_at=question.now, level=strongest),
        )


def _with_role(question: Question, role: Role) -> Question:
    return replace(question, subject=ANYBODY, roles=frozenset({(question.municipality, role)}))
