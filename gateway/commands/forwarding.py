"""The log goes out to the receivers that the settings name; one node does it for all."""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta

import structlog

from config.settings import AuditReceiver
from config.vocabulary import SubjectId
from gateway.commands.control_plane import ControlPlane
from gateway.commands.notices import surroundings
from gateway.commands.state import now
from gateway.commands.troubles import LastingTrouble
from gateway.forwarding.forwarder import Forwarder, Line, NotTaken
from gateway.forwarding.message import Wanted
from gateway.forwarding.syslog import Syslog
from gateway.forwarding.webhook import Webhook
from gateway.storage.audit import append
from gateway.storage.forwarding import StoredReceivers

log = structlog.get_logger("forwarding")
LOOK_EVERY = 1.0  # seconds, where a receiver has all there is
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds after a failure, doubled each time
FIGURES_EVERY = timedelta(seconds=15)


async def forward(plane: ControlPlane, receiver: AuditReceiver) -> None:
    """For as long as the process serves. A failure of one is nobody else's."""
    store = _store(plane)
    forwarder = _forwarder(plane, receiver, store)
    lasting = LastingTrouble("audit.receiver_trouble", {"receiver": receiver.name})
    down_after, failures = plane.settings.audit.receiver_down_after, 0
    try:
        while True:
            if not plane.nodes.leads:
                await forwarder.rest()
                store.rest(receiver.name)
                await asyncio.sleep(LOOK_EVERY)
                continue
            begun = asyncio.get_running_loop().time()
            try:
                more = await forwarder.step()
            except NotTaken as trouble:
                failures += 1
                lasting.tell(trouble)
                await store.failed(receiver.name, trouble, now(), down_after)
                await asyncio.sleep(pause_after(failures, random.random()))  # noqa: S311 - no secret
                continue
            failures = 0
            lasting.over()
            # a long backlog leaves half of the time to those who sign in
            await asyncio.sleep(asyncio.get_running_loop().time() - begun if more else LOOK_EVERY)
    finally:
        await forwarder.rest()


def pause_after(failures: int, chance: float) -> float:
    """Seconds; `chance` from 0 to 1 spreads those who try at the same time."""
    longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 10))
    return longest * (0.5 + chance / 2)


async def keep_receiver_figures(plane: ControlPlane) -> None:
    names: Sequence[str] = [one.name for one in plane.settings.audit.receivers]
    while True:
        for one in await _store(plane).standing():
            if one.name in names:
                plane.metrics.receiver_behind.labels(one.name).set(one.behind)
                late = (now() - one.waiting_since).total_seconds() if one.waiting_since else 0.0
                plane.metrics.receiver_late.labels(one.name).set(max(0.0, late))
        await asyncio.sleep(FIGURES_EVERY.total_seconds())


def _store(plane: ControlPlane) -> StoredReceivers:
    return StoredReceivers(plane.state.database, append, plane.state.seal, plane.state.log_known)


def _forwarder(plane: ControlPlane, receiver: AuditReceiver, store: StoredReceivers) -> Forwarder:
    wanted = Wanted(
        form=receiver.form,
        origin=plane.settings.public.domain,
        only=receiver.only,
        language=receiver.language,
    )
    syslog = receiver.kind == "syslog"
    makes = {"syslog": wanted.syslog, "webhook": wanted.line, "mail": wanted.mail}
    return Forwarder(
        receiver.name,
        store,
        _line(plane, receiver),
        makes[receiver.kind],
        now,
        receiver.repeat if syslog else timedelta(0),
        receiver.from_beginning,
    )


def _line(plane: ControlPlane, receiver: AuditReceiver) -> Line:
    match receiver.kind:
        case "syslog":
            return Syslog(receiver)
        case "webhook":
            return Webhook(receiver, now)
        case "mail":
            from gateway.forwarding.mail import Mail  # noqa: PLC0415 - only who sends mail pays for it
            from gateway.notices.mail import Mail as Server  # noqa: PLC0415

            smtp = plane.settings.notifications.smtp
            assert smtp is not None
            assert receiver.address is not None
            server = Server(smtp, surroundings(plane.settings), _nobody, (), now)
            return Mail(smtp.sender, receiver.address, server.hand_over, now, receiver.language)


async def _nobody(_: SubjectId) -> str | None:
    return None
