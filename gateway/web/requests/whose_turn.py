"""What one of the people concerned may do next about something that was asked for. Pure."""

from datetime import datetime

from config.vocabulary import SubjectId
from gateway.asks.ask import Ask, Stage
from idp.directory.same_person import OtherAccounts, all_of, other_among


def may_end(one: Ask, who: SubjectId, now: datetime) -> bool:
    """As asker, holder, sponsor or approver."""
    living = one.stage is Stage.IN_FORCE or one.stage is Stage.WAITING
    return living and now < one.until and who in one.parties() | {each.by.subject for each in one.approvals}


def used_by_another_account(one: Ask, who: SubjectId, others: OtherAccounts) -> str:
    """Login of this person's other account by which the emergency access was used; empty: it was none of theirs."""
    found = other_among(who, {one.holder.subject}, others)
    return "" if found is None else found.login


def is_to_decide(one: Ask, who: SubjectId, now: datetime, others: OtherAccounts) -> bool:
    """By this person, once the policies let them decide at all, and once; an order by its sponsor, unless that
    one placed it. What they had a part in by another account is not theirs to decide either.
    """
    sponsors = one.sponsor is not None and one.sponsor.subject == who
    hands = {one.asker.subject, one.holder.subject, *(each.by.subject for each in one.approvals)}
    theirs = not hands.isdisjoint(all_of(who, others))
    also = other_among(who, hands, others) is not None
    return one.waits(now) and (sponsors and not also if one.confirmed_by_sponsor else not theirs)
