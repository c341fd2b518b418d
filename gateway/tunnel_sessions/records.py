"""What the log keeps of tunnels."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from config.networks import parsed
from config.settings import TunnelTarget
from config.vocabulary import DeviceId
from gateway.audit.canonical import Detail
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.rested_on import details_of
from gateway.audit.sparing import told
from gateway.sessions.office import entry_of
from gateway.sessions.session import Session
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnels.peers import Address
from gateway.tunnels.permits import Target
from gateway.tunnels.refusals import Refused
from idp.events import Origin
from policies.model import Question


def placed(entry: Entry, whose: Callable[[Address], Opened | None]) -> Entry:
    """As the log is to keep it: what came through a tunnel bears where its device is, and its address in the tunnel
    beside that. `whose`: the tunnel with that address.
    """
    here = parsed(entry.address) if entry.address else None
    one = None if here is None else whose(here)
    if here is None or one is None:
        return entry
    return replace(entry, address=one.place, details={**entry.details, "tunnel_address": str(here)})


def opened(one: Opened, origin: Origin) -> Entry:
    entry = of(one, Code.TUNNEL_OPENED, one.at)
    told = {**entry.details, "until": _text(one.until), "addresses": sorted(map(str, one.addresses))}
    return replace(entry, address=one.address, request_id=origin.request_id, details=told)


def moved(one: Opened, before: Opened, now: datetime, origin: Origin) -> Entry:
    entry = of(one, Code.TUNNEL_MOVED, now)
    return replace(entry, request_id=origin.request_id, details=entry.details | {"before": before.place})


def two_places(one: Opened, elsewhere: str, now: datetime) -> Entry:
    """`elsewhere`: where packets come from."""
    entry = of(one, Code.TUNNEL_TWO_PLACES, now)
    details = entry.details | {"elsewhere": elsewhere}
    return replace(entry, outcome=Outcome.REFUSED, reason=Why.TWO_PLACES, details=details)


def place_unknown(one: Opened, why: Why, now: datetime) -> Entry:
    return replace(of(one, Code.TUNNEL_PLACE_UNKNOWN, now), outcome=Outcome.REFUSED, reason=why)


def place_known(one: Opened, now: datetime) -> Entry:
    return of(one, Code.TUNNEL_PLACE_KNOWN, now)


def not_opened(device: DeviceId, session: Session, why: Why, origin: Origin, now: datetime) -> Entry:
    entry = entry_of(
        session,
        Code.TUNNEL_NOT_OPENED,
        now,
        outcome=Outcome.REFUSED,
        address=origin.address,
        request_id=origin.request_id,
    )
    return replace(entry, reason=why, details=entry.details | {"device": device})


def closed(one: Opened, why: Why, now: datetime, origin: Origin | None = None) -> Entry:
    """`origin`: where the act came from; None: nobody did it."""
    entry = replace(of(one, Code.TUNNEL_CLOSED, now), reason=why)
    return entry if origin is None else replace(entry, address=origin.address, request_id=origin.request_id)


def reached(
    one: Opened,
    target: TunnelTarget,
    rule: str,
    version: str,
    until: datetime,
    asked: Question | None,
    now: datetime,
) -> Entry:
    """`asked`: what the policies were; the entry keeps the whole question, as that of a request does."""
    entry = _about(one, Code.TUNNEL_PERMITTED, target, now)
    details = entry.details | _rests_on(asked) | {"until": _text(until), "protocol": target.protocol}
    return replace(entry, rule=rule, policy_version=version, details=details)


def not_reached(
    one: Opened,
    target: TunnelTarget,
    reason: str,
    rule: str,
    version: str,
    asked: Question | None,
    now: datetime,
) -> Entry:
    """`asked`: None where it was refused before the policies were."""
    entry = _about(one, Code.TUNNEL_REFUSED, target, now)
    details = entry.details | _rests_on(asked) | {"protocol": target.protocol}
    return replace(
        entry, outcome=Outcome.REFUSED, reason=reason, rule=rule, policy_version=version, details=details
    )


def tried(one: Opened, what: Refused, target: TunnelTarget | None, reason: str, now: datetime) -> Entry:
    entry = of(one, Code.TUNNEL_TRIED, now) if target is None else _about(one, Code.TUNNEL_TRIED, target, now)
    return replace(
        entry,
        outcome=Outcome.REFUSED,
        reason=reason,
        details=entry.details | at(what.target) | told(what.left_out),
    )


def tried_by_one_of(
    those: Sequence[Opened], what: Refused, target: TunnelTarget | None, since: datetime, at: datetime
) -> Entry:
    """Two people had the tunnel of a shared device between those moments: it is in the log as nobody's."""
    entry = tried(those[-1], what, target, Why.OPENED_ANEW, at)
    details = {name: one for name, one in entry.details.items() if name != "tunnel"}
    details |= {"tunnels": [one.id for one in those], "since": since.isoformat(timespec="milliseconds")}
    return replace(entry, subject="", person="", session="", own_municipality="", address="", details=details)


def connection(
    one: Opened, code: Code, place: Target, target: TunnelTarget | None, now: datetime, **told: str | int
) -> Entry:
    entry = of(one, code, now) if target is None else _about(one, code, target, now)
    return replace(entry, details={"target": "", **entry.details, **at(place), **told})


def of(one: Opened, code: Code, now: datetime) -> Entry:
    return Entry(
        code=code,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=one.subject,
        person=one.login,
        session=one.session,
        own_municipality=one.municipality or "",
        address=one.place,
        details={"device": one.device, "tunnel": one.id},
    )


def at(place: Target) -> dict[str, str | int]:
    """Of a service, as details."""
    host = f"[{place.host}]" if place.host.version == 6 else str(place.host)
    return {"host": f"{host}:{place.port}/{place.transport}"}


def _rests_on(asked: Question | None) -> dict[str, Detail]:
    return {} if asked is None else details_of(asked)


def _about(one: Opened, code: Code, target: TunnelTarget, now: datetime) -> Entry:
    entry = of(one, code, now)
    return replace(
        entry,
        municipality=target.municipality,
        application=target.application,
        action=target.action,
        details=entry.details | {"target": target.id},
    )


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
