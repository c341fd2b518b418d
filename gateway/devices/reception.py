"""What agents say, taken or refused: the one place where a device is enrolled, reports and says good-bye.

Laws: what is answered is durable and recorded; a message that is refused changes nothing and is recorded, a stranger's
and each device's so many a minute and of the rest the number; whose a message is, is known before anything is written.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from cryptography.hazmat.primitives.serialization import Encoding

from agents.protocol.checks import Check, passes
from agents.protocol.messages import (
    Begin,
    Challenge,
    Complete,
    Enrolled,
    Farewell,
    Report,
    Reported,
    Standing,
)
from agents.protocol.signed import NotSigned, device_of
from agents.protocol.tunnel import TunnelAsk
from config.drawn_name import drawn_name
from config.vocabulary import DeviceId, read_device_id
from gateway.audit.entry import Entry
from gateway.audit.sparing import Sparing, SparingEach
from gateway.devices import enrolling, records, reporting
from gateway.devices.authority import Authority, Issued
from gateway.devices.code import Code
from gateway.devices.device import Device
from gateway.devices.enrolling import NotEnrolled, Terms
from gateway.devices.founding import founded
from gateway.devices.history import Change, Difference, differences
from gateway.devices.known import Known
from gateway.devices.reporting import NotTaken
from gateway.devices.rules import Rules
from gateway.devices.store import Beside, CodeStepped, DeviceStore, Stepped
from idp.events import Origin

MINUTE = timedelta(minutes=1)
WHILE_CLOSED = MINUTE
"""How soon a device that opens nothing yet, or for a while, asks again what has become of it: somebody waits there."""
STRANGERS, OF_EACH = 300, 10
"""Entries of refused messages in a minute: of strangers together, of each device."""
OFTEN = 20
"""Messages of a device in a minute that are looked at: one that reports as it should says one in minutes."""
TUNNEL_KEY = "tunnel_key"


Guess = Callable[[str, datetime], Awaitable[Callable[[], Awaitable[object]] | None]]
"""Counts a try of a code from an address before it is looked at; None: that address has none left. What it gives is
called where the code was good.
"""


@dataclass(frozen=True, slots=True)
class Reception:
    """One per control plane, used from its event loop. `domain`: whose devices these are."""

    store: DeviceStore
    known: Known
    rules: Rules
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    domain: str
    guess: Guess
    _strangers: Sparing = field(default_factory=lambda: Sparing(STRANGERS, MINUTE))
    _of_each: SparingEach = field(default_factory=lambda: SparingEach(OF_EACH, MINUTE))
    _often: SparingEach = field(default_factory=lambda: SparingEach(OFTEN, MINUTE))
    _authority: list[Authority] = field(default_factory=list)

    async def begin(self, said: Begin, origin: Origin, now: datetime) -> Challenge:
        """Raises NotEnrolled."""
        nonce = _nonce()

        def step(code: Code | None, _: Beside) -> CodeStepped:
            return CodeStepped(enrolling.begin(said, code, nonce, now))

        async with self._enrolling(said.code, origin, now):
            enrolling.begin(said, await self.store.code(said.code), nonce, now)  # strangers write nothing
            asked = (await self.store.with_code(said.code, step)).code.challenge
        assert asked is not None
        return Challenge(nonce=asked.nonce, expires_at=asked.expires_at)

    async def complete(self, token: str, origin: Origin, now: datetime) -> Enrolled:
        """Raises NotEnrolled."""
        async with self._enrolling("", origin, now):
            proof = enrolling.read_proof(token)
        authority = await self.authority(now)
        new = DeviceId(drawn_name()), _nonce()
        terms = Terms(certificate=self.rules.certificate, approval=self.rules.approval)

        def step(code: Code | None, beside: Beside) -> CodeStepped:
            done = enrolling.complete(proof, code, authority, terms, new, now)
            _require_own_keys(proof, done.device, beside)
            return CodeStepped(done.code, [records.enrolled(done.device, origin)], done.device, done.issued)

        async with self._enrolling(proof.code, origin, now):
            done = await self.store.with_code(proof.code, step)
        assert done.device is not None
        self.known.put(done.device)
        return Enrolled(
            device=done.device.id,
            standing=done.device.standing,
            nonce=done.device.nonce,
            authority=_pem(authority),
            certificate=_chain(done.issued),
            report_within=self._report_within(done.device.standing),
        )

    async def report(self, token: str, origin: Origin, now: datetime) -> Reported:
        """Raises NotTaken."""
        device = await self._whose(token, origin, now)
        async with self._taking(device, origin, now):
            said = reporting.read_report(token, device)
            self._require_seldom(device, now)
            nonce = _nonce()
            same = reporting.unchanged(said, device, nonce, now)
            if same is not None and (heard := await self.store.heard(same)) is not None:
                self.known.put(heard)
                return self._answer(heard, None, None)
            authority = await self.authority(now)

            def step(kept: Device | None, beside: Beside) -> Stepped:
                return self._reported(said, _there(kept), beside, (authority, nonce), origin, now)

            done = await self.store.change(device.id, step)
        self.known.put(done.device)
        return self._answer(done.device, authority, done.issued)

    async def asked(self, token: str, origin: Origin, now: datetime) -> tuple[TunnelAsk, Device]:
        """Of its tunnel; the key that it says is that tunnel's from now on. Raises NotTaken."""
        device = await self._whose(token, origin, now)
        async with self._taking(device, origin, now):
            said = reporting.read_ask(token, device)
            self._require_seldom(device, now)
            nonce = _nonce()

            def step(kept: Device | None, beside: Beside) -> Stepped:
                before = _there(kept)
                after = reporting.ask(said, before, nonce)
                if not (changed := _tunnel(before, after)):
                    return Stepped(after, [])
                _require_own_tunnel_key(after, beside)
                entry = records.reported_otherwise(after, changed, now, origin, was_stale=False)
                return Stepped(after, [entry], Change(now, changed))

            done = await self.store.change(device.id, step)
        self.known.put(done.device)
        return said, done.device

    async def farewell(self, token: str, origin: Origin, now: datetime) -> Reported:
        """Raises NotTaken."""
        device = await self._whose(token, origin, now)
        async with self._taking(device, origin, now):
            said = reporting.read_farewell(token, device)
            self._require_seldom(device, now)
            nonce = _nonce()

            def step(kept: Device | None, _: Beside) -> Stepped:
                return _left(said, _there(kept), nonce, origin, now)

            done = await self.store.change(device.id, step)
        self.known.put(done.device)
        return self._answer(done.device, None, None)

    async def authority(self, now: datetime) -> Authority:
        """Made and recorded when it is first needed."""
        if not self._authority:
            self._authority.append(await self.store.authority(partial(founded, self.domain, now)))
        return self._authority[0]

    def _reported(
        self,
        said: Report,
        before: Device,
        beside: Beside,
        ours: tuple[Authority, str],
        origin: Origin,
        now: datetime,
    ) -> Stepped:
        authority, nonce = ours
        taken = reporting.take(said, before, authority, self.rules.certificate, nonce, now)
        after = taken.device
        new_tunnel = after.tunnel_key is not None and after.tunnel_key != before.tunnel_key
        if new_tunnel:
            _require_own_tunnel_key(after, beside)
        changed = (*differences(before.facts, after.facts), *_tunnel(before, after))
        entries = []
        if changed or before.stale:
            entries.append(records.reported_otherwise(after, changed, now, origin, was_stale=before.stale))
        if taken.issued is not None:
            entries.append(records.renewed(after, taken.issued.leaf, now, origin))
        return Stepped(after, entries, Change(now, changed) if changed else None, taken.issued)

    def _answer(self, device: Device, authority: Authority | None, issued: Issued | None) -> Reported:
        return Reported(
            standing=device.standing,
            nonce=device.nonce,
            report_within=self._report_within(device.standing),
            failing=[check.value for check in Check if passes(check, device.facts) is False],
            certificate=_chain(issued),
            authority=None if authority is None or issued is None else _pem(authority),
        )

    def _report_within(self, standing: Standing) -> int:
        """Seconds."""
        asks = standing in (Standing.WAITING, Standing.BLOCKED)
        within = min(self.rules.report, WHILE_CLOSED) if asks else self.rules.report
        return int(within.total_seconds())

    async def _whose(self, token: str, origin: Origin, now: datetime) -> Device:
        """By what it says; nothing proves it yet. Raises NotTaken."""
        try:
            name = read_device_id(device_of(token))
        except NotSigned:
            name = None
        device = None if name is None else self.known.by_id(name) or await self.store.device(name)
        if device is not None:
            return device
        refused = NotTaken(reporting.Refusal.SIGNATURE)
        await self._refused(refused, None, origin, now)
        raise refused

    @asynccontextmanager
    async def _taking(self, device: Device, origin: Origin, now: datetime) -> AsyncIterator[None]:
        """What is refused is recorded, and told with the nonce of now where it may be told."""
        try:
            yield
        except NotTaken as refused:
            await self._refused(refused, device, origin, now)
            if refused.tell_nonce:
                found = await self.store.device(device.id)
                refused.nonce = None if found is None else found.nonce
            raise

    def _require_seldom(self, device: Device, now: datetime) -> None:
        """Counted when it is known to be the device's own: nobody uses up another's. Raises NotTaken."""
        if self._often.of(device.id, now).take(now) is None:
            raise NotTaken(reporting.Refusal.TOO_MANY)

    async def _refused(self, refused: NotTaken, device: Device | None, origin: Origin, now: datetime) -> None:
        proven = device is not None and refused.refusal is not reporting.Refusal.SIGNATURE
        sparing = self._of_each.of(device.id, now) if device is not None and proven else self._strangers
        left_out = sparing.take(now)
        if left_out is not None:
            reason, detail = refused.refusal.value, refused.detail
            await self.record([records.report_refused(now, reason, detail, origin, left_out, device)])

    @asynccontextmanager
    async def _enrolling(self, text: str, origin: Origin, now: datetime) -> AsyncIterator[None]:
        """`text`: the code that was said; empty where none is looked at."""
        try:
            right = await self._counted(text, origin, now)
            try:
                yield
            except NotEnrolled as refused:
                if refused.refusal is not enrolling.Refusal.CODE:
                    await right()
                raise
            await right()
        except NotEnrolled as refused:
            await self.refused(refused, text, origin, now)
            raise

    async def _counted(self, text: str, origin: Origin, now: datetime) -> Callable[[], Awaitable[object]]:
        """Raises NotEnrolled."""
        right = await self.guess(origin.address, now) if text else _nothing
        if right is None:
            raise NotEnrolled(enrolling.Refusal.TOO_MANY)
        return right

    async def refused(self, refused: NotEnrolled, text: str, origin: Origin, now: datetime) -> None:
        """Record it; of a code that is known, with whose it is. `text`: the code that was said."""
        left_out = self._strangers.take(now)
        if left_out is not None:
            code = await self.store.code(text) if text else None
            reason = refused.refusal.value
            await self.record([records.enrolment_refused(now, reason, origin, left_out, code)])


