"""What people do about devices: codes that enrol one, and what becomes of those that are enrolled.

Laws: nobody is told that something was done before it is durable and recorded; what was refused is recorded too; what
a decision may rest on is in this control plane's memory when the act returns; nobody lets their own device do more, by
whatever account of theirs.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import islice

from agents.protocol.messages import Standing
from config.vocabulary import AuthenticationLevel, DeviceId, MunicipalityCode, SubjectId
from gateway.audit.entry import Code as Happened
from gateway.audit.entry import Entry
from gateway.devices import records, steps
from gateway.devices.code import LIFETIME_MAX, Code, new_code
from gateway.devices.device import NAME_MAX, Device
from gateway.devices.history import Change
from gateway.devices.known import Known
from gateway.devices.records import By
from gateway.devices.refused import ActRefused, Why
from gateway.devices.rules import Rules
from gateway.devices.store import Beside, DeviceStore, Sought, Stepped
from idp.directory.same_person import OtherAccounts, no_others, same_person
from idp.login.level import reaches
from idp.login.own_authenticators import shown_just_now

MOST_CODES = 50
"""Good ones of one issuer: an office that hands out notebooks has that many in a quarter of an hour."""
MOST_OWN = 20
"""Devices that one person enrols; administrators enrol as many as they like."""


class Act(StrEnum):
    """As an entry of a refused one names it."""

    ISSUE_CODE = "issue_code"
    APPROVE = "approve"
    TURN_DOWN = "turn_down"
    RENAME = "rename"
    BLOCK = "block"
    UNBLOCK = "unblock"
    RETIRE = "retire"
    LOSE = "lose"
    TAKE_OVER = "take_over"
    HAND_OVER = "hand_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A device that is to be enrolled; as `Code` has it."""

    municipality: MunicipalityCode
    owner: SubjectId | None = None
    managed: bool = False
    asset: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which devices somebody may know of at all; what is beyond is as good as not there. Empty: all."""

    municipality: MunicipalityCode | None = None
    owner: SubjectId | None = None

    def has(self, device: Device) -> bool:
        return self.municipality in (None, device.municipality) and self.owner in (None, device.owner)


EVERYWHERE = Reach()


@dataclass(frozen=True, slots=True)
class Owner:
    """To whom a device is given. `municipalities`: where they have a role."""

    subject: SubjectId
    login: str
    municipalities: Collection[MunicipalityCode]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """How surely, and when, somebody last showed who they are."""

    level: AuthenticationLevel
    at: datetime

    def why_not(self, now: datetime) -> Why | None:
        """Why it adds no device: a browser that was left open would make another machine one of its person's."""
        if not reaches(self.level, AuthenticationLevel.TWO_FACTORS):
            return Why.TWO_FACTORS
        return None if shown_just_now(self.at, now) else Why.NOT_CONFIRMED


