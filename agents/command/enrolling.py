"""Enrols this machine: runs the machine of `agents.enrol` over a line, and keeps what came of it."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from agents.enrol.enrolment import (
    LOST,
    Event,
    GiveUp,
    Keep,
    SayBegin,
    SayComplete,
    begun,
    step,
)
from agents.kept.state import TRUST, Enrolment, State
from agents.keys.browser import request_of
from agents.keys.key import DeviceKey
from agents.posture.asking import Machine
from agents.posture.serial import serial_of
from agents.protocol.messages import Begin, Complete, Enrolled
from agents.uplink import speaking
from agents.uplink.speaking import Speaks
from agents.version import VERSION


class AlreadyEnrolled(Exception):
    """First `brana-agent forget`."""


class NotEnrolled(Exception):
    def __init__(self, gave_up: GiveUp) -> None:
        super().__init__(gave_up.ending.value)
        self.gave_up = gave_up


def enrol(  # what a person says, and the world
    state: State,
    line: Speaks,
    machine: Machine,
    *,
    url: str,
    trust: bytes | None,
    code: str,
    name: str,
    new_key: Callable[[State], DeviceKey],
) -> Enrolled:
    """`trust`: authorities in PEM, which are kept.

    Raises AlreadyEnrolled, NotEnrolled, NotKept, Damaged, ChipFails, KeyLost.
    """
    if state.enrolment() is not None:
        raise AlreadyEnrolled
    state.wipe_keys()  # of a try that did not end
    state.folder.has_room()
    key = new_key(state)
    state.keep_trust(trust)
    request = request_of(state.next_key())
    at, action = begun()
    while True:
        match action:
            case Keep(enrolled):
                kept = Enrolment(
                    url=url, trust=None if trust is None else TRUST, key_kind=key.kind, enrolled=enrolled
                )
                state.keep_enrolment(kept)
                state.browser(enrolled)
                return enrolled
            case GiveUp():
                state.wipe_keys()
                state.keep_trust(None)
                raise NotEnrolled(action)
            case SayBegin(wait):
                time.sleep(wait.total_seconds())
                heard: Event = speaking.begin(line, Begin(code=code, key=key.public)) or LOST
            case SayComplete(nonce, wait):
                time.sleep(wait.total_seconds())
                proof = Complete(
                    nonce=nonce,
                    code=code,
                    key=key.public,
                    key_kind=key.kind,
                    request=request,
                    name=name,
                    asset=serial_of(machine, sys.platform),
                    agent=VERSION,
                )
                heard = speaking.complete(line, proof, key) or LOST
        at, action = step(at, heard, datetime.now(UTC))
