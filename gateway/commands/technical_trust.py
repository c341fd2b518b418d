"""Client certificates while the product runs: when authorities or the list of revocations change, sessions of those
that count no more end at once, with what was remembered of them and their open streams. The others are left alone.
"""

import asyncio
from itertools import groupby

import structlog

from config.settings import Settings, Technical
from config.vocabulary import technical_subject
from gateway.authorize.certificate import why_no_more
from gateway.commands.control_plane import ControlPlane
from gateway.commands.file_stamp import Stamp, stamp
from gateway.commands.state import now
from gateway.commands.technical_accounts import trusted
from gateway.sessions.session import EndReason, Session
from gateway.sessions.technical import certificate_of

log = structlog.get_logger("technical")
LOOK_EVERY = 0.01  # seconds; two calls of stat(2). Envoy reads the files anew at the same time, so the gate needs 60 ms
ONCE_MORE = 5.0  # seconds: Envoy gives up a decision by then, which may still have read the files of before
WITHOUT = 1.0  # seconds between looks at settings that name no authority

Look = tuple[Stamp | None, ...]
"""Of each file."""


async def keep_technical_certificates(plane: ControlPlane) -> None:
    """The round. Begins with a look at what was left open when nobody looked."""
    loop = asyncio.get_running_loop()
    judged: Look | None = None
    again: float | None = None
    while True:
        technical = plane.settings.technical
        if technical is None:
            await asyncio.sleep(WITHOUT)
            continue
        seen = _look(technical)
        if seen != judged:
            judged, again = seen, loop.time() + ONCE_MORE
            await _judge(plane)
        elif again is not None and loop.time() >= again:
            again = None
            await _judge(plane)
        await asyncio.sleep(LOOK_EVERY)


async def _judge(plane: ControlPlane) -> None:
    """What cannot be read yet decides nothing: whoever asks anew is refused meanwhile."""
    try:
        going = _over(plane.settings, await _opened_by_certificate(plane))
    except (OSError, ValueError) as error:
        log.warning("technical.unreadable", cause=str(error))
        return
    for reason, sessions in groupby(sorted(going, key=_reason), key=_reason):
        await plane.office.end([one for _, one in sessions], EndReason(reason), None, now())
    if going:
        await plane.office.in_force()


def _over(settings: Settings, sessions: list[Session]) -> list[tuple[str, Session]]:
    """Those whose certificate is good no more, and why. Raises OSError, ValueError."""
    believed = trusted(settings)
    judged = [(why_no_more(certificate_of(one) or "", believed), one) for one in sessions]
    return [(reason, one) for reason, one in judged if reason is not None]


async def _opened_by_certificate(plane: ControlPlane) -> list[Session]:
    accounts = [technical_subject(one.id) for one in plane.settings.technical_accounts]
    found = await plane.state.sessions.open_of(accounts)
    return [one for one in found.sessions if certificate_of(one) is not None]


def _reason(found: tuple[str, Session]) -> str:
    return found[0]


def _look(technical: Technical) -> Look:
    return tuple(stamp(file) for file in (technical.authority, technical.revocation_list) if file is not None)
