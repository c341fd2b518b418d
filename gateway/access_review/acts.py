"""What is recorded of a review. An entry about somebody's access is that person's; who decided stands beside it."""

from collections.abc import Sequence
from datetime import datetime

from gateway.access_review.blocks import Block
from gateway.access_review.campaign import ASKED_FOR, Campaign, Choice, Held, Item
from gateway.access_review.reviewer import BY_ITSELF, Reviewer, ReviewRefused
from gateway.audit.acts import SYSTEM
from gateway.audit.entry import Code, Entry, Outcome

MOST_TOLD = 50  # accesses that one entry names


def begun(campaign: Campaign, by: Reviewer, accesses: int) -> Entry:
    told: dict[str, str | int] = {
        "review": campaign.id,
        "scope": campaign.scope.value,
        "until": campaign.deadline.isoformat(),
        "accesses": accesses,
    }
    if campaign.application:
        told["of_application"] = campaign.application
    return _of_reviewer(Code.ACCESS_REVIEW_BEGUN, campaign, by, campaign.begun_at, **told)


def decided(
    campaign: Campaign, item: Item, choice: Choice, comment: str, by: Reviewer, at: datetime
) -> Entry:
    before = {"before": item.choice.value} if item.choice is not None else {}
    return _about(
        Code.ACCESS_REVIEW_DECIDED,
        campaign.municipality,
        item.held,
        by,
        at,
        review=campaign.id,
        decision=choice.value,
        **before,
        **({"why": comment} if comment else {}),
    )


def changed(campaign: Campaign, at: datetime, added: Sequence[Held], gone: Sequence[Held]) -> Entry:
    """Found in the directory, the register or the settings since the campaign began; nobody's act here."""
    lists = {"added": [_named(one) for one in added], "gone": [_named(one) for one in gone]}
    return Entry(
        code=Code.ACCESS_REVIEW_CHANGED,
        outcome=Outcome.SUCCESS,
        at=at,
        subject=SYSTEM,
        municipality=campaign.municipality,
        details={"review": campaign.id, **{name: _some(one) for name, one in lists.items() if one}},
    )


def closed(campaign: Campaign, by: Reviewer, at: datetime, digest: str, overdue: int) -> Entry:
    return _of_reviewer(
        Code.ACCESS_REVIEW_CLOSED, campaign, by, at, review=campaign.id, sha256=digest, overdue=overdue
    )


def removed(block: Block, by: Reviewer, comment: str) -> Entry:
    why = {"why": comment} if comment else {}
    return _about_block(Code.ACCESS_REMOVED, block, by, block.since, **why)


def still_removed(block: Block, at: datetime) -> Entry:
    """One review gave it back, another had removed it too: `block` is that one's from now on."""
    return _about_block(Code.ACCESS_REMOVED, block, BY_ITSELF, at)


def restored(block: Block, by: Reviewer, at: datetime, why: str = "") -> Entry:
    return _about_block(Code.ACCESS_RESTORED, block, by, at, **({"why": why} if why else {}))


def followed(block: Block, at: datetime, code: Code) -> Entry:
    """The directory's own word: it has no such role any more, has it again, or has done without for long enough."""
    return Entry(
        code=code,
        outcome=Outcome.SUCCESS,
        at=at,
        subject=block.subject,
        person=block.login,
        municipality=block.municipality,
        details={"role": block.role.value, "review": block.campaign, "by": SYSTEM},
    )


def refused(refusal: ReviewRefused, by: Reviewer, at: datetime, act: str, review: str = "") -> Entry:
    return Entry(
        code=Code.ACCESS_REVIEW_REFUSED,
        outcome=Outcome.REFUSED,
        at=at,
        reason=refusal.reason,
        municipality=refusal.municipality,
        details={
            "act": act,
            **({"review": review} if review else {}),
            **({"of": refusal.of, "of_subject": refusal.of_subject} if refusal.of_subject else {}),
        },
        **_who(by),
    )


def _of_reviewer(code: Code, campaign: Campaign, by: Reviewer, at: datetime, **details: str | int) -> Entry:
    return Entry(
        code=code,
        outcome=Outcome.SUCCESS,
        at=at,
        municipality=campaign.municipality,
        details=dict(details),
        **_who(by),
    )


def _about(
    code: Code, municipality: str, held: Held, by: Reviewer, at: datetime, **details: str | int
) -> Entry:
    whose = {"subject": held.subject, "person": held.login}
    return Entry(
        code=code,
        outcome=Outcome.SUCCESS,
        at=at,
        municipality=municipality,
        details={
            "access": held.kind.value,
            **_which(held),
            "by": by.login,
            "by_subject": by.subject,
            **details,
        },
        **(_who(by) | whose),
    )


def _about_block(code: Code, block: Block, by: Reviewer, at: datetime, **details: str) -> Entry:
    return Entry(
        code=code,
        outcome=Outcome.SUCCESS,
        at=at,
        municipality=block.municipality,
        details={
            "role": block.role.value,
            "by": by.login,
            "by_subject": by.subject,
            "review": block.campaign,
            **details,
        },
        **(_who(by) | {"subject": block.subject, "person": block.login}),
    )


def _who(by: Reviewer) -> dict[str, str]:
    return {
        "subject": by.subject,
        "person": by.login if by.subject != SYSTEM else "",
        "session": by.session,
        "own_municipality": by.own_municipality,
        "address": by.address,
        "request_id": by.request_id,
    }


def _which(held: Held) -> dict[str, str]:
    if held.role:
        return {"role": held.what}
    if held.kind in ASKED_FOR:
        return {"request": held.what} | ({"role": held.lent.value} if held.lent is not None else {})
    return {}


def _named(held: Held) -> str:
    return f"{held.login}: {held.what if held.role else held.kind.value}"


def _some(names: Sequence[str]) -> list[str]:
    more = len(names) - MOST_TOLD
    return [*names[:MOST_TOLD], f"… +{more}"] if more > 0 else list(names)
