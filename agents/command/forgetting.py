"""A device says good-bye: the gateway retires it, and nothing secret is left here."""

from dataclasses import replace
from datetime import UTC, datetime

from agents.command import keys
from agents.kept.state import Damaged, Enrolment, State
from agents.keys.key import KeyLost
from agents.protocol.messages import Refusal, Reported
from agents.uplink import speaking
from agents.uplink.speaking import Speaks
from agents.uplink.uplink import GONE, TELLS_NONCE, Passed, begun, step


def say_farewell(state: State, enrolment: Enrolment, line: Speaks) -> bool:
    """Whether the gateway took it. Raises NotKept."""
    try:
        key = keys.kept(state, enrolment.key_kind)
    except KeyLost:
        return False
    uplink = begun(state.uplink(enrolment.enrolled))
    heard: Reported | Refusal | None = None
    for _ in range(2):  # once more with a nonce that was told
        uplink, say = step(replace(uplink, under_way=False, due_at=None), Passed(), datetime.now(UTC), 0.0)
        if say is None:
            return True  # it is gone there already
        state.keep_uplink(uplink)
        heard = speaking.farewell(line, say, enrolment.enrolled.device, key)
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
