"""Who may do something about what was asked for. Whoever may not is refused, and that is recorded."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import Action, MunicipalityCode
from gateway.asks import steps
from gateway.asks.ask import Act, Ask, AskId, Kind
from gateway.asks.author import Author, author_of
from gateway.asks.doing import Doing
from gateway.asks.records import about, refused_entry
from gateway.asks.refused import AskRefused, PoliciesRefuse, Spoken, Why
from gateway.asks.separation import Duties, Duty
from gateway.asks.store import AskStore, Sought
from gateway.audit.entry import Entry
from gateway.sessions.officers_act import Officer
from idp.events import Origin

Permits = Callable[[Officer, Action, Author, Origin, datetime], Awaitable[Spoken | None]]
"""Whether the policies let the caller do it on the application of requests; None: they do."""


@dataclass(frozen=True, slots=True)
class Admission:
    """`record`: durable when it returns. `centre`: the municipality whose reviewers see the uses of all."""

    store: AskStore
    duties: Duties
    permits: Permits
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    centre: MunicipalityCode | None

    async def open(self, name: AskId, doing: Doing, act: Act) -> Ask:
        """What this person may know of: of the municipality they act for, or about themselves, or theirs to review.

        Raises AskRefused, recorded.
        """
        found = next(iter(await self.store.find(Sought(name=name))), None)
        here, me = doing.officer.municipality, doing.by.subject
        visible = found is not None and (
            found.municipality == here
            or me in found.parties()
            or (found.kind is Kind.EMERGENCY and self.centre is not None and here == self.centre)
        )
        if found is None or not visible:
            raise await self.refused(doing, act, AskRefused(Why.UNKNOWN), {"request": name})
        return found

    async def require_deciding(self, doing: Doing, act: Act, ask: Ask) -> None:
        """A sponsor was named for it by somebody else, and needs no further permit than to be on these pages; but acts
        for the municipality, and so has a role there still. Raises AskRefused, PoliciesRefuse, recorded.
        """
        if ask.municipality != doing.officer.municipality:
            raise await self.refused(doing, act, AskRefused(Why.UNKNOWN), about(ask))
        await self._require_another_person(doing, act, ask, steps.deciding(ask))
        if not ask.confirmed_by_sponsor:
            await self.require(doing, act, Action.SIGN, author_of(ask), about(ask))

    async def _require_another_person(self, doing: Doing, act: Act, ask: Ask, wanted: Duty) -> None:
        """Said before the policies are asked, who could not say which account it was. Raises AskRefused, recorded."""
        try:
            steps.require_another_person(ask, doing.by.subject, self.duties, wanted)
        except AskRefused as refused:
            raise await self.refused(doing, act, refused, about(ask)) from refused

    async def require_reviewing(self, doing: Doing, act: Act, ask: Ask) -> None:
        """Raises AskRefused, PoliciesRefuse, recorded."""
        await self._require_another_person(doing, act, ask, Duty.REVIEW)
        await self.require(doing, act, Action.ADMINISTER, Author(ask.holder.subject), about(ask))

    async def require(
        self, doing: Doing, act: Act, action: Action, author: Author, what: Mapping[str, str]
    ) -> None:
        """Raises PoliciesRefuse, recorded."""
        spoken = await self.permits(doing.officer, action, author, doing.origin, doing.now)
        if spoken is None:
            return
        entry = refused_entry(
            doing.officer,
            act,
            spoken.reason,
            doing.now,
            origin=doing.origin,
            about=what,
            rule=spoken.rule,
            version=spoken.policy_version,
        )
        await self.record([entry])
        raise PoliciesRefuse(spoken)

    async def refused(
        self,
        doing: Doing,
        act: Act,
        why: AskRefused,
        what: Mapping[str, str],
    ) -> AskRefused:
        """The same, once it is recorded."""
        told = {**what, "account": why.account}
        rule, version = (why.spoken.rule, why.spoken.policy_version) if why.spoken else ("", "")
        entry = refused_entry(
            doing.officer,
            act,
            why.reason,
            doing.now,
            origin=doing.origin,
            about=told,
            rule=rule,
            version=version,
        )
        await self.record([entry])
        return why
