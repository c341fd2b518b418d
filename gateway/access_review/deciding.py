"""Acts of review, each within one transaction. Pure but for the book it is given.

Laws: nobody decides about their own access, by no account of theirs; a decision can be changed until the campaign is
closed, and never after; another municipality's campaign does not exist; a role that is removed counts no more from the
same transaction on; closing makes a report that is never changed again.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from config.drawn_name import drawn_name
from config.vocabulary import MunicipalityCode, Role, SubjectId
from gateway.access_review import acts
from gateway.access_review.blocks import Block, BlockId, watch
from gateway.access_review.book import ReviewBook
from gateway.access_review.campaign import (
    COMMENT_MAX,
    FINAL,
    Campaign,
    CampaignId,
    Choice,
    Decided,
    Held,
    Item,
    Kind,
    Plan,
)
from gateway.access_review.report import body_of, digest_of
from gateway.access_review.reviewer import BY_ITSELF, NotDone, Reviewer, ReviewRefused
from gateway.audit.entry import Code
from gateway.sessions.officers_act import said
from idp.directory.person import RoleHeld

LONGEST = timedelta(days=186)  # from the beginning to the deadline


def begin(
    book: ReviewBook,
    by: Reviewer,
    municipality: MunicipalityCode,
    plan: Plan,
    found: Sequence[Held],
    now: datetime,
) -> Campaign:
    """`found`: who has what at this moment. Raises ReviewRefused."""
    if not by.concerned_with(municipality):
        raise ReviewRefused(NotDone.UNKNOWN, municipality=municipality)
    if not now < plan.deadline <= now + LONGEST:
        raise ReviewRefused(NotDone.DEADLINE, municipality=municipality)
    under_way = any(
        not one.over and (one.scope, one.application) == (plan.scope, plan.application)
        for one in book.campaigns(municipality)
    )
    if under_way:
        raise ReviewRefused(NotDone.UNDER_WAY, municipality=municipality)
    chosen = [one for one in found if plan.covers(one)]
    if not chosen:
        raise ReviewRefused(NotDone.NOTHING, municipality=municipality)
    campaign = Campaign(
        id=CampaignId(drawn_name(12)),
        municipality=municipality,
        scope=plan.scope,
        application=plan.application,
        begun_at=now,
        begun_by=by.actor,
        begun_entry=0,
        deadline=plan.deadline,
    )
    campaign = replace(campaign, begun_entry=book.record(acts.begun(campaign, by, len(chosen))))
    book.keep_campaign(campaign)
    for number, held in enumerate(chosen, 1):
        book.keep_item(campaign.id, Item(number=number, held=held, added_at=now))
    return campaign


def campaign_for(book: ReviewBook, by: Reviewer, which: CampaignId) -> Campaign:
    """Raises ReviewRefused."""
    found = book.campaign(which)
    if found is None or not by.concerned_with(found.municipality):
        raise ReviewRefused(NotDone.UNKNOWN, municipality=found.municipality if found is not None else "")
    return found


def item_to_decide(book: ReviewBook, by: Reviewer, which: CampaignId, number: int) -> tuple[Campaign, Item]:
    """What this reviewer may decide. Raises ReviewRefused."""
    campaign = campaign_for(book, by, which)
    item = book.item(which, number)
    where = campaign.municipality
    if item is None:
        raise ReviewRefused(NotDone.UNKNOWN, municipality=where)
    whom = {"municipality": where, "of": item.held.login, "of_subject": item.held.subject}
    if campaign.over:
        raise ReviewRefused(NotDone.CLOSED, **whom)
    _require_not_own(by, item.held.subject, whom)
    if item.choice is Choice.REMOVE and item.held.kind in FINAL:
        raise ReviewRefused(NotDone.FINAL, **whom)
    if item.gone_at is not None:
        raise ReviewRefused(NotDone.GONE, **whom)
    return campaign, item


def _require_not_own(by: Reviewer, whose: SubjectId, whom: dict[str, str]) -> None:
    """Nor that of another account of theirs, which the entry names. Raises ReviewRefused."""
    if whose == by.subject:
        raise ReviewRefused(NotDone.OWN_ACCESS, **whom)
    if by.is_also(whose):
        raise ReviewRefused(NotDone.SAME_PERSON, **whom)


def to_be_decided(
    book: ReviewBook, by: Reviewer, which: CampaignId, number: int, choice: Choice, comment: str
) -> tuple[Campaign, Item, str]:
    """With the comment as it is kept. Raises ReviewRefused."""
    campaign, item = item_to_decide(book, by, which, number)
    kept = said(comment, COMMENT_MAX) or ""
    if (choice is Choice.UNCLEAR or comment.strip()) and not kept:
        raise ReviewRefused(
            NotDone.COMMENT,
            municipality=campaign.municipality,
            of=item.held.login,
            of_subject=item.held.subject,
        )
    return campaign, item, kept


def decide(
    book: ReviewBook,
    by: Reviewer,
    which: CampaignId,
    number: int,
    choice: Choice,
    comment: str,
    now: datetime,
) -> Item:
    """What is final was ended before (`to_be_decided`). Raises ReviewRefused."""
    campaign, item, kept = to_be_decided(book, by, which, number, choice, comment)
    if (choice, kept) == (item.choice, item.decided.comment if item.decided is not None else ""):
        return item  # a form that was sent twice
    return _decided(book, by, campaign, item, choice, kept, now)


def keep_open(book: ReviewBook, by: Reviewer, which: CampaignId, number: int, now: datetime) -> bool:
    """Confirm what nobody has decided; False: somebody did meanwhile, and it stays. Raises ReviewRefused."""
    campaign, item, _ = to_be_decided(book, by, which, number, Choice.CONFIRM, "")
    if item.open:
        _decided(book, by, campaign, item, Choice.CONFIRM, "", now)
    return item.open


def _decided(
    book: ReviewBook,
    by: Reviewer,
    campaign: Campaign,
    item: Item,
    choice: Choice,
    comment: str,
    now: datetime,
) -> Item:
    entry = book.record(acts.decided(campaign, item, choice, comment, by, now))
    changed = replace(item, decided=Decided(choice=choice, comment=comment, by=by.actor, at=now, entry=entry))
    book.keep_item(campaign.id, changed)
    if item.held.kind is Kind.ROLE and (choice is Choice.REMOVE) is not (item.choice is Choice.REMOVE):
        if choice is Choice.REMOVE:
            _block(book, by, campaign, changed, comment, now)
        else:
            _give_back(book, by, campaign, item, now)
    return changed


def _block(
    book: ReviewBook, by: Reviewer, campaign: Campaign, item: Item, comment: str, now: datetime
) -> None:
    made = Block(
        id=BlockId(drawn_name(12)),
        subject=item.held.subject,
        login=item.held.login,
        name=item.held.name,
        municipality=campaign.municipality,
        role=Role(item.held.what),
        campaign=campaign.id,
        item=item.number,
        by=by.actor,
        since=now,
    )
    if any((one.subject, one.held) == (made.subject, made.held) for one in book.blocks()):
        return  # another campaign has taken it away already
    book.keep_block(made)
    book.record(acts.removed(made, by, comment))


def _give_back(book: ReviewBook, by: Reviewer, campaign: Campaign, item: Item, now: datetime) -> None:
    for one in book.blocks():
        if (one.campaign, one.item) == (campaign.id, item.number):
            if (other := _also_removed(book, one, item)) is not None:
                book.keep_block(other)
                book.record(acts.still_removed(other, now))
                continue
            book.keep_block(replace(one, ended_at=now, ended_by=by.actor))
            book.record(acts.restored(one, by, now))


def _also_removed(book: ReviewBook, block: Block, item: Item) -> Block | None:
    """The block as that of another review which has removed the role while it was blocked, and says so still."""
    for other in reversed(book.campaigns(block.municipality)):
        if other.id == block.campaign or (other.closed_at is not None and other.closed_at < block.since):
            continue
        for one in book.items(other.id):
            said = one.decided
            removed = one.held.key == item.held.key and one.choice is Choice.REMOVE
            if removed and said is not None and said.at >= block.since:
                return replace(block, campaign=other.id, item=one.number, by=said.by)
    return None


def restore(
    book: ReviewBook, by: Reviewer, of: CampaignId | None, which: BlockId, why: str, now: datetime
) -> Block:
    """The role counts again; what the report says of its removal stays. `of`: the review whose page it is given back
    on, as whoever may act in that one need not be let in another; None: any. Raises ReviewRefused.
    """
    found = book.block(which)
    if found is None or not by.concerned_with(found.municipality) or of not in (None, found.campaign):
        raise ReviewRefused(NotDone.UNKNOWN, municipality=found.municipality if found is not None else "")
    whom = {"municipality": found.municipality, "of": found.login, "of_subject": found.subject}
    _require_not_own(by, found.subject, whom)
    if found.ended_at is not None:
        raise ReviewRefused(NotDone.NOT_REMOVED, **whom)
    reason = said(why, COMMENT_MAX)
    if reason is None:
        raise ReviewRefused(NotDone.COMMENT, **whom)
    ended = replace(found, ended_at=now, ended_by=by.actor)
    book.keep_block(ended)
    book.record(acts.restored(ended, by, now, reason))
    return ended


def take_news(book: ReviewBook, which: CampaignId, found: Collection[Held], now: datetime) -> bool:
    """Whoever has got an access since is added, and what is gone needs no decision; whether anything changed."""
    campaign = book.campaign(which)
    if campaign is None or campaign.over:
        return False
    items = book.items(which)
    known = {one.held.key for one in items}
    there = {one.key for one in found}
    new = [one for one in found if one.key not in known and campaign.plan.covers(one)]
    gone = [
        one
        for one in items
        if one.gone_at is None and one.choice is not Choice.REMOVE and one.held.key not in there
    ]
    back = [one for one in items if one.gone_at is not None and one.held.key in there]
    for number, held in enumerate(new, len(items) + 1):
        book.keep_item(which, Item(number=number, held=held, added_at=now))
    for one in gone:
        book.keep_item(which, replace(one, gone_at=now))
    for one in back:
        book.keep_item(which, replace(one, gone_at=None))
    if new or gone or back:
        added = [*new, *(one.held for one in back)]
        book.record(acts.changed(campaign, now, added, [one.held for one in gone]))
    return bool(new or gone or back)


def close(
    book: ReviewBook,
    by: Reviewer,
    which: CampaignId,
    now: datetime,
    name_of: Callable[[MunicipalityCode], str],
    *,
    remove_undecided: bool = False,
) -> tuple[Campaign, list[Item]]:
    """From the deadline on whatever is decided; before it, when nothing is left. Answers what was removed by it: also
    from whoever closes, as nobody would keep a role by being the one who does.

    Raises ReviewRefused.
    """
    campaign = campaign_for(book, by, which)
    where = campaign.municipality
    if campaign.over:
        raise ReviewRefused(NotDone.CLOSED, municipality=where)
    left = [one for one in book.items(which) if one.open]
    if left and not campaign.overdue(now):
        raise ReviewRefused(NotDone.UNFINISHED, municipality=where)
    removed = []
    if remove_undecided:
        removed = [
            _decided(
                book,
                BY_ITSELF if one.held.subject == by.subject or by.is_also(one.held.subject) else by,
                campaign,
                one,
                Choice.REMOVE,
                "",
                now,
            )
            for one in left
            if one.held.kind is Kind.ROLE
        ]
    overdue = {one.number for one in left}
    ended = replace(campaign, closed_at=now, closed_by=by.actor)
    text = body_of(ended, book.items(which), overdue, name_of(where))
    digest = digest_of(text)
    entry = book.record(acts.closed(campaign, by, now, digest, len(overdue)))
    ended = replace(ended, closed_entry=entry, report=text, digest=digest)
    book.keep_campaign(ended)
    return ended, removed


def follow_directory(
    book: ReviewBook,
    holding: Collection[tuple[SubjectId, RoleHeld]],
    asked: Collection[BlockId],
    now: datetime,
) -> int:
    """What the directory has done about removed roles. `asked`: the blocks about whose people it gave a sure answer."""
    in_force = [one for one in book.blocks() if one.id in asked]
    seen = watch(in_force, holding, now)
    told = (
        (seen.followed, Code.ACCESS_REMOVAL_FOLLOWED),
        (seen.back, Code.ACCESS_REMOVAL_UNDONE),
        (seen.over, Code.ACCESS_BLOCK_OVER),
    )
    for blocks, code in told:
        for one in blocks:
            book.keep_block(one)
            book.record(acts.followed(one, now, code))
    return len(seen.changed)
