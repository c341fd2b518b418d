"""Approved texts come into force: at once, at their time, or again.

What is checked is all texts together, as they would be in force, outside of the transaction; within it the same
version is still in force, or it is checked anew. The new version and its entries are that one transaction; then the
running product takes it, which ends within a moment.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from config.vocabulary import Action, Language, SubjectId
from gateway.policy_office import entries, proposal
from gateway.policy_office.actor import PRODUCT, Actor
from gateway.policy_office.asking import Asking
from gateway.policy_office.by_whom import author_for, taken
from gateway.policy_office.checked import Checked
from gateway.policy_office.failure import kept
from gateway.policy_office.hands import had_a_hand
from gateway.policy_office.office import Office, standing
from gateway.policy_office.proposal import Proposal, ProposalId, Step
from gateway.policy_office.refusal import ActRefused, Refusal, in_english
from gateway.policy_office.scope import OF_REGION, Scope, of_scope, with_scope
from gateway.policy_office.store import Desk
from gateway.policy_office.version import Damaged, Source, Version
from policies.texts import Texts

ATTEMPTS = 5  # others bring something into force just now; more of them in a row than people can be
ROLL_BACK = "roll_back"
Entitled = Callable[[Proposal, datetime], Awaitable[bool]]
"""Whether its approver could approve it at that moment as well."""
Attempt = Callable[[Proposal], Awaitable[Proposal]]
log = structlog.get_logger("policies")


class _OthersNow(Exception):
    """Another version came into force since the checks."""


@dataclass(frozen=True, slots=True)
class Activation:
    office: Office

    async def approve(
        self,
        asking: Asking,
        name: ProposalId,
        read: str,
        at: datetime | None,
        now: datetime,
    ) -> Proposal:
        """`read`: the digest of the texts the approver was shown. `at` None: in force when it returns.

        Raises ActRefused, and what `Asking.may` raises.
        """
        office = self.office
        async with office.refusing(asking, Step.APPROVE, Scope(""), now):
            found = await office.found(asking, name)
        async with office.refusing(asking, Step.APPROVE, found.scope, now):
            # said before the policies are asked, who could not say which account it was
            proposal.require_another_person(found.authors, asking.actor.subject, office.others)
            author = author_for(found, asking.actor, office.others)
            await asking.require(Action.SIGN, found.scope, author, name)
            after = await self._again(found, lambda one: self._approved(asking.actor, one, read, at, now))
        if at is None:
            await office.took()
        else:
            office.arranged()
        return after

    async def roll_back(self, asking: Asking, scope: Scope, number: int, why: str, now: datetime) -> Version:
        """The scope's texts are again what they were in that version, at once. It approves them, so nobody does it who
        had a hand in them. Raises as `approve` does.
        """
        office = self.office
        async with office.refusing(asking, ROLL_BACK, scope, now):
            hands = await self._hands(asking.actor, scope, number)
            proposal.require_another_person(hands, asking.actor.subject, office.others)
            theirs = SubjectId(asking.actor.subject) if asking.actor.subject in hands else None
            await asking.require(Action.SIGN, scope, theirs, f"{ROLL_BACK} {number}")
            if theirs:
                raise ActRefused(Refusal.OWN)
            proposal.require_said(why)
            made = await self._rolled_back(asking.actor, scope, number, why, now)
        await office.took()
        return made

    async def activate_due(self, entitled: Entitled, now: datetime) -> list[Proposal]:
        """Those whose time has come, one after the other: active, or returned with the reason. Done by any node; who
        comes second finds nothing to do.
        """
        done = []
        for name in await self.office.store.look(lambda desk: desk.due(now)):
            found = await self.office.stored(name)
            if found is not None and (after := await self._activated(found, entitled, now)) is not None:
                done.append(after)
        if any(one.version is not None for one in done):
            await self.office.took()
        return done

    async def next_due(self) -> datetime | None:
        return await self.office.store.look(lambda desk: desk.next_due())

    async def _approved(
        self, actor: Actor, one: Proposal, read: str, at: datetime | None, now: datetime
    ) -> Proposal:
        in_force, checked = await self._checked(one)
        # Told before what checks say.
        proposal.approved(one, in_force, read, at, actor, now, self.office.others)
        _require_sound(checked)

        def work(desk: Desk) -> Proposal:
            there = _same(desk, one, in_force)
            after = proposal.approved(there, in_force, read, at, actor, now, self.office.others)
            desk.keep(after, taken(after, Step.APPROVE, actor, now))
            desk.record([entries.approved(after, of_scope(in_force.texts, one.scope), actor, now)])
            return after if at is not None else self._put(desk, after, in_force, checked, actor, now)

        return await self.office.store.transact(work)

    async def _activated(self, found: Proposal, entitled: Entitled, now: datetime) -> Proposal | None:
        """None: another node was quicker, or somebody has taken it back just now."""

        async def attempt(one: Proposal) -> Proposal:
            in_force, checked = await self._checked(one)
            proposal.activated(one, in_force, now, self.office.others)
            if not await entitled(one, now):
                raise ActRefused(Refusal.APPROVER_GONE)
            _require_sound(checked)

            def work(desk: Desk) -> Proposal:
                return self._put(desk, _same(desk, one, in_force), in_force, checked, PRODUCT, now)

            return await self.office.store.transact(work)

        try:
            return await self._again(found, attempt)
        except ActRefused as refused:
            if refused.reason in (Refusal.NOT_NOW, Refusal.EDITED_MEANWHILE):
                return None
            return await self._failed(found, refused, now)

    async def _failed(self, found: Proposal, refused: ActRefused, now: datetime) -> Proposal | None:
        reason = refused.reason.value
        said = refused.problems
        if refused.reason is Refusal.CHANGED_MEANWHILE:
            change = await self.office.since(found)
            said = (dict.fromkeys(Language, f"{change.version}: {', '.join(change.names)}"),)
        told = in_english(said) or refused.in_english
        why = kept(reason, said, proposal.LONGEST_TEXT)

        def work(desk: Desk) -> Proposal | None:
            one = desk.proposal(found.id)
            if one is None or one.revision != found.revision:
                return None
            after = proposal.failed(one, now)
            desk.keep(after, taken(after, Step.FAIL, PRODUCT, now, why))
            desk.record([entries.not_activated(one, PRODUCT, reason, told, now)])
            return after

        log.warning("policies.not_activated", proposal=found.id, scope=found.scope, reason=reason, said=told)
        return await self.office.store.transact(work)

    async def _hands(self, actor: Actor, scope: Scope, number: int) -> frozenset[str]:
        """Whose texts it would bring; of an operator it is not asked, also where what is kept is damaged."""
        if actor.operates:
            return frozenset()
        try:
            return await self.office.store.look(
                lambda desk: had_a_hand(desk, scope, number, standing(desk).texts)
            )
        except Damaged as damaged:
            raise ActRefused(Refusal.DAMAGED, finding=str(damaged)) from damaged

    async def _rolled_back(self, actor: Actor, scope: Scope, number: int, why: str, now: datetime) -> Version:
        for _ in range(ATTEMPTS):
            in_force = await self.office.store.look(standing)
            older = await self.office.version(number)
            if older.number >= in_force.number:
                raise ActRefused(Refusal.VERSION_UNKNOWN)
            own = of_scope(older.texts, scope)
            if own == of_scope(in_force.texts, scope):
                raise ActRefused(Refusal.NOTHING_NEW)
            whole = with_scope(in_force.texts, scope, own)
            known = decided_before(whole, older.texts, scope)
            checked = await self.office.checked_whole(in_force, whole, scope, known=known, named=False)
            _require_sound(checked)
            new = replace(
                _version(whole, checked, self.office.node, now),
                source=Source.ROLL_BACK,
                scope=scope,
                restores=number,
                author=actor.subject,
                note=why,
            )

            def work(
                desk: Desk, new: Version = new, before: Version = in_force, checked: Checked = checked
            ) -> Version:
                if standing(desk).number != before.number:
                    raise _OthersNow
                return put(desk, new, before, checked, actor, now)

            try:
                return await self.office.store.transact(work)
            except _OthersNow:
                continue
        raise ActRefused(Refusal.CHANGED_MEANWHILE)

    async def _checked(self, one: Proposal) -> tuple[Version, Checked]:
        in_force = await self.office.store.look(standing)
        return in_force, await self.office.checked(in_force, one)

    async def _again(self, found: Proposal, attempt: Attempt) -> Proposal:
        for _ in range(ATTEMPTS):
            try:
                return await attempt(found)
            except _OthersNow:
                continue
            except ActRefused as refused:
                if refused.reason is Refusal.CHANGED_MEANWHILE:
                    raise ActRefused(refused.reason, change=await self.office.since(found)) from refused
                raise
        raise ActRefused(Refusal.CHANGED_MEANWHILE)

    def _put(
        self, desk: Desk, one: Proposal, in_force: Version, checked: Checked, actor: Actor, now: datetime
    ) -> Proposal:
        becomes = proposal.activated(one, in_force, now, self.office.others)
        whole = with_scope(in_force.texts, one.scope, one.texts)
        new = replace(
            _version(whole, checked, self.office.node, now),
            source=Source.PROPOSAL,
            scope=one.scope,
            proposal=one.id,
            author=one.owner,
            approver=one.approver,
            submitted_at=one.submitted_at,
            approved_at=one.approved_at,
            note=one.note,
        )
        made = put(desk, new, in_force, checked, actor, now)
        after = replace(becomes, version=made.number)
        desk.keep(after, taken(after, Step.ACTIVATE, actor, now))
        return after


def put(desk: Desk, new: Version, before: Version, checked: Checked, actor: Actor, now: datetime) -> Version:
    """In force from the end of this transaction, with the entries that say so."""
    assert checked.book is not None
    made = desk.put_in_force(new, checked.book)
    desk.record([entries.activated(made, before.texts, actor, now, number_before=before.number)])
    return made


def decided_before(whole: Texts, older: Texts, scope: Scope) -> bool:
    """Whether the texts decide in the scope as they did in that version: a roll back is wanted at once."""
    if scope == OF_REGION:
        return whole == older
    return of_scope(whole, OF_REGION) == of_scope(older, OF_REGION)


def _version(whole: dict[str, str], checked: Checked, node: str, now: datetime) -> Version:
    assert checked.book is not None
    return Version(
        number=0,
        version=checked.book.version,
        texts=whole,
        source=Source.FILES,
        scope=Scope(""),
        base=0,
        author="",
        approver="",
        at=now,
        node=node,
    )


def _same(desk: Desk, one: Proposal, in_force: Version) -> Proposal:
    """As it was when it was checked, on top of the same. Raises _OthersNow, ActRefused."""
    there = desk.proposal(one.id)
    if there is None or there.revision != one.revision:
        raise ActRefused(Refusal.NOT_NOW if there is None else Refusal.EDITED_MEANWHILE)
    if standing(desk).number != in_force.number:
        raise _OthersNow
    return there


def _require_sound(checked: Checked) -> None:
    if checked.problems or checked.book is None:
        raise ActRefused(checked.refusal, problems=checked.problems)
