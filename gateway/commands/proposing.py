"""Policies of files that somebody has edited become proposals, one for each scope, which somebody else approves."""

from datetime import datetime

from gateway.commands.policy_offices import office_of
from gateway.commands.shared_policies import in_force
from gateway.commands.state import State
from gateway.policy_office.asking import by_operator
from gateway.policy_office.refusal import ActRefused
from gateway.policy_office.scope import Scope, changed, of_scope, scope_of
from policies.texts import Texts

PROPOSED = "proposed for {scope}, to be approved by somebody else: {name}"
NOT_PROPOSED = "not proposed for {scope} ({reason})"
NOTE = "policies.from_files"


async def propose(state: State, texts: Texts, read_last: Texts, by: str, now: datetime) -> list[str]:
    """What there is to say of it. `read_last`: the files as they were read before; what nobody edited since is none of
    it, as others may have come into force meanwhile.
    """
    found = in_force(state)
    there = {} if found is None else found.texts
    edited = {name for name in changed(read_last, texts) if there.get(name) != texts.get(name)}
    return [
        await proposed(state, scope, _with_edits(of_scope(there, scope), texts, edited, scope), by, now)
        for scope in sorted({scope_of(name) for name in edited})
    ]


async def proposed(state: State, scope: Scope, own: Texts, by: str, now: datetime) -> str:
    """One proposal of an operator, submitted; what there is to say."""
    office, asking = office_of(state), by_operator(by)
    begun = await office.begin(asking, scope, now)
    edited = await office.edit(asking, begun.id, begun.revision, own, NOTE, now)
    try:
        made = await office.submit(asking, edited.id, edited.revision, now)
    except ActRefused as refused:
        await office.withdraw(asking, edited.id, edited.revision, refused.reason.value, now)
        said = NOT_PROPOSED.format(scope=scope, reason=refused.reason.value)
        return "\n".join([said, *refused.in_english])
    return PROPOSED.format(scope=scope, name=made.id)


def _with_edits(there: Texts, texts: Texts, edited: set[str], scope: Scope) -> dict[str, str]:
    own = {name for name in edited if scope_of(name) == scope}
    kept = {name: text for name, text in there.items() if name not in own}
    return kept | {name: texts[name] for name in own if name in texts}
