"""Keeps the tunnel as it is wanted and as the gateway gives it: asks, and has the interface follow."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from agents.protocol.messages import Refusal
from agents.protocol.tunnel import NOT_OFFERED, TunnelGiven
from agents.tunnel.linux import TunnelFailed
from agents.tunnel.plan import BadKey, Plan, plan_of
from agents.tunnel.standing import AGAIN, Standing, ended, heard, until

Ask = Callable[[bool], TunnelGiven | Refusal | None]
"""Up or down; None: nobody answered."""


class Device(Protocol):
    """Its methods raise TunnelFailed."""

    filed: bool
    """Somebody else's WireGuard makes the interface, of a file."""

    def begin(self, plan: Plan, private: bytes) -> None: ...
    def change(self, plan: Plan) -> None: ...
    def end(self) -> None: ...


class Tunnelling:
    """`names`: has names be asked in the tunnel; whether that went well."""

    def __init__(self, device: Device, private: Callable[[], bytes], names: Callable[[Plan], bool]) -> None:
        self._device = device
        self._private = private
        self._names = names
        self._plan: Plan | None = None
        self._first = True
        self._over_at: datetime | None = None
        self.standing = Standing()
        self.why = ""
        """Why the interface could not be made, of the system."""
        self.names_well = True
        self.asked_at: datetime | None = None

    @property
    def filed(self) -> bool:
        return self._device.filed

    def turn(
        self, ask: Ask, now: datetime, *, wanted: bool, told: Callable[[], None] | None = None
    ) -> datetime | None:
        """Until when there is nothing to do; None: nothing at all. `told`: called once the gateway has heard that it is
        not wanted; None: it has.
        """
        if not wanted:
            self._stand(Standing())
            return None if told is None else self._over(ask, now, told)
        self._over_at = None
        self.standing = ended(self.standing, now)
        if self.standing.due(now):
            self.standing = heard(self.standing, ask(True), now)
            self.asked_at = now
        self._stand(self.standing)
        return until(self.standing, now)

    def _over(self, ask: Ask, now: datetime, told: Callable[[], None]) -> datetime | None:
        """It is closed here already; there it stays open until the gateway hears of it."""
        if (
            self._over_at is None or not self._over_at - AGAIN <= now < self._over_at
        ):  # or the clock was set back
            said = ask(False)
            if isinstance(said, TunnelGiven) or (isinstance(said, Refusal) and said.reason == NOT_OFFERED):
                told()
                self._over_at = None
                return None
            self._over_at = now + AGAIN
        return self._over_at

    def soon(self) -> None:
        """Somebody waits for it: the gateway is asked at the next turn."""
        self.standing = replace(self.standing, ask_at=None)
        self._over_at = None

    def leave(self) -> None:
        """The agent ends; the interface with it."""
        self._stand(Standing())

    def _stand(self, standing: Standing) -> None:
        self.standing = standing
        try:
            self._follow(None if standing.given is None else plan_of(standing.given))
        except (TunnelFailed, BadKey) as error:
            self.why, self._plan, self._first = str(error), None, True
            with suppress(TunnelFailed):
                self._device.end()
            self.standing = Standing(None, standing.ask_at, "failed", asked_at=standing.asked_at)

    def _follow(self, plan: Plan | None) -> None:
        before = self._plan
        if plan is None:
            if before is not None or self._first:
                self._device.end()
        elif before is None or (before.gateway_key, before.own) != (plan.gateway_key, plan.own):
            self._device.begin(plan, self._private())
        elif before != plan:
            self._device.change(plan)
        if plan is not None and before != plan:
            self.names_well = self._names(plan)
        self._plan, self._first = plan, False
