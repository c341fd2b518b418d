"""Pages through a tunnel: until when its device is let in, where they are, and whose request it is. Pure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from config.vocabulary import device_subject
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.tunnel_held import Held
from gateway.tunnel_sessions.opened import Opened
from gateway.tunnel_sessions.pages import Pages
from gateway.tunnels.peers import Address
from gateway.tunnels.permits import Admitted

Whose = Callable[[Address], Held | None]


def with_pages(wanted: Admitted, held: Held, pages: Pages, snapshot: Snapshot, now: datetime) -> Admitted:
    """Awake also where it reaches nothing else: a page says why."""
    opened, session = held.opened, held.session
    domains = frozenset() if session is None else pages.of_people_in(session.municipalities())
    if not domains or held.decided is None or snapshot.suspended(device_subject(opened.device), now):
        return wanted
    until = min(held.decided.ends(opened), now + snapshot.grant_lifetime)
    return replace(wanted, until=until if wanted.until is None else max(wanted.until, until), pages=domains)


def opened_at(address: Address, whose: Whose, now: datetime) -> Opened | None:
    """The tunnel that is open, and lets packets through, of the device with that address."""
    held = whose(address)
    return held.opened if held is not None and held.passes(now) else None


def domains_of(opened: Opened, whose: Whose) -> frozenset[str]:
    """Below which its device asks for pages in the tunnel."""
    for held in map(whose, opened.addresses):
        if held is not None and held.admitted is not None:
            return held.admitted.pages
    return frozenset()
