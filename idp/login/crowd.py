"""How many sign-ins may be under way at once, and whose goes when there is no more room.

Strangers' count by address, by network and all together; those of known browsers by browser and by person, and take no
room of strangers. Where a network or the whole is full, the newcomer gets in for the oldest of whoever has the most: a
flood makes room for its neighbours. First of a person at whom more sign-ins stand there than anybody needs, for one
password that is known suffices to make them; else of those in which nothing was shown.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from config.vocabulary import SubjectId
from idp import events
from idp.events import Origin
from idp.login import purses
from idp.login.book import Book, Flow, UnderWay
from idp.login.handle import HandleHash
from idp.login.purses import CrowdLimits

FLOWS_PER_ADDRESS = 300  # unfinished at once: a whole office at eight o'clock, not a flood
FLOWS_PER_PERSON = 1_000  # in all browsers the person is known in
STANDING_OF_PERSON = 20  # in new browsers, the right password shown: tabs and devices, not a flood
FLOWS_TOGETHER = 10_000  # all strangers': about 100 MB at the very most


class Crowd(StrEnum):
    """Why no sign-in is begun now."""

    HERE = "too_many_sign_ins_begun"
    NETWORK = "too_many_sign_ins_from_network"
    PERSON = "too_many_sign_ins_of_person"
    EVERYWHERE = "too_many_sign_ins_at_once"


@dataclass(frozen=True, slots=True)
class Crowded:
    reason: Crowd
    until: datetime
    """When the first of those under way ends of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks for a sign-in, for which relying party (empty: a page of ours)."""

    client: str
    origin: Origin
    now: datetime
    limits: CrowdLimits
    known: HandleHash | None = None
    """Hash of the cookie of a browser that completed a sign-in before."""


def begin(book: Book, flow: Flow, asking: Asking) -> Crowded | None:
    """Keep a new flow, or say why not.

    A browser in which somebody signed in before counts by itself and with its person's others: nobody around it, and
    nobody elsewhere, can use up what it may begin.
    """
    now = asking.now
    people = book.people_of_browser(asking.known) if asking.known is not None else ()
    displaced = False
    if asking.known is not None and people:
        whose = min(people, key=lambda one: book.flows_known_to(one, now).number)
        flow = replace(flow, address=purses.browser_key(asking.known), network=None, known_to=whose)
        full = _here(book, flow, now) or _of_person(book, whose, now)
    else:
        network, _ = purses.network_of(asking.origin.address, asking.limits)
        flow = replace(flow, network=network, known_to=None)
        full = _here(book, flow, now)
        if full is None:
            full, displaced = _room_made(book, asking)
    client, origin, known_to = asking.client, asking.origin, flow.known_to
    if full is not None:
        refused = events.SignInNotBegun(
            at=now, origin=origin, client=client, known_to=known_to, reason=full.reason
        )
        book.record(refused)
        return full
    book.keep_flow(flow)
    begun = events.SignInStarted(at=now, origin=origin, client=client, known_to=known_to, displaced=displaced)
    book.record(begun)
    return None


def _here(book: Book, flow: Flow, now: datetime) -> Crowded | None:
    return _full(book.flows_from(flow.address, now), FLOWS_PER_ADDRESS, Crowd.HERE)


def _of_person(book: Book, subject: SubjectId, now: datetime) -> Crowded | None:
    return _full(book.flows_known_to(subject, now), FLOWS_PER_PERSON, Crowd.PERSON)


def _full(under_way: UnderWay, most: int, reason: Crowd) -> Crowded | None:
    if under_way.number < most or under_way.first_ends is None:
        return None
    return Crowded(reason, under_way.first_ends)


def _room_made(book: Book, asking: Asking) -> tuple[Crowded | None, bool]:
    """Why there is no room, and whether another sign-in had to go for it."""
    limits, now = asking.limits, asking.now
    network, most = purses.network_of(asking.origin.address, limits)
    full = _full(book.flows_in(network, now), most, Crowd.NETWORK)
    if full is not None:
        dropped = _drop_of_a_person(book, network, now) or book.drop_oldest_in(network, now)
        return (None if dropped else full), dropped
    full = _full(book.flows_of_strangers(now), FLOWS_TOGETHER, Crowd.EVERYWHERE)
    if full is None:
        return None, False
    dropped = _drop_of_a_person(book, None, now) or _drop_of_the_fullest(book, limits, now)
    return (None if dropped else full), dropped


def _drop_of_a_person(book: Book, network: str | None, now: datetime) -> bool:
    """In a network, or in all."""
    subject = book.person_standing_most(network, STANDING_OF_PERSON, now)
    return subject is not None and book.drop_oldest_of(subject, network, now)


def _drop_of_the_fullest(book: Book, limits: CrowdLimits, now: datetime) -> bool:
    fullest = _fullest(book, limits, now)
    return fullest is not None and book.drop_oldest_in(fullest, now)


def _fullest(book: Book, limits: CrowdLimits, now: datetime) -> str | None:
    """The network that has the most of what it may have."""
    own = purses.rooms_of_office(limits)
    # all but the office's own may have the same: the first that is none of those stands for them
    found = book.fullest_networks(len(own) + 1, now)
    share = {network: number / own.get(network, limits.sign_ins_per_network) for network, number in found}
    return max(share, key=share.__getitem__, default=None)
