"""Asking, deciding and ending: the one place where something that was asked for changes.

Laws: nobody is told that something was done before it is durable and recorded; what was refused is recorded too; what
ends is out of this control plane's memory before a gate hears that grants must be decided anew.
"""

import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from config.drawn_name import drawn_name
from config.vocabulary import Action, MunicipalityCode, Role, SubjectId
from gateway.asks import steps
from gateway.asks.admission import Admission, Permits
from gateway.asks.ask import Act, Ask, AskId, Kind, Party, Stage
from gateway.asks.author import Author, needed_to_end
from gateway.asks.beforehand import Deciders, Opens, foreseen, not_known, opens_all
from gateway.asks.doing import Doing, Removal
from gateway.asks.in_force import InForce
from gateway.asks.records import about, entry_of, notices
from gateway.asks.refused import AskRefused, Spoken, Why
from gateway.asks.store import AskStore, Changed, Sought, Step
from gateway.asks.wish import WOULD_BE, Rules, Wish, asked, may_delegate, may_sponsor, party
from gateway.audit.acts import SYSTEM
from gateway.audit.entry import Code, Entry
from gateway.notices.notice import Happened, NoticeKind
from gateway.sessions.office import SessionOffice
from gateway.sessions.officers_act import Officer
from idp.directory.person import Person
from idp.directory.same_person import all_of, same_person
from idp.events import NOWHERE

Holding = Callable[[MunicipalityCode | None, Collection[Role]], Awaitable[Sequence[Party]]]
"""Who holds one of the roles there; None: in any municipality."""

WAITING = frozenset({Stage.WAITING})
MOST_WAITING = 5_000  # of the newest: whoever is told of none of theirs may ask for it once more
TOLD = (Role.MAYOR, Role.CHIEF_CLERK)
HERSELF = Party(SubjectId(SYSTEM), SYSTEM, SYSTEM)


