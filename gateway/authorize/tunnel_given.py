"""What a device is told of its tunnel: the other end, what it reaches until when, and what its person does about the
rest. Pure.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network

from agents.protocol.tunnel import Link, NotReached, Reached, Transport, TunnelGiven
from agents.protocol.tunnel import Why as ToldWhy
from config.settings import Tunnels, TunnelTarget
from config.tunnel_pools import gateway_of
from config.vocabulary import Language
from gateway.authorize import through_tunnel
from gateway.authorize.contact import with_contact
from gateway.authorize.through_tunnel import Decided
from gateway.authorize.tunnel_words import WORDS
from gateway.authorize.verdict import Text
from gateway.sessions.stronger import link
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnel_sessions.targets import Targets
from gateway.tunnels.keys import TunnelKey

CS, EN = Language.CZECH, Language.ENGLISH
KEEPALIVE = 25  # seconds: routers forget who spoke after 30 at the soonest
ASK_AGAIN = 60  # seconds
LONGEST_WORDS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Of this installation. `portal`: origin of the portal; `support`: whom people call."""

    tunnels: Tunnels
    portal: str
    support: str | None
    resolves: bool = False
    """Names are answered in the tunnel."""
    pages: Collection[str] = ()
    """Domains of pages that the device reaches through it."""

    @property
    def page(self) -> str:
        return f"{self.portal}/tunnel"


def given(
    found: tuple[Opened, Decided | None] | None,
    closed: Why | None,
    key: TunnelKey | None,
    target: Callable[[str], TunnelTarget | None],
    place: Place,
    nonce: str,
) -> TunnelGiven:
    """`found`: what is open for the device. `closed`: why nothing can be. `key`: the gateway's, where it is known."""
    if found is None or key is None:
        why = (closed or Why.NOT_OPENED) if found is None else Why.AWAY
        told = _why(why, *WORDS[why], place.page, place.support)
        return TunnelGiven(nonce=nonce, again_within=ASK_AGAIN, open_at=place.page, why=told)
    opened, decided = found
    answers = {} if decided is None else decided.answers
    known = [(one, answer) for name, answer in answers.items() if (one := target(name)) is not None]
    return TunnelGiven(
        nonce=nonce,
        again_within=ASK_AGAIN,
        open_at=place.page,
        link=_link(opened, opened.until if decided is None else decided.ends(opened), key, place),
        reached=[
            _reached(one, opened, answer)
            for one, answer in known
            if isinstance(answer, through_tunnel.Reached)
        ],
        not_reached=[
            _not_reached(one, answer, place)
            for one, answer in known
            if isinstance(answer, through_tunnel.NotReached)
        ],
    )


def _link(opened: Opened, until: datetime, key: TunnelKey, place: Place) -> Link:
    tunnels = place.tunnels
    known = Targets.of(tunnels.targets, tunnels.domains).domains
    domains = sorted({*known, *place.pages}) if place.resolves else []
    servers = _servers(opened, tunnels)
    return Link(
        host=tunnels.endpoint,
        port=tunnels.port,
        gateway_key=key,
        addresses=sorted(str(one) for one in opened.addresses),
        mtu=tunnels.mtu,
        keepalive=KEEPALIVE,
        until=until,
        opened_by=opened.login,
        opened_at=opened.at,
        servers=servers if domains else [],
        domains=domains,
    )


def _servers(opened: Opened, tunnels: Tunnels) -> list[str]:
    """The gateway's own address of each pool from which the device has one."""
    written = (tunnels.pool_ipv4, tunnels.pool_ipv6)
    pools = [ip_network(one) for one in written if one is not None]
    return [str(gateway_of(pool)) for pool in pools if any(one in pool for one in opened.addresses)]


def _reached(one: TunnelTarget, opened: Opened, answer: through_tunnel.Reached) -> Reached:
    return Reached(
        id=one.id,
        cs=one.title.cs,
        en=one.title.en,
        name=one.name,
        addresses=one.addresses,
        transport=Transport(one.transport),
        ports=one.ports,
        until=min(answer.until, opened.until),
    )


def _not_reached(one: TunnelTarget, answer: through_tunnel.NotReached, place: Place) -> NotReached:
    refused = answer.refused
    stronger = link(refused.reason, "/tunnel")
    go_to = f"{place.portal}{stronger}" if stronger else None
    why = _why(refused.reason, refused.title, refused.advice, go_to, place.support)
    return NotReached(id=one.id, cs=one.title.cs, en=one.title.en, why=why)


def _why(reason: str, title: Text, advice: Text, go_to: str | None, support: str | None) -> ToldWhy:
    cs, en = (
        f"{title[language]}. {with_contact(advice[language], language, support)}"[:LONGEST_WORDS]
        for language in (CS, EN)
    )
    return ToldWhy(reason=str(reason), cs=cs, en=en, go_to=go_to)
