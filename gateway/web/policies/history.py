"""The steps of a proposal as its page tells them: edits that follow each other by one person are one line."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from config.settings import Title
from config.vocabulary import Language
from gateway.policy_office.failure import read
from gateway.policy_office.proposal import Proposal, State, Step, Taken
from gateway.policy_office.refusal import Refusal
from gateway.web.policies.not_done import REFUSALS
from policies.fault import CS, EN
from policies.model import Text

BETWEEN, ITSELF = ", ", "*"
"""Between the parts that an edit touched; in the place of one, what is said of the proposal itself."""
STEPS: Mapping[Step, Title] = {
    Step.BEGIN: Title(cs="začal(a)", en="began"),
    Step.EDIT: Title(cs="upravil(a)", en="edited"),
    Step.REBASE: Title(cs="navázal(a) na dnešní pravidla", en="set it upon today's policies"),
    Step.SUBMIT: Title(cs="předložil(a) ke schválení", en="submitted"),
    Step.APPROVE: Title(cs="schválil(a)", en="approved"),
    Step.RETURN: Title(cs="vrátil(a)", en="returned"),
    Step.WITHDRAW: Title(cs="stáhl(a)", en="withdrew"),
    Step.ACTIVATE: Title(cs="uvedl(a) v platnost", en="put it in force"),
    Step.FAIL: Title(cs="v platnost uvést nemohl(a)", en="could not put it in force"),
}
PURPOSE_EDITED: Text = {CS: "k čemu změna je", EN: "what the change is for"}
BY_PRODUCT: Mapping[Step, Title] = {
    Step.ACTIVATE: Title(cs="uvedla v platnost", en="put it in force"),
    Step.FAIL: Title(cs="v platnost uvést nemohla", en="could not put it in force"),
}
"""What Brána does by itself, which is no person."""
REASONS = {reason.value: reason for reason in Refusal}


def condensed(history: Sequence[Taken]) -> list[Taken]:
    """What several edits touched is named once, with the time of the last."""
    found: list[Taken] = []
    for taken in history:
        last = found[-1] if found else None
        if last is not None and last.step is taken.step is Step.EDIT and last.subject == taken.subject:
            found[-1] = replace(taken, why=BETWEEN.join(dict.fromkeys([*_parts(last), *_parts(taken)])))
        else:
            found.append(taken)
    return found


def sent_back(one: Proposal, history: Sequence[Taken]) -> Taken | None:
    """The step by which it was returned, of one that is."""
    steps = [taken for taken in history if taken.step in (Step.RETURN, Step.FAIL)]
    return steps[-1] if steps and one.state is State.RETURNED else None


def _parts(edit: Taken) -> list[str]:
    return edit.why.split(BETWEEN) if edit.why else [ITSELF]


def why_of(taken: Taken, language: Language) -> str:
    """What somebody wrote; or, where the product or a command did it, its named reason in the reader's language. An
    edit that touched no text changed what is said of it.
    """
    if taken.step is Step.EDIT:
        parts = (PURPOSE_EDITED[language] if one == ITSELF else one for one in _parts(taken))
        return BETWEEN.join(parts)
    if taken.step is not Step.FAIL and taken.why not in REASONS:
        return taken.why
    failure = read(taken.why)
    refusal = REASONS.get(failure.reason)
    title = failure.reason if refusal is None else REFUSALS[refusal][0].title[language]
    return "\n".join([title, *(one[language] for one in failure.said)])