@dataclass(frozen=True, slots=True)
class DeviceOffice:
    """`record`: durable when it returns. That the policies let somebody do it is asked before."""

    store: DeviceStore
    known: Known
    rules: Rules
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    others: OtherAccounts = no_others

    async def issue(self, wish: Wish, by: By, now: datetime) -> tuple[str, Code]:
        """The code, which is kept nowhere, and what it is good for. Raises ActRefused."""
        try:
            code = _coded(wish, by, self.rules, now, own=self._theirs(wish.owner, by))
            text = new_code()
            await self.store.issue(text, code, records.code_issued(code, by), MOST_CODES, MOST_OWN)
        except ActRefused as refused:
            raise await self._not(Act.ISSUE_CODE, refused, by, now, None, wish.municipality) from refused
        return text, code

    async def issue_for(self, owner: Owner | None, wish: Wish, by: By, now: datetime) -> tuple[str, Code]:
        """`owner`: who has a role in the municipality of the wish; None: a shared device. Raises ActRefused."""
        if owner is None:
            return await self.issue(wish, by, now)
        if wish.municipality not in owner.municipalities:
            unknown = ActRefused(Why.OWNER_UNKNOWN)
            raise await self._not(Act.ISSUE_CODE, unknown, by, now, None, wish.municipality)
        return await self.issue(replace(wish, owner=owner.subject), by, now)

    async def issue_own(
        self, owner: SubjectId, municipality: MunicipalityCode, shown: Confirmed, by: By, now: datetime
    ) -> tuple[str, Code]:
        """For a device of the person who asks; it is never managed. Raises ActRefused."""
        why = shown.why_not(now) if self.rules.by_people else Why.NOT_ALLOWED
        if by.actor.subject != owner:
            why = Why.NOT_OWN
        if why is not None:
            raise await self._not(Act.ISSUE_CODE, ActRefused(why), by, now, None, municipality)
        return await self.issue(Wish(municipality=municipality, owner=owner), by, now)

    async def approve(self, name: DeviceId, by: By, now: datetime, reach: Reach = EVERYWHERE) -> Device:
        """All acts raise ActRefused."""
        after = self._of_others(partial(steps.approve, by=by.actor, now=now), by)
        return await self._act(Act.APPROVE, Happened.DEVICE_APPROVED, name, after, by, now, reach)

    async def turn_down(
        self, name: DeviceId, why: str, by: By, now: datetime, reach: Reach = EVERYWHERE
    ) -> Device:
        """It waits, and is not going to be approved."""
        after = _explained(partial(steps.turn_down, now=now), why)
        return await self._act(
            Act.TURN_DOWN, Happened.DEVICE_TURNED_DOWN, name, after, by, now, reach, why=why
        )

    async def rename(
        self, name: DeviceId, called: str, by: By, now: datetime, reach: Reach = EVERYWHERE
    ) -> Device:
        after = partial(steps.rename, name=called)
        return await self._act(Act.RENAME, Happened.DEVICE_RENAMED, name, after, by, now, reach)

    async def block(
        self, name: DeviceId, why: str, by: By, now: datetime, reach: Reach = EVERYWHERE
    ) -> Device:
        """For a while. `why`: as here, below as well, but it has to be said here."""
        after = _explained(steps.block, why)
        return await self._act(Act.BLOCK, Happened.DEVICE_BLOCKED, name, after, by, now, reach, why=why)

    async def unblock(
        self, name: DeviceId, why: str, by: By, now: datetime, reach: Reach = EVERYWHERE
    ) -> Device:
        after = self._of_others(_explained(steps.unblock, why), by)
        return await self._act(Act.UNBLOCK, Happened.DEVICE_UNBLOCKED, name, after, by, now, reach, why=why)

    async def retire(
        self, name: DeviceId, why: str, by: By, now: datetime, reach: Reach = EVERYWHERE
    ) -> Device:
        after = _explained(partial(steps.retire, now=now), why, demanded=False)
        return await self._act(Act.RETIRE, Happened.DEVICE_RETIRED, name, after, by, now, reach, why=why)

    async def lose(
        self, name: DeviceId, why: str, by: By, now: datetime, reach: Reach = EVERYWHERE
    ) -> Device:
        """It was lost or stolen."""
        after = _explained(partial(steps.lose, now=now), why, demanded=False)
        return await self._act(Act.LOSE, Happened.DEVICE_LOST, name, after, by, now, reach, why=why)

    async def take_over(
        self, name: DeviceId, asset: str | None, by: By, now: datetime, reach: Reach = EVERYWHERE
    ) -> Device:
        """As the office's own; `asset`: its serial number, where the agent could read none."""
        after = self._of_others(partial(steps.take_over, asset=asset, by=by.actor, now=now), by)
        return await self._act(Act.TAKE_OVER, Happened.DEVICE_TAKEN_OVER, name, after, by, now, reach)

    async def hand_over(
        self, name: DeviceId, owner: Owner, by: By, now: datetime, reach: Reach = EVERYWHERE
    ) -> Device:
        """To another person, who has a role in its municipality; whoever is signed in on it is signed out.

        While it waits or is blocked, nobody hands over a device of their own: it would be theirs no more, and they
        might let it in.
        """

        def after(device: Device) -> Device:
            held = device.standing in (Standing.WAITING, Standing.BLOCKED)
            if self._theirs(owner.subject, by) or (held and self.is_own(device, SubjectId(by.actor.subject))):
                raise ActRefused(Why.OWN)
            if device.municipality not in owner.municipalities:
                raise ActRefused(Why.OWNER_UNKNOWN)
            return steps.hand_over(device, owner.subject)

        act, code = Act.HAND_OVER, Happened.DEVICE_HANDED_OVER
        return await self._act(act, code, name, after, by, now, reach, of=owner.login)

    def to_approve(self, who: SubjectId, reach: Reach, most: int) -> int:
        """How many wait for somebody, whose own they are not; counted up to `most`."""
        waiting = (
            one
            for one in self.known.all()
            if one.standing is Standing.WAITING and reach.has(one) and not self.is_own(one, who)
        )
        return sum(1 for _ in islice(waiting, most))

    async def device(self, name: DeviceId, reach: Reach = EVERYWHERE) -> Device | None:
        found = await self.store.device(name)
        return found if found is not None and reach.has(found) else None

    async def find(self, sought: Sought) -> Sequence[Device]:
        return await self.store.find(sought)

    async def history(self, name: DeviceId) -> Sequence[Change]:
        return await self.store.history(name)

    async def look_again(self) -> None:
        """Take what changed in the database into memory."""
        self.known.take(await self.store.since(self.known.read_to))

    async def look_for_silent(self, now: datetime) -> None:
        """Record once of each device in use that it reports no more."""
        for name in await self.store.silent(now - self.rules.fresh):
            stepped = await self.store.change(name, partial(self._silent, now))
            self.known.put(stepped.device)

    def _silent(self, now: datetime, device: Device | None, _: Beside) -> Stepped:
        assert device is not None  # of those that are in use none is deleted
        gone_on = device.reported_at is None or device.reported_at > now - self.rules.fresh
        if gone_on or device.stale:  # it reported meanwhile
            return Stepped(device, [])
        return Stepped(steps.silent(device), [records.stale(device, now)])

    async def forget_gone(self, now: datetime) -> None:
        """Delete what was kept of devices that are gone for long; their entries stay in the log."""
        before = now - self.rules.kept
        self.known.forget(await self.store.forget(before, now, lambda one: records.forgotten(one, now)))

    def _theirs(self, owner: SubjectId | None, by: By) -> bool:
        return owner is not None and same_person(SubjectId(by.actor.subject), owner, self.others)

    def is_own(self, device: Device, who: SubjectId) -> bool:
        """By any account of theirs. So is a shared one that waits and was enrolled by their code: somebody else has to
        look at it.
        """
        owner = device.owner
        if owner is None and device.approved_at is None:
            owner = SubjectId(device.enrolled_by.subject)
        return owner is not None and same_person(who, owner, self.others)

    def _of_others(self, step: Callable[[Device], Device], by: By) -> Callable[[Device], Device]:
        def after(device: Device) -> Device:
            if self.is_own(device, SubjectId(by.actor.subject)):
                raise ActRefused(Why.OWN)
            return step(device)

        return after

    async def _act(
        self,
        act: Act,
        code: Happened,
        name: DeviceId,
        after: Callable[[Device], Device],
        by: By,
        now: datetime,
        reach: Reach,
        **further: str,
    ) -> Device:
        def step(device: Device | None, _: Beside) -> Stepped:
            if device is None or not reach.has(device):
                raise ActRefused(Why.UNKNOWN)
            made = after(device)
            said = further | _before(device, made)
            return Stepped(made, [records.act(code, made, by, now, **said)])

        try:
            stepped = await self.store.change(name, step)
        except ActRefused as refused:
            raise await self._not(act, refused, by, now, name, "") from refused
        self.known.put(stepped.device)
        return stepped.device

    async def _not(
        self, act: Act, refused: ActRefused, by: By, now: datetime, name: DeviceId | None, municipality: str
    ) -> ActRefused:
        found = None if name is None else await self.store.device(name)
        where = municipality if found is None else found.municipality
        await self.record([records.act_refused(act, refused.reason, by, now, name, where)])
        return refused