@dataclass(frozen=True, slots=True)
class AskOffice:
    """`record`: durable when it returns. `centre`: the municipality whose reviewers see the uses of all."""

    store: AskStore
    in_force: InForce
    sessions: SessionOffice
    rules: Rules
    permits: Permits
    holding: Holding
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    centre: MunicipalityCode | None
    alarm: Callable[[Ask], object]
    """Told of each emergency access, for those who watch the product."""
    opens: Opens = opens_all
    deciders: Deciders = not_known

    @property
    def _admission(self) -> Admission:
        return Admission(self.store, self.rules.duties, self.permits, self.record, self.centre)

    async def ask(self, wish: Wish, doing: Doing) -> Ask:
        """Raises AskRefused, PoliciesRefuse."""
        name, now = AskId(drawn_name()), doing.now
        told = await self._told(wish)
        others = self.rules.duties.others
        holder = (wish.holder or wish.asker).subject
        whose = all_of(wish.asker.subject, others) | all_of(holder, others)
        await self.foresee(wish, doing)

        def step(_: Ask | None, theirs: Sequence[Ask]) -> Changed:
            made = asked(wish, theirs, self.rules, name, now)
            kind = NoticeKind.EMERGENCY_BEGUN if wish.kind is Kind.EMERGENCY else NoticeKind.REQUEST_WAITING
            to = told if made.kind is Kind.EMERGENCY or made.stage is Stage.WAITING else []
            return self._changed(made, Act.ASK, doing, notices(kind, made, doing.by, to, now))

        made = await self._do(doing, Act.ASK, name, step, whose, _about(wish))
        if made.kind is Kind.EMERGENCY:
            self.alarm(made)
        return made

    async def foresee(self, wish: Wish, doing: Doing) -> None:
        """What would certainly refuse it, before anybody is told anything else of it; recorded as if it had been asked
        for. Raises AskRefused, PoliciesRefuse.
        """
        placed = wish.kind is Kind.ORDER and wish.holder is not None
        action = Action.ADMINISTER if placed else Action.WRITE
        holder = (wish.holder or wish.asker).subject
        await self._admission.require(doing, Act.ASK, action, Author(holder), _about(wish))
        await self._look_beforehand(wish, doing)

    async def approve(self, name: AskId, doing: Doing, note: str = "") -> Ask:
        found = await self._admission.open(name, doing, Act.APPROVE)
        await self._admission.require_deciding(doing, Act.APPROVE, found)
        return await self._step(doing, Act.APPROVE, found, partial(self._approved, doing, note))

    async def refuse(self, name: AskId, doing: Doing, why: str) -> Ask:
        found = await self._admission.open(name, doing, Act.REFUSE)
        await self._admission.require_deciding(doing, Act.REFUSE, found)
        return await self._step(doing, Act.REFUSE, found, partial(self._refused, doing, why))

    async def withdraw(self, name: AskId, doing: Doing, note: str = "") -> Ask:
        """By asker, holder, sponsor, whoever approved it, or whoever might decide about it; emergency access by its
        reviewers.
        """
        found = await self._admission.open(name, doing, Act.WITHDRAW)
        needs = needed_to_end(found, doing.by.subject)
        if needs is not None:
            if found.kind is not Kind.EMERGENCY and found.municipality != doing.officer.municipality:
                raise await self._admission.refused(
                    doing, Act.WITHDRAW, AskRefused(Why.UNKNOWN), about(found)
                )
            await self._admission.require(doing, Act.WITHDRAW, *needs, about(found))

        def after(ask: Ask) -> Ask:
            return steps.withdraw(ask, doing.by, doing.now, decides=needs is not None, note=note)

        return await self._step(doing, Act.WITHDRAW, found, after)

    async def refuses_ending(self, ask: Ask, doing: Doing) -> Spoken | None:
        """What the policies would refuse whoever ends it with, as long as nobody has tried; None: nothing."""
        needs = needed_to_end(ask, doing.by.subject)
        return None if needs is None else await self.permits(doing.officer, *needs, doing.origin, doing.now)

    async def review(self, name: AskId, doing: Doing, finding: str) -> Ask:
        found = await self._admission.open(name, doing, Act.REVIEW)
        await self._admission.require_reviewing(doing, Act.REVIEW, found)
        duties = self.rules.duties

        def after(ask: Ask) -> Ask:
            return steps.review(ask, doing.by, duties, doing.now, finding)

        return await self._step(doing, Act.REVIEW, found, after)

    async def end_for(self, review: Removal, name: AskId, now: datetime) -> Ask:
        """A review of access takes it away: the policies were asked about that review. Raises AskRefused."""

        def step(kept: Ask | None, _: Sequence[Ask]) -> Changed:
            if kept is None:
                raise AskRefused(Why.UNKNOWN)
            by, note = review.by, review.note
            ended = steps.withdraw(kept, by, now, decides=True, note=note)
            entry = entry_of(
                ended, Act.WITHDRAW, by, now, origin=review.origin, session=review.session, note=note
            )
            told = notices(NoticeKind.REQUEST_DECIDED, ended, by, [ended.asker, ended.holder], now)
            return Changed(ended, [replace(entry, own_municipality=review.own_municipality)], told)

        return await self._change(name, (), step, now)

    async def look_at_backers(self, people: Mapping[SubjectId, Person | None], now: datetime) -> None:
        """End what rests on somebody of `people` who is not there any more; None: whom the directory does not know."""
        for one in self.in_force.all():
            backer = one.backer
            gone = (
                backer is not None
                and one.stage is Stage.IN_FORCE
                and now < one.until
                and backer.subject in people
                and not _backs(people[backer.subject], one)
            )
            if gone:
                await self._lose(one, now)

    def backers(self) -> frozenset[SubjectId]:
        """On whom something rests."""
        standing = (one for one in self.in_force.all() if one.stage is Stage.IN_FORCE)
        return frozenset(one.backer.subject for one in standing if one.backer is not None)

    async def look_again(self, now: datetime, *, first: bool = False) -> None:
        """Take what the database has into memory; what may have been decided without it is decided anew."""
        while True:
            changes, found = self.in_force.changes, await self.store.counting(now)
            waiting = await self.store.find(Sought(stages=WAITING, ends_after=now, limit=MOST_WAITING))
            if changes == self.in_force.changes:  # else something was changed here while it was read
                break
        changed = self.in_force.take(found, now, waiting)
        for holder in () if first else sorted(changed):
            await self._anew(holder, Code.REQUEST_ENDED, now)

    async def find(self, sought: Sought) -> Sequence[Ask]:
        return await self.store.find(sought)

    def reviews(self, officer: Officer) -> Sought:
        """What this reviewer is to look at, were the policies to let them."""
        everywhere = self.centre is not None and officer.municipality == self.centre
        return Sought(unreviewed=True, municipality=None if everywhere else officer.municipality)

    def _approved(self, doing: Doing, note: str, ask: Ask) -> Ask:
        return steps.approve(ask, doing.by, self.rules.duties, doing.now, note)

    def _refused(self, doing: Doing, why: str, ask: Ask) -> Ask:
        return steps.refuse(ask, doing.by, self.rules.duties, doing.now, why)

    async def _lose(self, one: Ask, now: datetime) -> None:
        def step(kept: Ask | None, _: Sequence[Ask]) -> Changed:
            if kept is None:
                raise AskRefused(Why.UNKNOWN)
            lost = steps.lose_sponsor(kept, HERSELF, now)
            entry = entry_of(lost, Act.LOSE_SPONSOR, HERSELF, now, origin=NOWHERE)
            told = notices(NoticeKind.REQUEST_DECIDED, lost, HERSELF, [lost.holder, lost.asker], now)
            return Changed(lost, [entry], told)

        with contextlib.suppress(AskRefused):  # somebody was quicker: it is over already
            await self._change(one.id, (), step, now)

    async def _told(self, wish: Wish) -> Sequence[Party]:
        """Who is to know that it was asked for."""
        match wish.kind:
            case Kind.EMERGENCY:  # where nobody else watches, the leadership does: some other person knows
                watching = await self.holding(None, [Role.SECURITY_OFFICER])
                others = self.rules.duties.others
                if any(not same_person(one.subject, wish.asker.subject, others) for one in watching):
                    return watching
                return await self.holding(wish.municipality, TOLD)
            case Kind.ORDER if wish.sponsor is not None and wish.sponsor.subject != wish.asker.subject:
                return [party(wish.sponsor)]
            case Kind.ACCESS | Kind.ORDER:
                return await self.holding(wish.municipality, self.rules.settings.told or TOLD)
            case _:
                return []

    async def _look_beforehand(self, wish: Wish, doing: Doing) -> None:
        """Nobody is asked to decide about what opens nothing, or waits for whom there is not. Raises AskRefused."""
        if wish.kind not in (Kind.ACCESS, Kind.ORDER, Kind.EMERGENCY):
            return
        try:
            would_be = asked(wish, (), self.rules, WOULD_BE, doing.now)
        except AskRefused:
            return  # what is wrong with it is said, and recorded, where it is made
        refused = await foreseen(would_be, doing.officer, doing.origin, self.opens, self.deciders)
        if refused is not None:
            raise await self._admission.refused(doing, Act.ASK, refused, _about(wish))

    async def _step(self, doing: Doing, act: Act, found: Ask, after: Callable[[Ask], Ask]) -> Ask:
        def step(kept: Ask | None, _: Sequence[Ask]) -> Changed:
            if kept is None:
                raise AskRefused(Why.UNKNOWN)
            made = after(kept)
            told = [] if made.stage is kept.stage else [made.asker, made.holder]
            return self._changed(
                made, act, doing, notices(NoticeKind.REQUEST_DECIDED, made, doing.by, told, doing.now)
            )

        return await self._do(doing, act, found.id, step, (), about(found))

    def _changed(self, made: Ask, act: Act, doing: Doing, told: Sequence[Happened]) -> Changed:
        signed = {Act.APPROVE: made.approvals[-1:], Act.REVIEW: [made.reviewed]}.get(act, [made.ended])
        note = next((one.note for one in signed if one is not None), "")
        entry = entry_of(
            made, act, doing.by, doing.now, origin=doing.origin, session=doing.officer.sid, note=note
        )
        return Changed(made, [entry], told)

    async def _do(
        self,
        doing: Doing,
        act: Act,
        name: AskId,
        step: Step,
        whose: Collection[SubjectId],
        what: Mapping[str, str],
    ) -> Ask:
        try:
            return await self._change(name, whose, step, doing.now)
        except AskRefused as error:
            raise await self._admission.refused(doing, act, error, what) from error

    async def _change(self, name: AskId, whose: Collection[SubjectId], step: Step, now: datetime) -> Ask:
        made: list[Ask] = []

        async def change(until: datetime) -> Sequence[str]:
            changed, ids = await self.store.change(name, whose, step, now, until)
            self.in_force.put(changed.ask, now)
            made.append(changed.ask)
            return ids

        await self.sessions.changing(change, now)
        # Between the commit and our memory somebody may have been let in by what was.
        await self._anew(made[0].holder.subject, Code.REQUEST_ENDED, now)
        await self.sessions.in_force()
        return made[0]

    async def _anew(self, holder: SubjectId, because: str, now: datetime) -> None:
        await self.sessions.changing(lambda until: self.store.decide_anew(holder, because, now, until), now)


def _about(wish: Wish) -> Mapping[str, str]:
    return {
        "asked": wish.kind.value,
        "of": (wish.holder or wish.asker).login,
        "application": wish.application or "",
        "role": wish.role or "",
    }


def _backs(person: Person | None, ask: Ask) -> bool:
    if person is None:
        return False
    if ask.kind is Kind.DELEGATION:
        return ask.role is not None and may_delegate(person, ask.municipality, ask.role)
    return may_sponsor(person, ask.municipality)
