"""The agent at work: runs the machine of `agents.uplink` until it is told to end, or the device is gone."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Event as Flag

import msgspec

from agents.browsers.browsers import Browsers
from agents.command.looking import Looking
from agents.command.shown import shown_of, tunnel_of
from agents.command.waking import Waking, addresses
from agents.kept.folder import Folder, NotKept
from agents.kept.state import Enrolment, State, Trouble
from agents.keys.browser import NotOurs, request_of
from agents.keys.key import ChipFails, DeviceKey, KeyLost
from agents.protocol.messages import Refusal, Reported, Standing
from agents.protocol.tunnel import TunnelAsk, TunnelGiven
from agents.tunnel.tunnelling import Tunnelling
from agents.uplink import speaking
from agents.uplink.speaking import Speaks
from agents.uplink.telling import Facts, tells_otherwise
from agents.uplink.uplink import (
    TELLS_NONCE,
    Lost,
    Passed,
    Say,
    Woken,
    begun,
    beside,
    next_at,
    step,
    told,
)
from config.mapped_code import give_back_code

LONGEST_NAP = timedelta(seconds=10)
"""How late sleep and another network are noticed."""
SHOWN = "status.json"
TROUBLES: Mapping[type[Exception], Trouble] = {
    NotKept: "not_kept",
    KeyLost: "key_lost",
    ChipFails: "chip_fails",
}


class Service:
    """`shown`: a folder for what everybody may read; `chance`: from [0, 1)."""

    def __init__(  # its whole world
        self,
        state: State,
        enrolment: Enrolment,
        key: DeviceKey,
        line: Speaks,
        looking: Looking,
        browsers: Browsers,
        shown: Folder,
        tunnelling: Tunnelling,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._state = state
        self._enrolment = enrolment
        self._key = key
        self._line = line
        self._looking = looking
        self._browsers = browsers
        self._shown = shown
        self._tunnelling = tunnelling
        self._chance = chance
        self._waking = Waking()
        self._uplink = begun(state.uplink(enrolment.enrolled))
        self._taken: Facts | None = None
        self._browser = state.browser(enrolment.enrolled)
        self._last: bytes | None = None
        self._trouble: Trouble | None = None
        self._reason: str | None = None
        self._wanted = False

    def run(self, ended: Flag, poked: Flag) -> bool:
        """Until `ended` is set, or the device is gone: then True, and nothing secret is left. `poked`: look now."""
        self._state.folder.tidy()
        self._furnish()
        give_back_code()  # that which only a start runs
        while not ended.is_set() and not self._uplink.gone:
            now = datetime.now(UTC)
            slept, moved = self._waking.woken(addresses(), now)
            until = self.turn(now, slept=slept, moved=moved)
            self._waking.sleeps_until(until)
            poked.wait(max(0.0, (until - datetime.now(UTC)).total_seconds()))
            if poked.is_set():
                poked.clear()
                self._hurry(datetime.now(UTC))
        self._tunnelling.leave()
        if self._uplink.gone:
            self._leave()
        self._show()
        return self._uplink.gone

    def _hurry(self, now: datetime) -> None:
        """Somebody waits for the tunnel: who is not in use yet asks first whether that is still so."""
        self._tunnelling.soon()
        if self._uplink.standing is not Standing.ACTIVE:
            self._uplink, _ = step(self._uplink, Woken(), now, 0.0)

    def turn(self, now: datetime, *, slept: bool = False, moved: bool = False) -> datetime:
        """Looks, and says what is to be said; until when there is nothing more to do."""
        if slept:
            self._looking.forget()
        if slept or moved:
            self._uplink, _ = step(self._uplink, Woken(), now, self._chance())
        facts = self._looking.look(now)
        otherwise = tells_otherwise(self._taken, facts)
        self._uplink, say = step(self._uplink, Passed(otherwise=otherwise), now, self._chance())
        spoke = say is not None
        while say is not None:
            say = self._said(say, facts, now)
        tunnel_at = self._tunnel(now)
        self._show()
        if spoke:  # TLS, keys and certificates rest until the next report
            give_back_code()
        return min(next_at(self._uplink, now), now + LONGEST_NAP, tunnel_at or now + LONGEST_NAP)

    def _tunnel(self, now: datetime) -> datetime | None:
        """Only a device in use has a tunnel."""
        self._wanted = self._uplink.standing is Standing.ACTIVE and self._state.tunnel_wanted()
        untold = self._uplink.standing is Standing.ACTIVE and self._state.tunnel_untold()
        told = self._state.tunnel_told if untold else None
        return self._tunnelling.turn(lambda up: self._asked(up, now), now, wanted=self._wanted, told=told)

    def _asked(self, up: bool, now: datetime) -> TunnelGiven | Refusal | None:  # noqa: FBT001  # one word of a message
        heard: TunnelGiven | Refusal | None = None
        for _ in range(2):  # once more with a nonce that was told
            self._uplink, say = beside(self._uplink, now)
            try:
                self._state.keep_uplink(self._uplink)
                ask = TunnelAsk(
                    nonce=say.nonce,
                    sequence=say.sequence,
                    tunnel_key=self._state.tunnel_public(),
                    up=up,
                )
                heard = speaking.tunnel(self._line, ask, self._enrolment.enrolled.device, self._key)
            except (NotKept, KeyLost, ChipFails) as error:
                self._trouble = TROUBLES[type(error)]
                return None
            self._uplink = told(self._uplink, None if heard is None else heard.nonce)
            if not (isinstance(heard, Refusal) and heard.nonce is not None and heard.reason in TELLS_NONCE):
                break
        self._keep_quietly()
        return heard

    def _said(self, say: Say, facts: Facts, now: datetime) -> Say | None:
        try:
            self._state.keep_uplink(self._uplink)
            request = self._request(now)
            device = self._enrolment.enrolled.device
            heard = speaking.report(
                self._line, say, facts, request, self._state.tunnel_public(), device, self._key, now
            )
            if isinstance(heard, Reported):
                self._certified(heard)
        except (NotKept, KeyLost, ChipFails) as error:
            self._trouble, self._reason = TROUBLES[type(error)], None
            self._uplink, _ = step(self._uplink, Lost(), now, self._chance())
            return None
        self._note(heard)
        self._uplink, once_more = step(self._uplink, heard or Lost(), now, self._chance())
        if isinstance(heard, Reported):
            self._taken = facts
            self._furnish()
        if once_more is None:
            self._keep_quietly()
        return once_more

    def _request(self, now: datetime) -> bytes | None:
        """For a certificate, where there is none or it is in the last third of its life."""
        if self._uplink.standing is Standing.ACTIVE and (self._browser is None or self._browser.due(now)):
            self._state.folder.has_room()  # a certificate that cannot be kept is not asked for
            return request_of(self._state.next_key())
        return None

    def _certified(self, said: Reported) -> None:
        if said.certificate is not None:
            try:
                self._browser = self._state.certified(said.certificate)
            except NotOurs:
                self._trouble = "refused"

    def _note(self, heard: Reported | Refusal | None) -> None:
        match heard:
            case Reported():
                self._trouble = self._reason = None
            case Refusal():
                self._trouble, self._reason = "refused", heard.reason
            case None:
                self._trouble, self._reason = "unreachable", None

    def _keep_quietly(self) -> None:
        """What was not kept costs one more question after a restart, no more."""
        try:
            self._state.keep_uplink(self._uplink)
        except NotKept:
            self._trouble = "not_kept"

    def _furnish(self) -> None:
        if self._uplink.standing is Standing.ACTIVE and self._browser is not None:
            self._browsers.give(self._browser)
        elif self._uplink.standing is not Standing.ACTIVE:
            self._browsers.take_away()

    def _leave(self) -> None:
        self._browser = None
        self._state.wipe_keys()  # first: whatever keeps the certificate in a browser, the key is gone
        self._browsers.take_away()
        self._keep_quietly()

    def _show(self) -> None:
        """Written where it is other than before; a disk that is full does not stop reports."""
        tunnel = tunnel_of(self._tunnelling) if self._wanted else None
        said = msgspec.json.encode(
            shown_of(self._enrolment, self._uplink, self._browser, self._trouble, self._reason, tunnel)
        )
        if said != self._last:
            try:
                self._shown.write(SHOWN, said)
                self._last = said
            except NotKept:
                return
