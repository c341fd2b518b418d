"""How many sign-ins may be under way, and whose goes for a newcomer, on the real book."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import Connection, text

from config.settings import OfficeNetwork, SignIn
from config.vocabulary import SubjectId
from gateway.audit.entry import Code
from gateway.storage.database import Database
from gateway.storage.identity_book import IdentityBook
from gateway.storage.tables.identity import sign_in_flow
from idp.events import Origin, SignInStarted
from idp.login import charging, crowd, purses
from idp.login.crowd import (
    FLOWS_PER_ADDRESS,
    FLOWS_PER_PERSON,
    FLOWS_TOGETHER,
    STANDING_OF_PERSON,
    Asking,
    Crowd,
    Crowded,
)
from idp.login.handle import HandleHash, new_flow_id
from tests.gateway.storage.test_identity import flow
from tests.rig.identity_store import Kept, kept_in
from tests.rig.people import JANA_ID, NOON, PETR_ID

LIMITS = SignIn()
LIFE = timedelta(minutes=10)
KNOWN, OTHER, THIRD = (HandleHash(letter * 32) for letter in (b"k", b"o", b"t"))
A_NETWORK, ITS_NEIGHBOUR = "192.0.2.7", "192.0.2.99"
FAR_AWAY = "198.51.100.1"


@pytest.fixture
def kept(database: Database) -> Kept:
    return kept_in(database)


def mark_of(address: str) -> str:
    """With which names of what `fill` makes begin: short, as a server minds how long a name may be."""
    return sha256(address.encode()).hexdigest()[:8]


async def fill(
    kept: Kept,
    number: int,
    address: str,
    limits: SignIn = LIMITS,
    subject: str | None = None,
    of_each: int = 0,
):
    """So many sign-ins of one address, as a flood leaves them: each a microsecond after the one before. At
    `subject`, or at as many people as it takes with `of_each` at everyone.
    """
    network, _ = purses.network_of(address, limits)
    own = {"id", "address", "network", "began_at", "subject"}
    columns = ", ".join(column.name for column in sign_in_flow.columns if column.name not in own)

    def flood(connection: Connection) -> None:
        IdentityBook(connection, kept.seal).keep_flow(flow("pattern"))
        connection.execute(
            text(
                f"INSERT INTO sign_in_flow (id, address, network, began_at, subject, {columns}) "
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number) "
                f"SELECT :mark || '-' || i, :key, :network, began_at + i, "
                f"CASE WHEN :of_each > 0 THEN 'person-' || (i / NULLIF(:of_each, 0)) ELSE :subject END, {columns} "
                "FROM n, sign_in_flow WHERE id = 'pattern'"
            ),
            {
                "number": number,
                "mark": mark_of(address),
                "key": purses.address_key(address),
                "network": network,
                "subject": subject,
                "of_each": of_each,
            },
        )
        IdentityBook(connection, kept.seal).drop_flow("pattern")

    await kept.database.write(flood)


async def begin(
    kept: Kept,
    address: str,
    known: HandleHash | None = None,
    at: datetime = NOON,
    limits: SignIn = LIMITS,
) -> Crowded | None:
    begun = replace(flow(new_flow_id()), address=purses.address_key(address), expires_at=at + LIFE)
    asking = Asking(client="gis", origin=Origin(address=address), now=at, limits=limits, known=known)
    return await kept.store.transact(lambda book: crowd.begin(book, begun, asking))


async def left(kept: Kept, address: str) -> list[int]:
    """Which of those that `fill` made."""
    query = text("SELECT id FROM sign_in_flow WHERE id LIKE :mark || '-%' ORDER BY began_at")
    mark = {"mark": mark_of(address)}
    rows = await kept.database.read(lambda connection: connection.execute(query, mark).scalars().all())
    return [int(name.rpartition("-")[2]) for name in rows]


async def know(kept: Kept, browser: HandleHash, subject: SubjectId = JANA_ID) -> None:
    await kept.store.transact(lambda book: book.keep_browser(browser, subject, NOON))


async def test_a_sign_in_is_begun_in_a_known_browser_only_where_somebody_signed_in(kept: Kept):
    known, stranger = HandleHash(b"k" * 32), HandleHash(b"s" * 32)
    await know(kept, known)

    def beginnings(book: IdentityBook) -> list[SubjectId | None]:
        for handle in (known, stranger, None):
            asking = Asking(client="gis", origin=Origin(), now=NOON, limits=LIMITS, known=handle)
            assert crowd.begin(book, flow(), asking) is None
        return [event.known_to for event in book.events if isinstance(event, SignInStarted)]

    assert await kept.store.transact(beginnings) == [JANA_ID, None, None]


async def test_who_comes_from_a_quiet_network_gets_in_for_the_oldest_of_the_fullest_one(kept: Kept):
    await fill(kept, 9_100, A_NETWORK)
    await fill(kept, 900, "203.0.113.5")
    assert await begin(kept, FAR_AWAY) is None
    assert await left(kept, A_NETWORK) == list(range(2, 9_101))
    assert len(await left(kept, "203.0.113.5")) == 900
    [entry] = kept.entries
    assert (entry.code, entry.details) == (Code.SIGN_IN_STARTED, {"displaced": True})


async def test_who_comes_from_a_quiet_address_of_a_full_network_gets_in_for_the_oldest_of_the_fullest_one(
    kept: Kept,
):
    """One network has a tenth of the whole and no more: nobody elsewhere notices."""
    for number, last in ((250, 11), (299, 12), (251, 13), (200, 14)):
        await fill(kept, number, f"192.0.2.{last}")
    assert await begin(kept, ITS_NEIGHBOUR) is None
    assert [len(await left(kept, f"192.0.2.{last}")) for last in (11, 12, 13, 14)] == [250, 298, 251, 200]
    assert 1 not in await left(kept, "192.0.2.12")
    network, most = purses.network_of(ITS_NEIGHBOUR, LIMITS)
    under_way = await kept.store.look(lambda book: book.flows_in(network, NOON))
    assert under_way.number == most == 1_000


async def test_the_many_networks_of_one_ipv6_household_are_one(kept: Kept):
    for number in range(4):
        await fill(kept, 250, f"2001:db8:1:{number:x}::1")
    assert await begin(kept, "2001:db8:1:ff00::9") is None
    network, _ = purses.network_of("2001:db8:1::", LIMITS)
    assert (await kept.store.look(lambda book: book.flows_in(network, NOON))).number == 1_000


async def test_a_network_of_the_office_that_may_have_more_is_not_the_fullest_for_having_more(kept: Kept):
    limits = SignIn(
        networks=[
            OfficeNetwork(
                networks=["10.0.0.0/8"],
                attempts_per_address=50,
                attempts_per_network=500,
                sign_ins_per_network=8_000,
            )
        ]
    )
    await fill(kept, 7_000, "10.1.2.3", limits)
    await fill(kept, 1_000, A_NETWORK, limits)
    await fill(kept, 2_000, "203.0.113.5", limits)
    assert await begin(kept, FAR_AWAY, limits=limits) is None
    held = [len(await left(kept, one)) for one in ("10.1.2.3", A_NETWORK, "203.0.113.5")]
    assert held == [7_000, 1_000, 1_999]


@pytest.mark.parametrize(
    ("number", "address", "reason"),
    [
        (FLOWS_PER_ADDRESS, A_NETWORK, Crowd.HERE),
        (LIMITS.sign_ins_per_network, ITS_NEIGHBOUR, Crowd.NETWORK),
        (FLOWS_TOGETHER, FAR_AWAY, Crowd.EVERYWHERE),
    ],
)
async def test_sign_ins_in_which_something_was_shown_make_room_for_nobody_and_it_is_told_when_to_come_again(
    kept: Kept, number: int, address: str, reason: Crowd
):
    """Of many people: of one at whom many stand, the next test tells."""
    await fill(kept, number, A_NETWORK, of_each=STANDING_OF_PERSON)
    await know(kept, KNOWN)
    assert await begin(kept, address) == Crowded(reason, NOON + LIFE)
    assert len(await left(kept, A_NETWORK)) == number
    [entry] = kept.entries
    assert (entry.code, entry.reason, entry.application) == (Code.SIGN_IN_NOT_BEGUN, reason, "gis")
    assert await begin(kept, address, KNOWN) is None
    assert await begin(kept, address, at=NOON + LIFE) is None


@pytest.mark.parametrize(
    ("full", "newcomer"), [(LIMITS.sign_ins_per_network, ITS_NEIGHBOUR), (FLOWS_TOGETHER, FAR_AWAY)]
)
async def test_one_known_password_keeps_nobody_out_and_costs_its_person_no_sign_in_elsewhere(
    kept: Kept, full: int, newcomer: str
):
    """Whoever knows one stands at the code as often as they like; a right password costs no guess."""
    await fill(kept, 1, "192.0.2.50", subject=JANA_ID)  # the person's own, and the oldest
    await fill(kept, 20, "192.0.2.60", subject=PETR_ID)
    await fill(kept, 30, "192.0.2.61")
    await fill(kept, full - 51, A_NETWORK, subject=JANA_ID)
    assert await begin(kept, newcomer) is None
    assert await left(kept, A_NETWORK) == list(range(2, full - 50))
    assert [len(await left(kept, f"192.0.2.{last}")) for last in (50, 60, 61)] == [1, 20, 30]
    assert kept.entries[-1].details == {"displaced": True}


async def test_what_is_begun_in_known_browsers_takes_no_room_of_strangers(kept: Kept):
    await know(kept, KNOWN)
    await fill(kept, FLOWS_TOGETHER - 1, A_NETWORK)
    for _ in range(3):
        assert await begin(kept, FAR_AWAY, KNOWN) is None
    assert await begin(kept, FAR_AWAY) is None
    assert len(await left(kept, A_NETWORK)) == FLOWS_TOGETHER - 1


async def test_a_known_browser_that_signs_in_again_keeps_what_it_has_begun(kept: Kept):
    await know(kept, KNOWN)

    def full(book: IdentityBook) -> None:
        for number in range(FLOWS_PER_ADDRESS):
            one = replace(flow(f"{number:022}"), address=purses.browser_key(KNOWN), known_to=JANA_ID)
            book.keep_flow(one)
        charging.renamed(book, KNOWN, OTHER, LIMITS, NOON)

    await kept.store.transact(full)
    assert await begin(kept, A_NETWORK, OTHER) == Crowded(Crowd.HERE, NOON + LIFE)


async def test_the_browsers_of_a_person_have_a_bound_together_and_one_shared_with_somebody_goes_on(
    kept: Kept,
):
    def full(book: IdentityBook) -> None:
        for number in range(FLOWS_PER_PERSON):
            one = flow(f"{number:022}")
            book.keep_flow(replace(one, address=f"browser:{number % 4}", known_to=JANA_ID))

    await kept.store.transact(full)
    await know(kept, KNOWN)
    await know(kept, THIRD)
    await know(kept, THIRD, PETR_ID)
    assert await begin(kept, A_NETWORK, KNOWN) == Crowded(Crowd.PERSON, NOON + LIFE)
    assert kept.entries[-1].details == {"browser_of_subject": JANA_ID}
    assert await begin(kept, A_NETWORK, THIRD) is None
