"""What one of the people concerned may do next about something that was asked for. Pure."""

from datetime import datetime

from config.vocabulary import SubjectId
from gateway.asks.ask import Ask, Stage


def may_end(one: Ask, who: SubjectId, now: datetime) -> bool:
    """As asker, holder, sponsor or approver."""
    living = one.stage is Stage.IN_FORCE or one.stage is Stage.WAITING
    return living and now < one.until and who in one.parties() | {each.by.subject for each in one.approvals}


def is_to_decide(one: Ask, who: SubjectId, now: datetime) -> bool:
    """By this person, once the policies let them decide at all, and once; an order by its sponsor, unless that
    one placed it.
    """
    sponsors = one.sponsor is not None and one.sponsor.subject == who
    theirs = who in (one.asker.subject, one.holder.subject) or one.approved_by(who)
    return one.waits(now) and (sponsors if one.confirmed_by_sponsor else not theirs)
