"""A device says good-bye: the gateway retires it, and nothing secret is left here."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from agents.browsers.browsers import Browsers
from agents.command import keys
from agents.command.lines import TrustUnreadable, line_to, trust_of
from agents.command.service import SHOWN
from agents.kept.folder import Folder, alone
from agents.kept.state import Damaged, Enrolment, State
from agents.keys.key import ChipFails, KeyLost
from agents.protocol.messages import Refusal, Reported
from agents.tunnel.tunnelling import Device
from agents.uplink import speaking
from agents.uplink.line import NoAddress
from agents.uplink.speaking import Speaks
from agents.uplink.uplink import GONE, TELLS_NONCE, Passed, begun, step

NOBODYS = "https://devices.invalid"
"""Of whom nothing is known any more (RFC 2606): what is in browsers is found by its name."""


def say_farewell(state: State, enrolment: Enrolment, line: Speaks, chip: str) -> bool:
    """Whether the gateway took it. Raises NotKept."""
    uplink = begun(state.uplink(enrolment.enrolled))
    if uplink.gone:  # the gateway said so, and the key was deleted at that
        return True
    try:
        key = keys.kept(state, enrolment.key_kind, chip)
    except KeyLost:
        return False
    heard: Reported | Refusal | None = None
    for _ in range(2):  # once more with a nonce that was told
        uplink, say = step(replace(uplink, under_way=False, due_at=None), Passed(), datetime.now(UTC), 0.0)
        if say is None:
            return True  # it is gone there already
        state.keep_uplink(uplink)
        try:
            heard = speaking.farewell(line, say, enrolment.enrolled.device, key)
        except (KeyLost, ChipFails):
            return False
        if not (isinstance(heard, Refusal) and heard.nonce is not None and heard.reason in TELLS_NONCE):
            break
        uplink = replace(uplink, nonce=heard.nonce)
    # One whose farewell was heard and its answer lost is gone there.
    return isinstance(heard, Reported) or (isinstance(heard, Refusal) and heard.reason == GONE)


def enrolment_of(state: State) -> Enrolment | None:
    """None also where it is damaged: then there is nobody to tell. Raises NotKept where it may not be read."""
    try:
        return state.enrolment()
    except Damaged:
        return None


def forget(
    state: State, shown: Folder, chip: str, browsers: Callable[[str], Browsers], tunnel: Device
) -> str:
    """What to tell, by its name in `words.SAYS`. Raises Busy, NotKept, TunnelFailed."""
    with alone(state.folder):
        tunnel.end()
        enrolment = enrolment_of(state)
        taken = False
        if enrolment is not None:
            with contextlib.suppress(TrustUnreadable, NoAddress):
                taken = say_farewell(
                    state, enrolment, line_to(enrolment.url, trust_of(state, enrolment)), chip
                )
        state.wipe_keys()  # the enrolment only afterwards: who is ended here says `forget` once more
        browsers(NOBODYS if enrolment is None else enrolment.url).take_away()
        state.wipe()
        shown.remove(SHOWN)
    if enrolment is None:
        return "not_enrolled"
    return "forgotten" if taken else "forgotten_here"
