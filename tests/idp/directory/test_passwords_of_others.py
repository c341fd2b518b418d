"""What the directory of a municipality gets to see of the town's people."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import ldap
import pytest

from config.vocabulary import DirectoryName
from idp.directory.connection import words
from idp.directory.errors import BindRefused, DirectoryMisconfigured, RefusalReason
from idp.directory.federation import Federation
from idp.directory.person import Person
from idp.directory.reader import DirectoryReader
from tests.rig.bind_relay import BindRelay, bind_relay
from tests.rig.slapd import Directory, person_ldif, slapd

pytestmark = pytest.mark.real
SECRET, OTHER = "heslo-z-mesta-4271", "heslo-z-obce-8853"
PLANTED, OURS, TYPO = "starosta", "matrika", "preklep"
PATIENCE = timedelta(minutes=1)  # whatever is held here is let go by the test, not by a clock


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Directory, Directory]]:
    town = person_ldif(PLANTED, password=SECRET) + person_ldif(OURS, password=SECRET)
    village = person_ldif(PLANTED, password=OTHER) + person_ldif("jen.obec", password=OTHER)
    with (
        slapd(tmp_path_factory.mktemp("town"), town) as one,
        slapd(tmp_path_factory.mktemp("village"), village) as other,
    ):
        yield one, other


@pytest.fixture
async def lines(two: tuple[Directory, Directory]) -> AsyncIterator[tuple[BindRelay, BindRelay]]:
    """On the way to the town's server, and to the village's: what who runs it sees."""
    async with bind_relay(two[0]) as town, bind_relay(two[1]) as village:
        yield town, village


@pytest.fixture
async def both(
    two: tuple[Directory, Directory], lines: tuple[BindRelay, BindRelay]
) -> AsyncIterator[Federation]:
    made = Federation(
        [
            one.settings(
                name=DirectoryName(name),
                realms=[f"{name}.test"],
                servers=[line.url],
                connect_timeout=PATIENCE,
                operation_timeout=PATIENCE,
            )
            for one, line, name in zip(two, lines, ("mesto", "obec"), strict=True)
        ],
        pretence_at_most=PATIENCE,
    )
    try:
        yield made
    finally:
        await asyncio.to_thread(made.close)


@pytest.fixture
def village_saw(lines: tuple[BindRelay, BindRelay]) -> list[str]:
    """Passwords in simple binds to the village's server (RFC 4511 §4.2: in clear text to whoever runs it)."""
    return lines[1].passwords


async def test_the_village_sees_the_passwords_of_its_own_people(both: Federation, village_saw: list[str]):
    """Or what follows would prove nothing."""
    assert isinstance(await both.authenticate("jen.obec", OTHER), Person)
    assert village_saw == [OTHER]


async def test_a_login_that_the_village_planted_shows_it_no_password(
    both: Federation, village_saw: list[str]
):
    """Decision 27: whoever adds somebody's login makes it ambiguous, and no password is shown to anybody."""
    said = await both.authenticate(PLANTED, SECRET)
    assert isinstance(said, BindRefused)
    assert said.reason is RefusalReason.AMBIGUOUS_PERSON
    assert SECRET not in village_saw


async def test_while_the_town_is_away_its_people_s_passwords_go_to_nobody(
    both: Federation, two: tuple[Directory, Directory], village_saw: list[str]
):
    """Whoever can keep the town's directory away for a minute would be shown all passwords that are typed then."""
    two[0].stop()
    try:
        said = await both.authenticate(OURS, SECRET)
    finally:
        two[0].start()
    assert isinstance(said, BindRefused)
    assert said.reason is RefusalReason.UNDECIDED_PERSON
    assert SECRET not in village_saw


async def test_a_mistyped_login_shows_the_password_to_no_directory(both: Federation, village_saw: list[str]):
    said = await both.authenticate(TYPO, SECRET)
    assert isinstance(said, BindRefused)
    assert said.reason is RefusalReason.UNKNOWN_PERSON
    assert SECRET not in village_saw


async def test_strangers_who_keep_the_town_busy_send_no_password_of_its_people_elsewhere(
    both: Federation, village_saw: list[str]
):
    """What is too much for a directory counts as its silence: 64 sign-ins at once do, with two connections."""
    flood = [asyncio.create_task(both.authenticate(f"kdokoli{n}@mesto.test", "x")) for n in range(90)]
    for _ in range(6):
        await asyncio.sleep(0)
    said = await both.authenticate(OURS, SECRET)
    await asyncio.gather(*flood, return_exceptions=True)
    assert isinstance(said, BindRefused)
    assert said.reason is RefusalReason.UNDECIDED_PERSON
    assert SECRET not in village_saw


async def test_a_directory_that_is_slow_to_bind_does_not_tell_which_logins_the_other_has(
    both: Federation, lines: tuple[BindRelay, BindRelay]
):
    """The town's server keeps its answer to a password to itself (Argon2 on an old machine, a distant domain)."""
    town, village = lines
    binds: list[tuple[int, int]] = []
    for login in ("jen.obec", "nikdo"):
        before = town.answered, village.answered
        with town.holding():
            refusal = asyncio.create_task(both.authenticate(login, "spatne-heslo"))
            await town.until_answered(before[0] + 1)
            await village.until_answered(before[1] + 1)
            # begun when the village had answered, and done: what waited for the village alone would be, too
            later = await both.authenticate("nikdo@obec.test", "spatne-heslo")
            assert isinstance(later, BindRefused)
            assert not refusal.done()
        assert isinstance(await refusal, BindRefused)
        binds.append((town.answered - before[0], village.answered - before[1]))
    assert binds == [(1, 2), (1, 2)]  # one of each, and the later one's


def test_what_a_server_says_writes_no_line_and_moves_no_cursor_of_an_operator():
    said = {"desc": "Operations error", "info": "\x1b[2J\x1b[1;1H\nbrana: obec: all is well\u202e"}
    assert str(DirectoryMisconfigured("bind", words(ldap.OPERATIONS_ERROR(said)))).isprintable()


async def test_of_a_login_that_thousands_share_two_are_read(two: tuple[Directory, Directory]):
    """Whoever runs a directory can give a login to any number of entries, and each guess would read them all."""
    many = 600
    with two[1].as_root() as root:
        for number in range(many):
            attributes = {"objectClass": [b"inetOrgPerson"], "uid": [b"hojny"], "cn": [b"x"], "sn": [b"x"]}
            root.add_s(f"cn=x{number},{two[1].people_base}", list(attributes.items()))
    reader = DirectoryReader(two[1].settings())
    try:
        assert len(await reader.find("hojny")) == 2
        said = await reader.authenticate("hojny", SECRET)
        assert isinstance(said, BindRefused)
        assert said.reason is RefusalReason.AMBIGUOUS_PERSON
        assert isinstance(await reader.authenticate("jen.obec", OTHER), Person)  # on the same connections
    finally:
        reader.close()
