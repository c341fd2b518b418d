"""Proposals on their way: begun, edited, submitted, returned, withdrawn. Approval and what follows is `activation`.

Each act asks first whether this person may, then whether the proposal is in a state for it, and is recorded with what
it changed in one transaction. What is refused by a rule of the office is recorded too.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from config.district import District
from config.vocabulary import Action
from gateway.policy_office import entries, proposal
from gateway.policy_office.asking import Asking
from gateway.policy_office.brings import brought, narrowed
from gateway.policy_office.by_whom import author_for, new_name, taken
from gateway.policy_office.checked import Checked, Checks, by_place
from gateway.policy_office.edited_parts import readable_parts
from gateway.policy_office.following import followed, put_upon
from gateway.policy_office.found_before import FoundBefore
from gateway.policy_office.proposal import Proposal, ProposalId, Step, Taken
from gateway.policy_office.readings import Readings
from gateway.policy_office.refusal import ActRefused, Change, Refusal
from gateway.policy_office.scope import ANY, Scope, changed, of_scope, with_scope
from gateway.policy_office.store import Desk, Store
from gateway.policy_office.version import Damaged, Head, Version
from idp.directory.same_person import OtherAccounts
from policies.brought import left_without
from policies.merging import NOTHING_CHOSEN, Choices, Merged
from policies.model import Text
from policies.texts import Texts

SHOWN = 100  # proposals or versions in a list
NOWHERE = Scope("")


@dataclass(frozen=True, slots=True)
class Compared:
    """A proposal's texts beside those in force, by name; a text that is not there is not in the mapping."""

    version: int
    """The number in force."""
    before: Texts
    after: Texts
    stale: bool
    """Others are in force in its scope than when it was begun."""