async def _nothing() -> None:
    """No code was tried."""


def _left(said: Farewell, before: Device, nonce: str, origin: Origin, now: datetime) -> Stepped:
    after = reporting.leave(said, before, nonce, now)
    return Stepped(after, [records.farewell(after, now, origin)])


def _there(kept: Device | None) -> Device:
    if kept is None:
        raise NotTaken(reporting.Refusal.SIGNATURE)
    return kept


def _require_own_keys(proof: Complete, device: Device, beside: Beside) -> None:
    """Raises NotEnrolled."""
    if beside.key_in_use(proof.key):
        raise NotEnrolled(enrolling.Refusal.KEY_IN_USE)
    if proof.tunnel_key is not None and beside.tunnel_key_in_use(proof.tunnel_key, but=device.id):
        raise NotEnrolled(enrolling.Refusal.TUNNEL_KEY_IN_USE)


def _require_own_tunnel_key(device: Device, beside: Beside) -> None:
    """Raises NotTaken."""
    if beside.tunnel_key_in_use(device.tunnel_key or "", but=device.id):
        raise NotTaken(reporting.Refusal.TUNNEL_KEY_IN_USE)


def _tunnel(before: Device, after: Device) -> tuple[Difference, ...]:
    if before.tunnel_key == after.tunnel_key:
        return ()
    return (Difference(TUNNEL_KEY, before.tunnel_key or "", after.tunnel_key or ""),)


def _nonce() -> str:
    return secrets.token_urlsafe(24)


def _chain(issued: Issued | None) -> str | None:
    return None if issued is None else issued.chain


def _pem(authority: Authority) -> str:
    return authority.certificate.public_bytes(Encoding.PEM).decode()
