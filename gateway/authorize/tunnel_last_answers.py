"""Who signs out at a page that came through the tunnel gets the answer: its connection passes for a moment more. Pure.

Laws: only who signed out themselves has that moment, once and while the device is in use; targets and names are over at
once, and so is whatever was granted by the tunnel: what else is asked for there is decided anew, and refused.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from gateway.authorize.tunnel_held import Held
from gateway.authorize.tunnel_of_whom import why_over
from gateway.devices.device import Device
from gateway.sessions.session import EndReason
from gateway.tunnels.permits import Admitted

ANSWERED_WITHIN = timedelta(seconds=1)
"""Whatever is revoked is over within it."""


def answered_until(held: Held, device: Device | None, now: datetime) -> datetime | None:
    """Of one that is over. None: nothing is answered any more."""
    if why_over(held.opened, device, now) is not None:
        return None
    if (until := held.answers_until) is not None:
        return until if until - ANSWERED_WITHIN <= now < until else None  # of a clock that is put back too
    session, admitted = held.session, held.admitted
    if session is None or session.end_reason is not EndReason.SIGNED_OUT:
        return None
    if admitted is None or admitted.until is None or now >= admitted.until or not admitted.pages:
        return None
    return min(admitted.until, now + ANSWERED_WITHIN)


def answers_alone(admitted: Admitted, until: datetime) -> Admitted:
    return replace(admitted, until=until, targets={}, names={}, domains=frozenset())
