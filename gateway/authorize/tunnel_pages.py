"""Pages through a tunnel: until when its device is let in, where they are, and whose request it is. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address

from config.vocabulary import device_subject
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.tunnel_held import Held, NotOpened
from gateway.authorize.tunnel_places import inside
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnel_sessions.pages import Pages
from gateway.tunnels.peers import Address, Network
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


def place_of(address: str, pools: Iterable[Network], whose: Whose) -> str:
    """Of who opens a tunnel: through another one, or the one before, they are where its device is. Raises NotOpened."""
    if not inside(address, pools):
        return address
    held = whose(ip_address(address))
    if held is None:  # it ended meanwhile, and nobody knows any more
        raise NotOpened(Why.NOT_OPENED)
    return held.opened.place


def domains_of(opened: Opened, whose: Whose) -> frozenset[str]:
    """Below which its device asks for pages in the tunnel."""
    for held in map(whose, opened.addresses):
        if held is not None and held.admitted is not None:
            return held.admitted.pages
    return frozenset()
