"""Whose a proposal and a step of it are, and what a new one is called."""

from datetime import datetime

from config.drawn_name import drawn_name
from config.vocabulary import SubjectId
from gateway.policy_office.actor import Actor
from gateway.policy_office.proposal import LONGEST_TEXT, Proposal, ProposalId, Step, Taken
from idp.directory.same_person import OtherAccounts, other_among


def author_for(one: Proposal, actor: Actor, others: OtherAccounts) -> SubjectId:
    """Whose proposal the policies are told it is: the asker's own where they had a hand in it, by any account."""
    who = SubjectId(actor.subject)
    theirs = who in one.authors or other_among(who, one.authors, others) is not None
    return who if theirs else SubjectId(one.owner)


def taken(one: Proposal, step: Step, actor: Actor, now: datetime, why: str = "") -> Taken:
    return Taken(
        revision=one.revision,
        step=step,
        subject=actor.subject,
        name=actor.name or actor.login,
        at=now,
        why=why[:LONGEST_TEXT],
    )


def new_name() -> ProposalId:
    return ProposalId(drawn_name())
