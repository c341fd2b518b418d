"""What administrators do about clients.

Laws: nobody is told that something was done before it is durable and recorded, with what was before and what is now;
what was refused is recorded too; when an act returns, this control plane goes by it; a secret is in no entry. Whoever
acts for a municipality knows of its clients alone.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from config.vocabulary import MunicipalityCode
from gateway.audit.acts import SHORT
from gateway.audit.entry import Code, Entry
from gateway.audit.neutral import neutral
from gateway.clients.own import Described, KeptSecret, OwnClient, changes, in_other_hands, new_secret, rotated
from gateway.clients.refused import ActRefused, Why
from gateway.clients.rules import ID, Around, faults_of
from gateway.clients.store import ClientStore, Stepped
from gateway.incidents.by import By, Details
from idp.oidc.client import ClientId

OVERLAP, OVERLAP_MAX = timedelta(hours=24), timedelta(days=7)
"""How long the secret before stays good."""
MOST_SECRETS = 3  # good at once
SAID_MAX = 1_000  # characters of one change
NOTHING = Described(title="", municipality=MunicipalityCode(""), redirect_uris=(), authentication="none")
"""Before one is added, and when it is removed."""


class Act(StrEnum):
    """As an entry of a refused one names it."""

    ADD = "add_client"
    CHANGE = "change_client"
    SUSPEND = "suspend_client"
    RESUME = "resume_client"
    REMOVE = "remove_client"
    MAKE_SECRET = "make_client_secret"
    END_SECRET = "end_client_secret"


CODES: dict[Act, Code] = {
    Act.ADD: Code.CLIENT_ADDED,
    Act.CHANGE: Code.CLIENT_CHANGED,
    Act.SUSPEND: Code.CLIENT_SUSPENDED,
    Act.RESUME: Code.CLIENT_RESUMED,
    Act.REMOVE: Code.CLIENT_REMOVED,
    Act.MAKE_SECRET: Code.CLIENT_SECRET_MADE,
    Act.END_SECRET: Code.CLIENT_SECRET_ENDED,
}


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose clients somebody may know of at all. None: everybody's."""

    municipality: MunicipalityCode | None = None

    def has(self, one: OwnClient) -> bool:
        return self.municipality in (None, one.described.municipality)


EVERYWHERE = Reach()