def _coded(wish: Wish, by: By, rules: Rules, now: datetime, *, own: bool) -> Code:
    """`own`: of whoever issues it. Raises ActRefused."""
    if own and wish.managed:
        raise ActRefused(Why.OWN)
    if not timedelta() < rules.code <= LIFETIME_MAX:
        raise ActRefused(Why.LIFETIME)
    if wish.name is not None and not steps.readable(wish.name, NAME_MAX):
        raise ActRefused(Why.NAME)
    if wish.asset is not None and not steps.readable(wish.asset, NAME_MAX):
        raise ActRefused(Why.ASSET)
    return Code(
        municipality=wish.municipality,
        owner=wish.owner,
        managed=wish.managed,
        asset=None if wish.asset is None else wish.asset.strip(),
        name=None if wish.name is None else wish.name.strip(),
        issued_by=by.actor,
        issued_at=now,
        expires_at=now + rules.code,
    )


def _explained(
    step: Callable[[Device], Device], why: str, *, demanded: bool = True
) -> Callable[[Device], Device]:
    def after(device: Device) -> Device:
        if (demanded or why.strip()) and not steps.readable(why, steps.WHY_MAX):
            raise ActRefused(Why.WHY)
        return step(device)

    return after


def _before(device: Device, made: Device) -> dict[str, str]:
    """What the act's sentence says of how it was."""
    said = {"before": device.name} if made.name != device.name else {}
    return said | ({"asset": made.asset or ""} if made.managed and not device.managed else {})
