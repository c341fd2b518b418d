"""A proposal to change the policies of one scope, and which step leads from which state to which.

Laws:
1. Whoever had a hand in the texts, or submitted them, never approves them, by no account of theirs.
2. What is approved is what the approver has read, to the letter; what is activated is what was approved.
3. Nothing is submitted, approved or activated on top of other policies of its scope than those it was begun from.
4. A step that the table does not have is refused; what is active or withdrawn stays so.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from config.vocabulary import SubjectId
from gateway.policy_office.actor import Actor
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import Scope, of_scope, strangers
from gateway.policy_office.version import Version
from idp.directory.same_person import OtherAccounts, other_among
from policies.hidden import hidden
from policies.texts import NAME, Texts, digest_of

ProposalId = NewType("ProposalId", str)
"""22 characters, base64url of 128 random bits."""
LARGEST = 1 << 20  # characters of all texts of a scope; as one file may hold at most
MOST_FILES = 200
MOST_OPEN = 50  # of one scope that are not over: all of them are in every list
LONGEST_TEXT = 2_000  # characters of a note or a reason
FARTHEST = timedelta(days=366)  # an activation later than that was mistyped


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    ACTIVE = "active"


class Step(StrEnum):
    BEGIN = "begin"
    EDIT = "edit"
    REBASE = "rebase"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    WITHDRAW = "withdraw"
    ACTIVATE = "activate"
    FAIL = "fail"
    """Its time has come and it cannot be activated any more."""


TRANSITIONS: Mapping[tuple[State, Step], State] = {
    (State.DRAFT, Step.EDIT): State.DRAFT,
    (State.DRAFT, Step.REBASE): State.DRAFT,
    (State.DRAFT, Step.SUBMIT): State.SUBMITTED,
    (State.DRAFT, Step.WITHDRAW): State.WITHDRAWN,
    (State.SUBMITTED, Step.APPROVE): State.APPROVED,
    (State.SUBMITTED, Step.RETURN): State.RETURNED,
    (State.SUBMITTED, Step.REBASE): State.DRAFT,
    (State.SUBMITTED, Step.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Step.ACTIVATE): State.ACTIVE,
    (State.APPROVED, Step.FAIL): State.RETURNED,
    (State.APPROVED, Step.RETURN): State.RETURNED,
    (State.APPROVED, Step.WITHDRAW): State.WITHDRAWN,
    (State.RETURNED, Step.EDIT): State.DRAFT,
    (State.RETURNED, Step.REBASE): State.DRAFT,
    (State.RETURNED, Step.WITHDRAW): State.WITHDRAWN,
}
OVER = frozenset({State.ACTIVE, State.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`texts` are those of the scope, as they are to be; all others stay as they are. Times are aware."""

    id: ProposalId
    scope: Scope
    state: State
    texts: Mapping[str, str]
    base: int
    """Number of the version it was begun from."""
    base_digest: str
    """Of the scope's texts there."""
    revision: int
    """One more with each step."""
    owner: str
    owner_name: str
    authors: frozenset[str]
    """Subjects of all who had a hand in the texts, or submitted them."""
    note: str = ""
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None = None
    approver: str = ""
    approver_name: str = ""
    approved_at: datetime | None = None
    approved_digest: str = ""
    activate_at: datetime | None = None
    """None: at once when it is approved."""
    version: int | None = None
    """Number of the version it became."""

    @property
    def digest(self) -> str:
        """Of its texts: what an approver says to have read."""
        return digest_of(self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that was taken, for whoever reads the history of a proposal."""

    revision: int
    step: Step
    subject: str
    name: str
    at: datetime
    why: str


def begun(name: ProposalId, scope: Scope, base: Version, actor: Actor, now: datetime) -> Proposal:
    """A draft that says what is in force."""
    own = of_scope(base.texts, scope)
    return Proposal(
        id=name,
        scope=scope,
        state=State.DRAFT,
        texts=own,
        base=base.number,
        base_digest=digest_of(own),
        revision=1,
        owner=actor.subject,
        owner_name=actor.name or actor.login,
        authors=frozenset({actor.subject}),
        created_at=now,
        changed_at=now,
    )


def edited(one: Proposal, texts: Texts, note: str, actor: Actor, now: datetime) -> Proposal:
    """Raises ActRefused."""
    _require_fit(one.scope, texts)
    require_seen(note)
    after = _stepped(one, Step.EDIT, now)
    return replace(after, texts=dict(texts), note=note[:LONGEST_TEXT], authors=one.authors | {actor.subject})


def rebased(one: Proposal, texts: Texts, in_force: Version, actor: Actor, now: datetime) -> Proposal:
    """`texts`: its changes, put upon what is in force, with which they are compared from then on. Raises ActRefused."""
    _require_fit(one.scope, texts)
    after = _stepped(one, Step.REBASE, now)
    return replace(
        after,
        texts=dict(texts),
        base=in_force.number,
        base_digest=digest_of(of_scope(in_force.texts, one.scope)),
        authors=one.authors | {actor.subject},
    )


def submitted(
    one: Proposal, in_force: Version, actor: Actor, now: datetime, note: str | None = None
) -> Proposal:
    """To be checked before. `note`: what it is for, where that is said only now. Raises ActRefused."""
    after = _stepped(one, Step.SUBMIT, now)
    require_base(one, in_force)
    if digest_of(one.texts) == one.base_digest:
        raise ActRefused(Refusal.NOTHING_NEW)
    said = one.note if note is None else note.strip()
    require_said(said)
    return replace(after, note=said, submitted_at=now, authors=one.authors | {actor.subject})


def approved(
    one: Proposal,
    in_force: Version,
    read: str,
    at: datetime | None,
    actor: Actor,
    now: datetime,
    others: OtherAccounts,
) -> Proposal:
    """`read`: the digest of the texts the approver was shown; `at`: when they are to come into force; `others`: which
    accounts are one person's.

    Raises ActRefused.
    """
    after = _stepped(one, Step.APPROVE, now)
    if actor.subject in one.authors:
        raise ActRefused(Refusal.OWN)
    require_another_person(one.authors, actor.subject, others)
    if read != one.digest:
        raise ActRefused(Refusal.STALE)
    require_base(one, in_force)
    if at is not None and at <= now:
        raise ActRefused(Refusal.TIME_PAST)
    if at is not None and at > now + FARTHEST:
        raise ActRefused(Refusal.TIME_FAR)
    return replace(
        after,
        approver=actor.subject,
        approver_name=actor.name or actor.login,
        approved_at=now,
        approved_digest=one.digest,
        activate_at=at,
    )


def returned(one: Proposal, why: str, now: datetime) -> Proposal:
    """Raises ActRefused."""
    require_said(why)
    return _without_approval(_stepped(one, Step.RETURN, now))


def withdrawn(one: Proposal, now: datetime) -> Proposal:
    """Raises ActRefused."""
    return _stepped(one, Step.WITHDRAW, now)


def failed(one: Proposal, now: datetime) -> Proposal:
    """Raises ActRefused."""
    return _without_approval(_stepped(one, Step.FAIL, now))


def activated(one: Proposal, in_force: Version, now: datetime, others: OtherAccounts) -> Proposal:
    """What is to be checked as a whole before, and becomes a version then. Raises ActRefused."""
    after = _stepped(one, Step.ACTIVATE, now)
    if one.activate_at is not None and now < one.activate_at:
        raise ActRefused(Refusal.NOT_NOW)
    if one.approver in one.authors or not one.approver:
        raise ActRefused(Refusal.OWN)
    require_another_person(one.authors, one.approver, others)
    if one.approved_digest != one.digest:
        raise ActRefused(Refusal.STALE)
    require_base(one, in_force)
    return after


def require_another_person(hands: Collection[str], who: str, others: OtherAccounts) -> None:
    """Raises ActRefused where another account of this person is among `hands`."""
    if (own := other_among(SubjectId(who), hands, others)) is not None:
        raise ActRefused(Refusal.SAME_PERSON, account=own.login)


def require_base(one: Proposal, in_force: Version) -> None:
    """Raises ActRefused where the scope's policies are others than those it was begun from."""
    if digest_of(of_scope(in_force.texts, one.scope)) != one.base_digest:
        raise ActRefused(Refusal.CHANGED_MEANWHILE)


def require_revision(one: Proposal, revision: int) -> None:
    """Raises ActRefused where it is not as it was shown."""
    if one.revision != revision:
        raise ActRefused(Refusal.EDITED_MEANWHILE)


def require_said(why: str) -> None:
    """Raises ActRefused where somebody gives no reason, marks alone, or one that nobody could read."""
    if not any(map(str.isalnum, why)) or len(why) > LONGEST_TEXT:
        raise ActRefused(Refusal.UNEXPLAINED)
    require_seen(why)


def _require_fit(scope: Scope, texts: Texts) -> None:
    if strangers(scope, texts) or not all(NAME.fullmatch(name) for name in texts):
        raise ActRefused(Refusal.NOT_OF_SCOPE)
    if len(texts) > MOST_FILES or sum(map(len, texts.values())) > LARGEST:
        raise ActRefused(Refusal.TOO_LARGE)


def require_seen(text: str) -> None:
    """Raises ActRefused where it would be shown otherwise than it was written. It may be left out."""
    if hidden(text) is not None:
        raise ActRefused(Refusal.UNEXPLAINED)


def _stepped(one: Proposal, step: Step, now: datetime) -> Proposal:
    state = TRANSITIONS.get((one.state, step))
    if state is None:
        raise ActRefused(Refusal.NOT_NOW)
    return replace(one, state=state, revision=one.revision + 1, changed_at=now)


def _without_approval(one: Proposal) -> Proposal:
    return replace(one, approver="", approver_name="", approved_at=None, approved_digest="", activate_at=None)