@dataclass(frozen=True, slots=True)
class ClientOffice:
    """`took`: the provider goes by what is kept when it returns; `record`: durable when it returns. That the policies
    let somebody do it is asked before.
    """

    store: ClientStore
    around: Callable[[], Around]
    took: Callable[[], Awaitable[object]]
    record: Callable[[Sequence[Entry]], Awaitable[None]]

    async def all(self, reach: Reach = EVERYWHERE) -> Sequence[OwnClient]:
        return [one for one in await self.store.all() if reach.has(one)]

    async def one(self, name: str, reach: Reach = EVERYWHERE) -> OwnClient | None:
        return next((one for one in await self.all(reach) if one.id == name), None)

    async def add(self, name: str, described: Described, by: By, now: datetime) -> str:
        """Its first secret, which is kept nowhere; empty: it has none. All acts raise ActRefused."""
        around = self.around()
        text, secret = new_secret(by.login, now) if described.has_secrets else ("", None)

        def work(before: OwnClient | None) -> Stepped:
            if ID.match(name) is None:
                raise ActRefused(Why.ID)
            if before is not None or name in around.taken:
                raise ActRefused(Why.ID_TAKEN)
            _require_sound(name, described, around)
            secrets = () if secret is None else (secret,)
            made = OwnClient(
                id=ClientId(name), described=described, made_at=now, changed_at=now, secrets=secrets
            )
            told: Details = {"changes": _told(NOTHING, described)}
            if secret is not None:
                told["secret"] = secret.id
            return _stepped(Act.ADD, made, by, now, told)

        await self._act(Act.ADD, name, work, by, now, EVERYWHERE)
        return text

    async def change(
        self,
        name: str,
        described: Described,
        seen: datetime,
        by: By,
        now: datetime,
        reach: Reach = EVERYWHERE,
    ) -> None:
        """`seen`: when what the form shows was changed last."""
        around = self.around()

        def work(before: OwnClient | None) -> Stepped:
            one = _there(before)
            if one.changed_at != seen:
                raise ActRefused(Why.CHANGED_MEANWHILE)
            _require_sound(name, described, around)
            kept = one.secrets if described.has_secrets else ()
            after = replace(one, described=described, changed_at=now, secrets=kept)
            stepped = _stepped(Act.CHANGE, after, by, now, {"changes": _told(one.described, described)})
            return replace(stepped, ends_given=in_other_hands(one.described, described))

        await self._act(Act.CHANGE, name, work, by, now, reach)

    async def suspend(self, name: str, by: By, now: datetime, reach: Reach = EVERYWHERE) -> None:
        """Nobody signs in to it, and its tokens open nothing, until it is resumed."""

        def work(before: OwnClient | None) -> Stepped:
            one = _there(before)
            if one.suspended_at is not None:
                raise ActRefused(Why.SUSPENDED)
            return _stepped(Act.SUSPEND, replace(one, suspended_at=now, changed_at=now), by, now, {})

        await self._act(Act.SUSPEND, name, work, by, now, reach)

    async def resume(self, name: str, by: By, now: datetime, reach: Reach = EVERYWHERE) -> None:
        def work(before: OwnClient | None) -> Stepped:
            one = _there(before)
            if one.suspended_at is None:
                raise ActRefused(Why.NOT_SUSPENDED)
            return _stepped(Act.RESUME, replace(one, suspended_at=None, changed_at=now), by, now, {})

        await self._act(Act.RESUME, name, work, by, now, reach)

    async def remove(self, name: str, by: By, now: datetime, reach: Reach = EVERYWHERE) -> None:
        """With its secrets and tokens: whoever takes the id later gets nothing of it."""

        def work(before: OwnClient | None) -> Stepped:
            one = _there(before)
            told: Details = {"changes": _told(one.described, NOTHING)}
            return replace(_stepped(Act.REMOVE, one, by, now, told), after=None)

        await self._act(Act.REMOVE, name, work, by, now, reach)

    async def make_secret(
        self, name: str, overlap: timedelta, by: By, now: datetime, reach: Reach = EVERYWHERE
    ) -> tuple[str, KeptSecret]:
        """The secret, which is kept nowhere. Those before stay good for `overlap`."""
        text, fresh = new_secret(by.login, now)

        def work(before: OwnClient | None) -> Stepped:
            one = _there(before)
            if not one.described.has_secrets:
                raise ActRefused(Why.NO_SECRETS)
            if not timedelta(0) <= overlap <= OVERLAP_MAX:
                raise ActRefused(Why.OVERLAP)
            after = rotated(one, fresh, overlap, now)
            if len(after.good_secrets(now)) > MOST_SECRETS:
                raise ActRefused(Why.MOST_SECRETS)
            until = (now + overlap).isoformat(timespec="seconds")
            return _stepped(Act.MAKE_SECRET, after, by, now, {"secret": fresh.id, "before_until": until})

        await self._act(Act.MAKE_SECRET, name, work, by, now, reach)
        return text, fresh

    async def end_secret(
        self, name: str, secret: str, by: By, now: datetime, reach: Reach = EVERYWHERE
    ) -> None:
        """At once."""

        def work(before: OwnClient | None) -> Stepped:
            one = _there(before)
            if secret not in {each.id for each in one.good_secrets(now)}:
                raise ActRefused(Why.SECRET_OVER)
            left = tuple(replace(each, ends_at=now) if each.id == secret else each for each in one.secrets)
            after = replace(one, secrets=left, changed_at=now)
            return _stepped(Act.END_SECRET, after, by, now, {"secret": secret})

        await self._act(Act.END_SECRET, name, work, by, now, reach)

    async def _act(
        self,
        act: Act,
        name: str,
        work: Callable[[OwnClient | None], Stepped],
        by: By,
        now: datetime,
        reach: Reach,
    ) -> None:
        def within(before: OwnClient | None) -> Stepped:
            if not by.confirmed:
                raise ActRefused(Why.NOT_CONFIRMED)
            if before is not None and not reach.has(before):
                raise ActRefused(Why.UNKNOWN)
            return work(before)

        try:
            await self.store.step(ClientId(name), within)
        except ActRefused as refused:
            details: Details = {"act": act.value, "client": neutral(name, SHORT)}
            if refused.faults:
                details["faults"] = [neutral(f"{field}: {what}", SHORT) for field, what, _ in refused.faults]
            await self.record([by.refused(Code.CLIENT_ACT_REFUSED, now, refused.reason, details)])
            raise
        await self.took()


def _there(before: OwnClient | None) -> OwnClient:
    if before is None:
        raise ActRefused(Why.UNKNOWN)
    return before


def _require_sound(name: str, described: Described, around: Around) -> None:
    faults = faults_of(name, described, around)
    if faults:
        raise ActRefused(Why.DESCRIPTION, faults)


def _told(before: Described, after: Described) -> list[str]:
    return [neutral(one, SAID_MAX) for one in changes(before, after)]


def _stepped(act: Act, after: OwnClient, by: By, now: datetime, details: Details) -> Stepped:
    about: Details = {"client": after.id, "client_title": after.described.title, **details}
    entry = replace(by.entry(CODES[act], now, about), municipality=after.described.municipality)
    return Stepped(after, entry)
