"""What a personnel system pushes, taken in: kept, linked with people of the directory, and closed where they left.

Laws: nobody gets a password or an account by it, nor a role that the configuration does not list for it; what it gives
or takes counts when it is answered; whom it closes has lost every session when it is answered;
it opens again only whom it closed itself, never whom people suspended; what it may not is refused by name and recorded,
and then nothing of the record has changed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from config.drawn_name import drawn_name
from config.vocabulary import Language, SubjectId
from gateway.audit.acts import SHORT
from gateway.audit.entry import Code, Entry
from gateway.audit.neutral import neutral
from gateway.audit.sparing import SparingEach, told
from gateway.incidents.by import Details
from gateway.incidents.refused import ActRefused
from gateway.incidents.suspending import Suspending, Whom
from gateway.incidents.suspension import liftable
from gateway.personnel.attributes import EMPTY, Values
from gateway.personnel.giving import Rule, roles_by
from gateway.personnel.linking import Linking
from gateway.personnel.record import Record, Sender, closed_by, difference, is_keeper, opened_by
from gateway.personnel.refused import NotDone, Why
from idp.directory.person import RoleHeld

MOST_RECORDS = 5_000  # of one source
WITHIN = timedelta(hours=1)  # `most_closed` people
REFUSALS_KEPT = (60, timedelta(minutes=1))  # of one account; more are counted
LEFT = {
    Language.CZECH: "Personální systém sděluje, že osoba už nepracuje",
    Language.ENGLISH: "The personnel system says that the person works no more",
}
BACK = {
    Language.CZECH: "Personální systém sděluje, že osoba pracuje",
    Language.ENGLISH: "The personnel system says that the person works",
}


class PersonnelStore(Protocol):
    """Each write keeps its entry in the same transaction. Raises the database's own errors."""

    async def of(self, account: str) -> Sequence[Record]:
        """In the order in which they came."""
        ...

    async def one(self, account: str, identifier: str) -> Record | None: ...

    async def naming(self, account: str, subjects: Collection[SubjectId]) -> Sequence[Record]:
        """Those of the account that are linked with any of these."""
        ...

    async def count(self, account: str) -> int: ...

    async def taken(self, account: str, user_name: str, but: str) -> bool:
        """Whether another record than that one has the name, whatever the case (RFC 7643 §4.1.1)."""
        ...

    async def add(self, record: Record, entry: Entry) -> None:
        """Raises NotDone where the name is taken."""
        ...

    async def change(self, record: Record, before: int, entry: Entry) -> None:
        """Raises NotDone where the name is taken, or the version is not `before` any more."""
        ...

    async def remove(self, record: Record, entry: Entry) -> None:
        """Raises NotDone where the version is another by now."""
        ...

    async def closed_since(self, program: str, since: datetime) -> int:
        """How many people the program has suspended since then."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonnelOffice:
    store: PersonnelStore
    linking: Linking
    suspending: Suspending
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    reach: Callable[[Collection[SubjectId]], Awaitable[None]]
    """Sessions of these have the roles of now, and sign-ins that rest on others stop."""
    rules: Callable[[str], Sequence[Rule]]
    """What an account may give."""
    language: Language
    _turns: dict[str, asyncio.Lock] = field(default_factory=dict)
    _refusals: SparingEach = field(default_factory=lambda: SparingEach(*REFUSALS_KEPT))

    async def all(self, sender: Sender) -> Sequence[Record]:
        return await self.store.of(sender.source.account)

    async def one(self, identifier: str, sender: Sender) -> Record:
        """Raises NotDone."""
        found = await self.store.one(sender.source.account, identifier)
        if found is None:
            raise NotDone(Why.UNKNOWN)
        return found

    async def add(self, values: Values, sender: Sender, now: datetime) -> Record:
        """Raises NotDone."""
        async with self._turn(sender):
            if await self.store.count(sender.source.account) >= MOST_RECORDS:
                raise NotDone(Why.FULL, f"{MOST_RECORDS} records")
            await self._require_free(values, "", sender)
            made = await self._linked(
                Record(
                    id=drawn_name(),
                    account=sender.source.account,
                    values=values,
                    created_at=now,
                    changed_at=now,
                ),
                sender,
            )
            await self._close_and_open(None, made, sender, now)
            await self.store.add(made, self._entry(Code.PERSONNEL_ADDED, made, EMPTY, sender, now))
            await self._given(None, made)
            return made

    async def change(
        self,
        identifier: str,
        change: Callable[[Values], Values],
        if_match: Callable[[int], bool],
        sender: Sender,
        now: datetime,
    ) -> Record:
        """`change` raises NotDone, and so does this. What says nothing new is not written."""
        async with self._turn(sender):
            old = await self.one(identifier, sender)
            if not if_match(old.version):
                raise NotDone(Why.CHANGED, f"its version is {old.version}")
            values = change(old.values)
            await self._require_free(values, identifier, sender)
            new = await self._linked(
                replace(old, values=values, changed_at=now, version=old.version + 1), sender
            )
            await self._close_and_open(old, new, sender, now)
            if _kept(new) == _kept(old):
                return old
            entry = self._entry(Code.PERSONNEL_CHANGED, new, old.values, sender, now)
            await self.store.change(new, old.version, entry)
            await self._given(old, new)
            return new

    async def remove(
        self, identifier: str, if_match: Callable[[int], bool], sender: Sender, now: datetime
    ) -> None:
        """Whoever is removed works no more. Raises NotDone."""
        async with self._turn(sender):
            old = await self.one(identifier, sender)
            if not if_match(old.version):
                raise NotDone(Why.CHANGED, f"its version is {old.version}")
            gone = await self._linked(replace(old, values={**old.values, "active": False}), sender)
            await self._close_and_open(old, gone, sender, now)
            await self.store.remove(old, self._entry(Code.PERSONNEL_REMOVED, gone, old.values, sender, now))
            await self._given(old, None)

    async def refused(self, refused: NotDone, identifier: str, sender: Sender, now: datetime) -> None:
        """Of an act, not of a question: keep that it was not done."""
        left_out = self._refusals.of(sender.source.account, now).take(now)
        if left_out is not None:
            details: Details = {
                "of": neutral(identifier, SHORT),
                "about": neutral(refused.about, SHORT),
                **told(left_out),
            }
            await self.record([sender.by.refused(Code.PERSONNEL_REFUSED, now, refused.reason, details)])

    def _turn(self, sender: Sender) -> asyncio.Lock:
        """What one source pushes is taken in piece by piece."""
        return self._turns.setdefault(sender.source.account, asyncio.Lock())

    async def _linked(self, record: Record, sender: Sender) -> Record:
        found = await self.linking.of(record.values, sender)
        gives = record.active and record.roles
        return replace(
            record,
            subjects=found.subjects,
            unlinked=found.unlinked,
            gives_to=found.receiver if gives else None,
        )

    async def _given(self, old: Record | None, new: Record | None) -> None:
        """After it is kept: a role that is given no more is lost before the answer."""
        before, after = self._gives(old), self._gives(new)
        changed = {one.gives_to for one in (old, new) if one is not None and one.gives_to is not None}
        if changed and before != after:
            await self.reach(changed)

    def _gives(self, record: Record | None) -> tuple[SubjectId | None, frozenset[RoleHeld]]:
        if record is None or record.gives_to is None:
            return None, frozenset()
        return record.gives_to, roles_by(self.rules(record.account), record.roles)

    def _entry(self, code: Code, record: Record, before: Values, sender: Sender, now: datetime) -> Entry:
        _, roles = self._gives(record)
        details: Details = {
            "record": record.id,
            "of": neutral(record.user_name, SHORT),
            "of_subject": record.subjects[0] if record.subjects else "",
            **({"accounts": list(record.subjects)} if len(record.subjects) > 1 else {}),
            "changed": difference(before, record.values),
            **({"roles": [f"{one.municipality}:{one.role}" for one in sorted(roles)]} if roles else {}),
            **({"unlinked": record.unlinked.value} if record.unlinked is not None else {}),
        }
        return sender.by.entry(code, now, details)

    async def _require_free(self, values: Values, identifier: str, sender: Sender) -> None:
        """Asked before anybody is closed; the store asks again when it writes. Raises NotDone."""
        if await self.store.taken(sender.source.account, str(values["user_name"]), identifier):
            raise NotDone(Why.TAKEN, "userName")

    async def _close_and_open(self, old: Record | None, new: Record, sender: Sender, now: datetime) -> None:
        """Before the record is kept: who pushes again what was not kept finds it done."""
        were = () if old is None else (old,)
        subjects = {subject for one in (*were, new) for subject in one.subjects}
        found = await self.store.naming(sender.source.account, subjects)
        others = [one for one in found if one.id != new.id]
        before, after = [*others, *were], [*others, new]
        await self._close(sorted(closed_by(after) - closed_by(before)), sender, now)
        standing = await self.suspending.store.standing(now)
        for subject in sorted(opened_by(after, old, new)):
            if liftable(standing, subject, sender.by.subject) is not None:
                await _done(self.suspending.resume(subject, BACK[self.language], sender.by, now))

    async def _close(self, whom: Sequence[SubjectId], sender: Sender, now: datetime) -> None:
        people = await self.linking.people(whom)
        keeper = next((one for one in people.values() if is_keeper(one)), None)
        if keeper is not None:
            raise NotDone(Why.KEEPER, keeper.login)
        standing = await self.suspending.store.standing(now)
        new = [one for one in whom if liftable(standing, one, sender.by.subject) is None]
        if not new:
            return
        lately = await self.store.closed_since(sender.by.subject, now - WITHIN)
        if lately + len(new) > sender.source.most_closed:
            raise NotDone(Why.CLOSES_MANY, f"at most {sender.source.most_closed} within an hour")
        for subject in new:
            person = people.get(subject)
            login, name = ("", "") if person is None else (person.login, person.name)
            meant = Whom(subject, login, name)
            await _done(self.suspending.suspend(meant, LEFT[self.language], None, sender.by, now))


async def _done(act: Awaitable[object]) -> None:
    """Raises NotDone where another node, or an officer, was a moment earlier."""
    try:
        await act
    except ActRefused as refused:
        raise NotDone(Why.CHANGED, refused.reason.value) from refused


def _kept(one: Record) -> tuple[object, ...]:
    return one.values, one.subjects, one.unlinked, one.gives_to
