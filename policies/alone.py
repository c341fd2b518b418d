"""Whether a person alone could turn a refusal into a permit: by device, sign-in, place or a stated purpose. Pure.

No role, order, delegation or decision of somebody else comes to it, no other municipality, and no other time.
"""

from policies.evaluate import PolicyBook
from policies.model import Question
from policies.seen import touching
from policies.smallest import smallest
from policies.steps import Known, StepKind
from policies.steps_oneself import ONESELF

NOT_ALONE = frozenset({StepKind.SWITCH, StepKind.TIME, StepKind.LOOK_ONLY})
"""Steps that lead to another question than the one that is asked."""


def could_alone(book: PolicyBook, question: Question) -> bool:
    """Also where it cannot be told: the policies fail, or there are more ways than were tried."""
    (outcome,) = book.outcomes([question])
    if outcome is None or outcome.error or outcome.permits:
        return True
    policies = book.policies_of(question.municipality)
    known = Known.of(policies, question.action)
    steps = [
        step
        for maker in ONESELF
        for step in maker(question, known)
        if step.kind not in NOT_ALONE and step.apply(question) != question
    ]
    found = smallest(question, outcome, steps, policies, book.outcomes, touching(question))
    return bool(found.changes) or not found.complete
