"""A proposal that follows what came into force after it was begun: its changes, put upon today's policies. Pure."""

from gateway.policy_office.edited_parts import readable_parts
from gateway.policy_office.proposal import Proposal
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import of_scope
from gateway.policy_office.version import Version
from policies.merging import Choices, Conflict, Merged, merged
from policies.texts import Texts, digest_of

MOST = 12  # conflicts named in the log


def put_upon(one: Proposal, base: Version | None, in_force: Version, choices: Choices) -> Merged:
    """`base`: what it was begun from; where that is not known, whatever differs is chosen."""
    before = {} if base is None else of_scope(base.texts, one.scope)
    known = before if digest_of(before) == one.base_digest else None
    return merged(known, one.texts, of_scope(in_force.texts, one.scope), choices)


def followed(
    one: Proposal, base: Version | None, in_force: Version, choices: Choices
) -> tuple[Texts, list[str]]:
    """And what of it is other than before. Raises ActRefused where both changed the same and nobody has chosen, and
    where together it is more than is ever read of one text.
    """
    found = put_upon(one, base, in_force, choices)
    if found.conflicts:
        raise ActRefused(Refusal.CHANGED_BY_BOTH, finding=", ".join(map(called, found.conflicts[:MOST])))
    return found.texts, readable_parts(one.texts, found.texts)


def called(one: Conflict) -> str:
    """As the log has it."""
    return (
        one.file
        if one.key is None or not one.key.name
        else f"{one.file} {one.key.name.partition(chr(10))[0]}"
    )