@dataclass(frozen=True, slots=True)
class Office:
    """`took`: has the running product decide by what has come into force; returns when it does. `arranged`: something
    is to come into force at a time.
    """

    store: Store
    checks: Checks
    district: District
    took: Callable[[], Awaitable[None]]
    node: str
    arranged: Callable[[], object] = field(default=lambda: None)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Authors' checks are made one at a time: many of them hold up neither decisions nor an approval."""
    before: FoundBefore = field(default_factory=FoundBefore)
    readings: Readings = field(default_factory=Readings)
    others: OtherAccounts = field(kw_only=True)
    """Which accounts are one person's."""

    # Looking.

    async def proposals(self, asking: Asking, scope: Scope) -> list[Proposal]:
        """Of the scope, those on their way and then the others, the newest first.

        Raises ActRefused, and what `Asking.may` raises; so do all below.
        """
        await asking.require(Action.READ, scope)
        return await self.store.look(lambda desk: desk.proposals(scope, SHOWN))

    async def proposal(self, asking: Asking, name: ProposalId) -> Proposal:
        found = await self.found(asking, name)
        await asking.require(Action.READ, found.scope)
        return found

    async def history(self, asking: Asking, name: ProposalId) -> list[Taken]:
        await self.proposal(asking, name)
        return await self.store.look(lambda desk: desk.history(name))

    async def compared(self, asking: Asking, name: ProposalId) -> Compared:
        """With what is in force now."""
        found = await self.proposal(asking, name)
        in_force = await self.store.look(standing)
        own = of_scope(in_force.texts, found.scope)
        try:
            proposal.require_base(found, in_force)
        except ActRefused:
            return Compared(in_force.number, own, found.texts, stale=True)
        return Compared(in_force.number, own, found.texts, stale=False)

    async def merging(self, asking: Asking, name: ProposalId) -> Merged:
        """What setting it upon today's policies would come to, before anybody chooses."""
        one = await self.proposal(asking, name)
        base, in_force = await self.store.look(lambda desk: (_base(desk, one), standing(desk)))
        look = partial(put_upon, one, base, in_force, NOTHING_CHOSEN)
        return await self.readings.in_thread(asking.actor.subject, look)

    async def texts(self, asking: Asking, scope: Scope, number: int | None = None) -> dict[str, str]:
        """Of the scope, in that version or in what is in force."""
        await asking.require(Action.READ, scope)
        found = await self.store.look(standing) if number is None else await self.version(number)
        return of_scope(found.texts, scope)

    async def versions(
        self, asking: Asking, scope: Scope, before: int | None = None, limit: int = SHOWN
    ) -> list[Head]:
        """That changed the scope's texts, also among those that took over files of any."""
        await asking.require(Action.READ, scope)
        return await self.store.look(lambda desk: desk.concerning(scope, before, limit))

    async def numbered(self, asking: Asking, scope: Scope, number: int) -> Head | None:
        """The scope's own version of that number, or one of files of any, whatever they changed; None: none is."""
        await asking.require(Action.READ, scope)
        heads = await self.store.look(lambda desk: desk.heads((scope, ANY), number + 1, 1))
        return heads[0] if heads and heads[0].number == number else None

    async def check(self, asking: Asking, name: ProposalId) -> tuple[Text, ...]:
        """What the checks would say of it now."""
        return (await self.look_over(asking, name)).problems

    async def look_over(self, asking: Asking, name: ProposalId) -> Checked:
        """With what could not be tried; there is no book."""
        found = await self.proposal(asking, name)
        in_force = await self.store.look(standing)
        return await self.readings.of(asking.actor.subject, partial(self._found_in, found, in_force))

    async def _found_in(self, found: Proposal, in_force: Version) -> Checked:
        texts = with_scope(in_force.texts, found.scope, found.texts)
        if (left := await self._left_without(in_force, texts)) is not None:
            return left
        async with self.turn:
            known = self.before.of(texts, found.scope)
            if known is None:
                known = await self._checks_of(texts, found.scope)
                self.before.keep(texts, found.scope, known)
            faults = await asyncio.to_thread(brought, in_force, texts, self.district)
            limits = await asyncio.to_thread(narrowed, in_force, texts, self.district)
            problems = by_place((*faults, *known.problems))
            return replace(known, book=None, problems=problems, narrowed=limits, beside=in_force.number)

    # Acts of authors.

    async def begin(self, asking: Asking, scope: Scope, now: datetime) -> Proposal:
        """A draft of what is in force in the scope."""
        async with self.refusing(asking, Step.BEGIN, scope, now):
            await asking.require(Action.WRITE, scope)
            name = new_name()

            def work(desk: Desk) -> Proposal:
                on_their_way = [one for one in desk.proposals(scope, SHOWN) if one.state not in proposal.OVER]
                if len(on_their_way) >= proposal.MOST_OPEN:
                    raise ActRefused(Refusal.TOO_MANY)
                made = proposal.begun(name, scope, standing(desk), asking.actor, now)
                desk.keep(made, taken(made, Step.BEGIN, asking.actor, now))
                return made

            return await self.store.transact(work)

    async def edit(
        self, asking: Asking, name: ProposalId, revision: int, texts: Texts, note: str, now: datetime
    ) -> Proposal:
        """`revision`: as it was shown; `texts`: all of the scope. The history names what was edited."""

        def step(_: Desk, one: Proposal) -> Proposal:
            return proposal.edited(one, texts, note, asking.actor, now)

        parts: list[str] = []

        async def examined(one: Proposal) -> None:
            look = partial(readable_parts, one.texts, texts)  # nobody has looked at these texts yet
            parts.extend(await self.readings.in_thread(asking.actor.subject, look))

        return await self._step(
            asking, Step.EDIT, Action.WRITE, name, revision, step, now, why=parts, examined=examined
        )

    async def rebase(
        self,
        asking: Asking,
        name: ProposalId,
        revision: int,
        now: datetime,
        choices: Choices = NOTHING_CHOSEN,
    ) -> Proposal:
        """Its changes upon what came into force meanwhile; `choices`: about what both changed."""
        parts: list[str] = []
        upon: dict[int, Texts] = {}  # by the number of the version

        def step(desk: Desk, one: Proposal) -> Proposal:
            in_force = standing(desk)
            if in_force.number not in upon:
                raise ActRefused(Refusal.CHANGED_MEANWHILE)
            return proposal.rebased(one, upon[in_force.number], in_force, asking.actor, now)

        async def examined(one: Proposal) -> None:
            base, in_force = await self.store.look(lambda desk: (_base(desk, one), standing(desk)))
            look = partial(followed, one, base, in_force, choices)
            upon[in_force.number], found = await self.readings.in_thread(asking.actor.subject, look)
            parts.extend(found)

        return await self._step(
            asking, Step.REBASE, Action.WRITE, name, revision, step, now, why=parts, examined=examined
        )

    async def submit(
        self, asking: Asking, name: ProposalId, revision: int, now: datetime, note: str | None = None
    ) -> Proposal:
        """After all checks, together with everything else that is in force; `note`: as `proposal.submitted` has it."""

        def step(desk: Desk, one: Proposal) -> Proposal:
            in_force = standing(desk)
            after = proposal.submitted(one, in_force, asking.actor, now, note)
            before = of_scope(in_force.texts, one.scope)
            desk.record([entries.submitted(after, before, asking.actor, now)])
            return after

        async def examined(one: Proposal) -> None:
            in_force = await self.store.look(standing)
            proposal.submitted(one, in_force, asking.actor, now, note)  # before it takes a moment
            found = await self.readings.of(
                asking.actor.subject, partial(self._checked_in_turn, in_force, one), limited=False
            )
            if found.problems:
                raise ActRefused(found.refusal, problems=found.problems)

        return await self._step(
            asking, Step.SUBMIT, Action.WRITE, name, revision, step, now, examined=examined
        )

    async def withdraw(
        self, asking: Asking, name: ProposalId, revision: int, why: str, now: datetime
    ) -> Proposal:
        def step(desk: Desk, one: Proposal) -> Proposal:
            proposal.require_seen(why)
            after = proposal.withdrawn(one, now)
            desk.record([entries.withdrawn(after, asking.actor, why, now)])
            return after

        return await self._step(asking, Step.WITHDRAW, Action.WRITE, name, revision, step, now, why=why)

    async def send_back(
        self, asking: Asking, name: ProposalId, revision: int, why: str, now: datetime
    ) -> Proposal:
        """Of an approver, with a comment; also one that was approved and waits for its time."""

        def step(desk: Desk, one: Proposal) -> Proposal:
            after = proposal.returned(one, why, now)
            desk.record([entries.returned(after, asking.actor, why, now)])
            return after

        return await self._step(
            asking, Step.RETURN, Action.SIGN, name, revision, step, now, why=why, approves=True
        )

    async def _checked_in_turn(self, in_force: Version, one: Proposal) -> Checked:
        async with self.turn:
            return await self.checked(in_force, one)

    # What acts have in common.

    async def checked(self, in_force: Version, one: Proposal) -> Checked:
        texts = with_scope(in_force.texts, one.scope, one.texts)
        return await self.checked_whole(in_force, texts, one.scope)

    async def checked_whole(
        self, in_force: Version, texts: Texts, scope: Scope, *, known: bool = False, named: bool = True
    ) -> Checked:
        """`named`: whether policies that are brought are judged (`policies.brought`); what was in force goes back as it
        was, unless that would leave nothing to guard.
        """
        if (left := await self._left_without(in_force, texts)) is not None:
            return left
        found = await self._checks_of(texts, scope, known=known)
        faults = await asyncio.to_thread(brought, in_force, texts, self.district, named=named)
        return Checked(by_place((*faults, *found.problems))) if faults else found

    async def _checks_of(self, texts: Texts, scope: Scope, *, known: bool = False) -> Checked:
        return await asyncio.to_thread(partial(self.checks, texts, scope, known=known))

    async def _left_without(self, in_force: Version, texts: Texts) -> Checked | None:
        left = await asyncio.to_thread(left_without, in_force.texts, texts, self.district)
        problems = tuple(one.in_languages() for one in left)
        return Checked(problems, refusal=Refusal.LEFT_WITHOUT) if problems else None

    @asynccontextmanager
    async def refusing(self, asking: Asking, act: str, scope: Scope, now: datetime) -> AsyncIterator[None]:
        """What the office refuses within the block is recorded, and goes on."""
        try:
            yield
        except ActRefused as refused:
            entry = entries.refused(
                asking.actor, str(act), scope, refused.reason.value, refused.details(), now
            )
            await self.store.transact(lambda desk: desk.record([entry]))
            raise

    async def since(self, one: Proposal) -> Change:
        """What came into force in its scope since it was begun."""

        def query(desk: Desk) -> Change:
            in_force, base = standing(desk), desk.version(one.base)
            before = {} if base is None else of_scope(base.texts, one.scope)
            names = changed(before, of_scope(in_force.texts, one.scope))
            return Change(in_force.number, tuple(names))

        return await self.store.look(query)

    async def found(self, asking: Asking, name: ProposalId) -> Proposal:
        """One of another municipality is as unknown as one that never was."""
        found = await self.stored(name)
        if found is None or not asking.reaches(found.scope):
            raise ActRefused(Refusal.UNKNOWN)
        return found

    async def stored(self, name: ProposalId) -> Proposal | None:
        """Whosever it is."""
        try:
            return await self.store.look(lambda desk: desk.proposal(name))
        except Damaged as damaged:
            raise ActRefused(Refusal.DAMAGED, finding=str(damaged)) from damaged

    async def version(self, number: int) -> Version:
        """Whosever its change was. Raises ActRefused."""
        try:
            found = await self.store.look(lambda desk: desk.version(number))
        except Damaged as damaged:
            raise ActRefused(Refusal.DAMAGED, finding=str(damaged)) from damaged
        if found is None:
            raise ActRefused(Refusal.VERSION_UNKNOWN)
        return found

    async def _step(  # noqa: PLR0913 - the facts of one act
        self,
        asking: Asking,
        step: Step,
        action: Action,
        name: ProposalId,
        revision: int,
        made: Callable[[Desk, Proposal], Proposal],
        now: datetime,
        *,
        why: str | Sequence[str] = "",
        examined: Callable[[Proposal], Awaitable[None]] | None = None,
        approves: bool = False,
    ) -> Proposal:
        """`approves`: the policies are told whose proposal it is."""
        async with self.refusing(asking, step, NOWHERE, now):
            found = await self.found(asking, name)
        async with self.refusing(asking, step, found.scope, now):
            author = author_for(found, asking.actor, self.others) if approves else None
            await asking.require(action, found.scope, author, name)
            proposal.require_revision(found, revision)
            try:
                if examined is not None:
                    await examined(found)

                def work(desk: Desk) -> Proposal:
                    one = desk.proposal(name)
                    assert one is not None
                    proposal.require_revision(one, revision)
                    after = made(desk, one)
                    said = why if isinstance(why, str) else ", ".join(why)
                    desk.keep(after, taken(after, step, asking.actor, now, said))
                    return after

                return await self.store.transact(work)
            except ActRefused as refused:
                if refused.reason is Refusal.CHANGED_MEANWHILE:
                    raise ActRefused(refused.reason, change=await self.since(found)) from refused
                raise


def _base(desk: Desk, one: Proposal) -> Version | None:
    """What it was begun from. Raises ActRefused."""
    try:
        return desk.version(one.base)
    except Damaged as damaged:
        raise ActRefused(Refusal.DAMAGED, finding=str(damaged)) from damaged


def standing(desk: Desk) -> Version:
    """Where something runs, something is in force. Raises ActRefused."""
    found = desk.in_force()
    if found is None:
        raise ActRefused(Refusal.VERSION_UNKNOWN)
    return found
