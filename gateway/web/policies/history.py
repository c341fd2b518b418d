"""The steps of a proposal as its page tells them: edits that follow each other by one person are one line, policies
have their titles, and what was tried within a draft and taken back is left out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from config.settings import Title
from config.vocabulary import Language
from gateway.policy_office.edited_parts import MORE
from gateway.policy_office.failure import read
from gateway.policy_office.proposal import Proposal, State, Step, Taken
from gateway.policy_office.refusal import Refusal
from gateway.web.policies.not_done import REFUSALS
from policies.fault import CS, EN
from policies.model import Text
from policies.rule_titles import with_title

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
TRIED = "-"
"""In the place of parts: whatever an edit touched was taken back before it was submitted."""
PURPOSE_EDITED: Text = {CS: "k čemu změna je", EN: "what the change is for"}
NOTHING_STAYED: Text = {CS: "nic, co by v návrhu zůstalo", EN: "nothing that stayed"}
SAID: Mapping[str, Text] = {ITSELF: PURPOSE_EDITED, TRIED: NOTHING_STAYED}
BY_PRODUCT: Mapping[Step, Title] = {
    Step.ACTIVATE: Title(cs="uvedla v platnost", en="put it in force"),
    Step.FAIL: Title(cs="v platnost uvést nemohla", en="could not put it in force"),
}
"""What Brána does by itself, which is no person."""
REASONS = {reason.value: reason for reason in Refusal}


def condensed(history: Sequence[Taken], stayed: Collection[str] | None = None) -> list[Taken]:
    """What several edits touched is named once, with the time of the last. `stayed`: what differs, by the names of
    `edited_parts`, from the policies that it was begun from or set upon; None: that is not known.
    """
    found: list[Taken] = []
    for taken in history if stayed is None else _without_tried(history, stayed):
        last = found[-1] if found else None
        if last is not None and last.step is taken.step is Step.EDIT and last.subject == taken.subject:
            both = dict.fromkeys([*_parts(last), *_parts(taken)])
            parts = [one for one in both if one != TRIED]
            found[-1] = replace(taken, why=BETWEEN.join(parts or both))
        else:
            found.append(taken)
    return found


def _without_tried(history: Sequence[Taken], stayed: Collection[str]) -> list[Taken]:
    """What is today as it was, and was touched in no draft after this one, was so again when this one was submitted.
    Of what came before it was set upon others, today's difference says nothing.
    """
    found, later, this = list[Taken](), set[str](), set[str]()
    known = True
    for taken in reversed(history):
        known = known and taken.step is not Step.REBASE
        if taken.step is Step.SUBMIT:
            later, this = later | this, set()
        if taken.step is Step.EDIT and known:
            parts = _parts(taken)
            this.update(parts)
            kept = [one for one in parts if one in (ITSELF, MORE) or one in stayed or one in later]
            found.append(replace(taken, why=BETWEEN.join(kept or [TRIED])))
        else:
            found.append(taken)
    return found[::-1]


def sent_back(one: Proposal, history: Sequence[Taken]) -> Taken | None:
    """The step by which it was returned, of one that is."""
    steps = [taken for taken in history if taken.step in (Step.RETURN, Step.FAIL)]
    return steps[-1] if steps and one.state is State.RETURNED else None


def _parts(edit: Taken) -> list[str]:
    return edit.why.split(BETWEEN) if edit.why else [ITSELF]


def why_of(taken: Taken, language: Language, titles: Mapping[str, Text] | None = None) -> str:
    """What somebody wrote; or, where the product or a command did it, its named reason in the reader's language. An
    edit that touched no text changed what is said of it. `titles`: of policies, by their names.
    """
    if taken.step is Step.EDIT:
        return "\n".join(_part_said(one, language, titles or {}) for one in _parts(taken))
    if taken.step is not Step.FAIL and taken.why not in REASONS:
        return taken.why
    failure = read(taken.why)
    refusal = REASONS.get(failure.reason)
    title = failure.reason if refusal is None else REFUSALS[refusal][0].title[language]
    return "\n".join([title, *(one[language] for one in failure.said)])


def _part_said(part: str, language: Language, titles: Mapping[str, Text]) -> str:
    if part in SAID:
        return SAID[part][language]
    title = titles.get(part)
    return with_title(None if title is None or title[language] == part else title, part, language)
