"""Roles that a review took away: they count no more here, whatever the office directory still says.

Laws: a block takes away one role of one person in one municipality, and nothing else; whoever stands in for that
person does not have the role of them either. It ends when the directory has done without the role for a day, as one
who is being renamed loses roles for moments, or by somebody who gives it back.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NewType

from config.vocabulary import MunicipalityCode, Role, SubjectId
from gateway.access_review.campaign import CampaignId
from idp.directory.person import Person, RoleHeld
from idp.directory.spelling import strictly
from idp.events import Actor

BlockId = NewType("BlockId", str)
"""16 characters, base64url of 96 random bits."""
GONE_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    id: BlockId
    subject: SubjectId
    login: str
    name: str
    municipality: MunicipalityCode
    role: Role
    campaign: CampaignId
    item: int
    by: Actor
    since: datetime
    gone_since: datetime | None = None
    """Since when the directory does not have the role either."""
    ended_at: datetime | None = None
    ended_by: Actor | None = None
    """Who gave the role back; None where the directory has followed."""

    @property
    def held(self) -> RoleHeld:
        return RoleHeld(self.municipality, self.role)

    @property
    def waits(self) -> bool:
        """Whether somebody has to take the role away in the directory."""
        return self.ended_at is None and self.gone_since is None


@dataclass(frozen=True, slots=True)
class Blocks:
    """Those in force."""

    roles: frozenset[tuple[SubjectId, RoleHeld]] = frozenset()
    lent: frozenset[tuple[str, RoleHeld]] = frozenset()
    """The same by comparable login, for those who stand in."""

    def counting(self, person: Person) -> Person:
        """The person without the roles that count no more."""
        if not self.roles:
            return person
        standing_in = tuple(
            one
            for one in person.standing_in
            if (person.subject, one.held) not in self.roles
            and (strictly(one.in_place_of), one.held) not in self.lent
        )
        lost = {one.held for one in person.standing_in} - {one.held for one in standing_in}
        roles = tuple(
            held for held in person.roles if held not in lost and (person.subject, held) not in self.roles
        )
        pushed = tuple(one for one in person.pushed if one.held in roles)
        return replace(person, roles=roles, standing_in=standing_in, pushed=pushed)


def blocks_of(in_force: Iterable[Block]) -> Blocks:
    some = list(in_force)
    return Blocks(
        frozenset((one.subject, one.held) for one in some),
        frozenset((strictly(one.login), one.held) for one in some),
    )


@dataclass(frozen=True, slots=True)
class Watched:
    """What the directory's word changes about blocks."""

    followed: tuple[Block, ...] = ()
    """From now on the directory does not have the role."""
    back: tuple[Block, ...] = ()
    """It has the role again, after it had not."""
    over: tuple[Block, ...] = ()
    """It did without for so long that nothing is left to block."""
    changed: tuple[Block, ...] = field(default=())
    """All of them, as they are to be kept."""


def watch(
    in_force: Collection[Block], holding: Collection[tuple[SubjectId, RoleHeld]], now: datetime
) -> Watched:
    """`holding`: which of the blocked roles the directory has now, of people whom it was asked about for certain."""
    followed, back, over = [], [], []
    for one in in_force:
        held = (one.subject, one.held) in holding
        if held and one.gone_since is not None:
            back.append(replace(one, gone_since=None))
        elif not held and one.gone_since is None:
            followed.append(replace(one, gone_since=now))
        elif not held and one.gone_since is not None and now - one.gone_since >= GONE_FOR:
            over.append(replace(one, ended_at=now))
    return Watched(tuple(followed), tuple(back), tuple(over), (*followed, *back, *over))
