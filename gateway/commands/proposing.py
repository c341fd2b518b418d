"""Policies of files that somebody has edited become proposals, one for each scope, which somebody else approves."""

from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import Language
from gateway.commands.policy_offices import office_of
from gateway.commands.shared_policies import in_force
from gateway.commands.state import State
from gateway.policy_office.asking import by_operator
from gateway.policy_office.file_note import note_of
from gateway.policy_office.office import SHOWN, standing
from gateway.policy_office.proposal import Proposal, ProposalId
from gateway.policy_office.proposal import State as Stage
from gateway.policy_office.refusal import ActRefused
from gateway.policy_office.scope import Scope, changed, of_scope, scope_of
from gateway.policy_office.store import Desk
from idp.directory.same_person import no_others
from policies.model import Text
from policies.texts import Texts, digest_of

CS, EN = Language.CZECH, Language.ENGLISH
PROPOSED: Text = {
    CS: "navrženo pro {scope}, schválí to někdo jiný: {name}",
    EN: "proposed for {scope}, to be approved by somebody else: {name}",
}
ALREADY: Text = {
    CS: "pro {scope} už navrženo, čeká na schválení někým jiným: {name}",
    EN: "already proposed for {scope}, it waits for approval by somebody else: {name}",
}
WAITS_FOR_TIME: Text = {
    CS: "pro {scope} už navrženo a schváleno, čeká na svůj čas: {name}",
    EN: "already proposed and approved for {scope}, it waits for its time: {name}",
}
NOT_PROPOSED: Text = {
    CS: "pro {scope} nenavrženo ({reason})",
    EN: "not proposed for {scope} ({reason})",
}
GO_ON = frozenset({Stage.SUBMITTED, Stage.APPROVED})


@dataclass(frozen=True, slots=True)
class Proposed:
    """What came of the texts of one scope. `name`: of the proposal; where `reason` says why it was not submitted, of
    the draft that was withdrawn again.
    """

    scope: Scope
    name: ProposalId
    reason: str = ""
    objections: tuple[str, ...] = ()
    """Of failed checks: file, line, what and remedy."""
    in_czech: tuple[str, ...] = ()
    """The same objections."""
    already: Stage | None = None
    """In which state the same texts were found, whoever proposed them: nothing new was made."""

    @property
    def said(self) -> str:
        return self.said_in(EN)

    def said_in(self, language: Language) -> str:
        if self.already is not None:
            said = WAITS_FOR_TIME if self.already is Stage.APPROVED else ALREADY
            return said[language].format(scope=self.scope, name=self.name)
        if not self.reason:
            return PROPOSED[language].format(scope=self.scope, name=self.name)
        objections = self.in_czech if language is CS else self.objections
        return "\n".join([NOT_PROPOSED[language].format(scope=self.scope, reason=self.reason), *objections])


async def propose(state: State, texts: Texts, read_last: Texts, by: str, now: datetime) -> list[Proposed]:
    """What came of it, by scopes. `read_last`: the files as they were read before; what nobody edited since is none of
    it, as others may have come into force meanwhile.
    """
    found = in_force(state)
    there = {} if found is None else found.texts
    edited = {name for name in changed(read_last, texts) if there.get(name) != texts.get(name)}
    return [
        await proposed(state, scope, _with_edits(of_scope(there, scope), texts, edited, scope), by, now)
        for scope in sorted({scope_of(name) for name in edited})
    ]


async def proposed(state: State, scope: Scope, own: Texts, by: str, now: datetime) -> Proposed:
    """One proposal of an operator, submitted, unless one that says the same can be approved already."""
    office, asking = office_of(state, no_others), by_operator(by)
    if (waits := await office.store.look(lambda desk: waiting(desk, scope, own))) is not None:
        return Proposed(scope, waits.id, already=waits.state)
    begun = await office.begin(asking, scope, now)
    note = note_of(changed(begun.texts, own))
    edited = await office.edit(asking, begun.id, begun.revision, own, note, now)
    try:
        made = await office.submit(asking, edited.id, edited.revision, now)
    except ActRefused as refused:
        await office.withdraw(asking, edited.id, edited.revision, refused.reason.value, now)
        czech = tuple(one[CS] for one in refused.problems) + refused.in_english[len(refused.problems) :]
        return Proposed(scope, edited.id, refused.reason.value, refused.in_english, czech)
    return Proposed(scope, made.id)


def waiting(desk: Desk, scope: Scope, own: Texts) -> Proposal | None:
    """The one with the same texts, on top of what is in force, that goes on without its authors. Raises Damaged."""
    there = digest_of(of_scope(standing(desk).texts, scope))
    for one in desk.proposals(scope, SHOWN):
        if one.state in GO_ON and (one.digest, one.base_digest) == (digest_of(own), there):
            return one
    return None


def _with_edits(there: Texts, texts: Texts, edited: set[str], scope: Scope) -> dict[str, str]:
    own = {name for name in edited if scope_of(name) == scope}
    kept = {name: text for name, text in there.items() if name not in own}
    return kept | {name: texts[name] for name in own if name in texts}
