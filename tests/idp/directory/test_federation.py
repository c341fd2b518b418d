"""Two directories that know the same names: a town's, and one of a municipality that may do in it what it likes."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from config.district import District, Municipality
from config.settings import Deputy, RoleMapping
from config.settings import Directory as DirectorySettings
from config.vocabulary import DirectoryName, MunicipalityCode, Role, SubjectId
from idp.directory.errors import BindRefused, DirectoryUnreachable, RefusalReason
from idp.directory.federation import Federation
from idp.directory.person import Person, RoleHeld, StandIn
from idp.directory.reader import REFUSAL_STEP
from idp.directory.subject import directory_of, identity_of, subject
from tests.rig.people import NOON
from tests.rig.slapd import GROUPS, Directory, entry, municipality_ldif, person_ldif, role_ldif, slapd

pytestmark = pytest.mark.real

TOWN, VILLAGE = DirectoryName("urad"), DirectoryName("obec")
KROMERIZ, HULIN = MunicipalityCode("588296"), MunicipalityCode("588491")
DISTRICT = District(
    [Municipality(KROMERIZ, "Kroměříž", "00287351"), Municipality(HULIN, "Hulín", "00287229")]
)
SAME_UUID = "6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1a01"
IN_TOWN, IN_VILLAGE = "heslo-z-mesta-4271", "heslo-z-obce-8853"
CLAIMED = [
    "nekdo@mesto.test.",
    "mesto.test/nekdo",
    "MESTO./nekdo",
    "nekdo@m\u00e9sto.test",
    "nekdo\uff20mesto.test",
]
CENTRE = f"cn=spravci,{GROUPS}"

TOWNSPEOPLE = "".join((
    person_ldif("novak", password=IN_TOWN, mail="jan.novak@mesto.test", entryUUID=SAME_UUID,
                title="Matrikář Hulín"),
    person_ldif("jen.mesto", password=IN_TOWN),
    person_ldif("starosta", password=IN_TOWN, pwdAccountLockedTime="000001010000Z"),
    municipality_ldif(KROMERIZ),
    municipality_ldif(HULIN),
    role_ldif(Role.CLERK, KROMERIZ, ["novak"]),
    role_ldif(Role.MAYOR, KROMERIZ, ["starosta"]),
    role_ldif(Role.CENTRE_ADMINISTRATOR, KROMERIZ, ["starosta"]),
))  # fmt: skip
VILLAGERS = "".join((
    person_ldif("novak", password=IN_VILLAGE, entryUUID=SAME_UUID),  # the copied identity of another
    person_ldif("jen.obec", password=IN_VILLAGE, mail="jen.obec@obec.test"),
    person_ldif("lakomec", password=IN_VILLAGE, mail="nekdo@mesto.test"),  # claims an address of the town
    *(person_ldif(claimed, password=IN_VILLAGE) for claimed in CLAIMED),
    municipality_ldif(KROMERIZ),
    municipality_ldif(HULIN),
    role_ldif(Role.MAYOR, HULIN, ["jen.obec"]),
    role_ldif(Role.CENTRE_ADMINISTRATOR, KROMERIZ, ["jen.obec", "novak"]),  # not theirs to give
    entry(CENTRE, objectClass="groupOfNames", cn="spravci", member="uid=novak,ou=people,dc=obec,dc=test"),
))  # fmt: skip


@dataclass
class Two:
    town: Directory
    village: Directory

    def settings(self, **town: Any) -> list[DirectorySettings]:
        aliases = ["uid", "mail"]
        return [
            self.town.settings(name=TOWN, login_attributes=aliases, realms=["mesto.test", "mesto"], **town),
            self.village.settings(
                name=VILLAGE, login_attributes=aliases, realms=["obec.test"], municipalities=[HULIN]
            ),
        ]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with (
        slapd(tmp_path_factory.mktemp("town"), TOWNSPEOPLE) as town,
        slapd(tmp_path_factory.mktemp("village"), VILLAGERS) as village,
    ):
        yield Two(town, village)


@dataclass
class Remembered:
    logins: dict[str, SubjectId]

    async def last_meant(self, login: str) -> SubjectId | None:
        return self.logins.get(login)

    async def forget(self, login: str) -> None:
        del self.logins[login]


@asynccontextmanager
async def federated(
    two: Two, remembered: dict[str, SubjectId] | None = None, now: datetime = NOON, **town: Any
) -> AsyncIterator[Federation]:
    memory = Remembered({} if remembered is None else remembered)
    made = Federation(two.settings(**town), DISTRICT, clock=lambda: now, memory=memory)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
async def both(two: Two) -> AsyncIterator[Federation]:
    async with federated(two) as made:
        yield made


@asynccontextmanager
async def without_village(two: Two) -> AsyncIterator[None]:
    two.village.stop()
    try:
        yield
    finally:
        two.village.start()


def reason(answer: Person | BindRefused) -> RefusalReason:
    assert isinstance(answer, BindRefused), answer
    return answer.reason


@pytest.mark.parametrize(
    ("login", "password", "directory"),
    [
        ("jen.mesto", IN_TOWN, TOWN),
        ("JEN.obec", IN_VILLAGE, VILLAGE),
        ("novak@mesto.test", IN_TOWN, TOWN),
        ("Novak@Mesto.test", IN_TOWN, TOWN),
        ("MESTO\\novak", IN_TOWN, TOWN),
        ("mesto.test\\Novak", IN_TOWN, TOWN),
        ("novak@mesto.test.", IN_TOWN, TOWN),
        ("MESTO/novak", IN_TOWN, TOWN),
        ("lakomec", IN_VILLAGE, VILLAGE),
        ("novak@obec.test", IN_VILLAGE, VILLAGE),
        ("jan.novak@mesto.test", IN_TOWN, TOWN),
        ("jen.obec@obec.test", IN_VILLAGE, VILLAGE),
    ],
)
async def test_a_login_leads_to_the_one_person_who_answers_to_it(
    both: Federation, login: str, password: str, directory: DirectoryName
):
    person = await both.authenticate(login, password)
    assert isinstance(person, Person), person
    assert directory_of(person.subject) == directory


@pytest.mark.parametrize(
    ("login", "password", "expected"),
    [
        ("novak", IN_TOWN, RefusalReason.AMBIGUOUS_PERSON),
        ("novak", IN_VILLAGE, RefusalReason.AMBIGUOUS_PERSON),
        ("novak@mesto.test", IN_VILLAGE, RefusalReason.WRONG_PASSWORD),
        ("nekdo@mesto.test", IN_VILLAGE, RefusalReason.UNKNOWN_PERSON),  # the village claims the town's realm
        *((claimed, IN_VILLAGE, RefusalReason.UNKNOWN_PERSON) for claimed in CLAIMED),
        ("jen.obec@mesto.test", IN_VILLAGE, RefusalReason.UNKNOWN_PERSON),
        ("novak@nikde.test", IN_TOWN, RefusalReason.UNKNOWN_PERSON),
        ("@mesto.test", IN_TOWN, RefusalReason.UNKNOWN_PERSON),
        ("MESTO\\", IN_TOWN, RefusalReason.UNKNOWN_PERSON),
        ("\\novak", IN_TOWN, RefusalReason.UNKNOWN_PERSON),
        ("OBEC\\novak", IN_VILLAGE, RefusalReason.UNKNOWN_PERSON),  # a realm of nobody
        ("MESTO\\nekdo", IN_VILLAGE, RefusalReason.UNKNOWN_PERSON),
        ("nikdo", IN_TOWN, RefusalReason.UNKNOWN_PERSON),
        ("novak*", IN_TOWN, RefusalReason.UNKNOWN_PERSON),
        ("jen.mesto", "", RefusalReason.EMPTY_PASSWORD),
        ("jen.mesto", "spatne-heslo", RefusalReason.WRONG_PASSWORD),
    ],
)
async def test_a_login_of_nobody_or_of_several_lets_nobody_in(
    both: Federation, login: str, password: str, expected: RefusalReason
):
    assert reason(await both.authenticate(login, password)) is expected


async def test_a_copied_identity_is_another_person_and_gets_nothing_of_the_first(both: Federation):
    ours = await both.authenticate("novak@mesto.test", IN_TOWN)
    theirs = await both.authenticate("novak@obec.test", IN_VILLAGE)
    assert isinstance(ours, Person)
    assert isinstance(theirs, Person)
    assert identity_of(ours.subject) == identity_of(theirs.subject) == SAME_UUID
    assert ours.subject != theirs.subject
    assert ours.roles == (RoleHeld(KROMERIZ, Role.CLERK),)
    assert theirs.roles == ()
    assert await both.person(ours.subject) == ours
    assert await both.readers[VILLAGE].people([ours.subject]) == {}


async def test_a_directory_gives_roles_in_its_own_municipalities_alone(both: Federation):
    mayor = await both.authenticate("jen.obec", IN_VILLAGE)
    assert isinstance(mayor, Person)
    assert mayor.roles == (RoleHeld(HULIN, Role.MAYOR),)


async def test_a_person_of_no_directory_of_ours_is_not_there(both: Federation):
    assert await both.person(subject(DirectoryName("jina"), SAME_UUID)) is None
    assert await both.person(SubjectId(SAME_UUID)) is None


async def test_whoever_answers_to_a_login_is_told_to_those_who_look_after_the_product(both: Federation):
    assert [directory_of(one.subject) for one in await both.named("novak")] == [TOWN, VILLAGE]
    assert [directory_of(one.subject) for one in await both.named("novak@obec.test")] == [VILLAGE]


async def test_a_directory_that_is_away_hurts_nobody_of_another(two: Two):
    remembered = {}
    async with federated(two, remembered) as both:
        person = await both.authenticate("jen.mesto", IN_TOWN)
        assert isinstance(person, Person)
        remembered["jen.mesto"] = person.subject
        async with without_village(two):
            assert await both.authenticate("jen.mesto", IN_TOWN) == person
            assert await both.authenticate("jen.mesto@mesto.test", IN_TOWN) == person
            assert await both.person(person.subject) == person
            assert (
                reason(await both.authenticate("jen.mesto", "spatne-heslo")) is RefusalReason.WRONG_PASSWORD
            )
            with pytest.raises(DirectoryUnreachable):
                await both.authenticate("jen.obec@obec.test", IN_VILLAGE)
            with pytest.raises(DirectoryUnreachable):
                await both.person(subject(VILLAGE, SAME_UUID))


async def test_while_a_directory_is_away_a_login_it_may_know_is_shown_to_no_other(two: Two):
    """The village's password of `novak` must not reach the town because the village does not answer."""
    async with federated(two, {"novak": subject(VILLAGE, SAME_UUID)}) as both, without_village(two):
        for login, password in (("novak", IN_TOWN), ("jen.mesto", IN_TOWN), ("nikdo", IN_TOWN)):
            assert reason(await both.authenticate(login, password)) is RefusalReason.UNDECIDED_PERSON


async def test_a_login_that_came_to_mean_several_is_forgotten_so_that_no_password_goes_astray_later(two: Two):
    """The village planted `novak` before the town had one; the town's password must not reach it afterwards."""
    remembered = {"novak": subject(VILLAGE, SAME_UUID), "odesel": subject(VILLAGE, SAME_UUID)}
    async with federated(two, remembered) as both:
        assert reason(await both.authenticate("novak", IN_TOWN)) is RefusalReason.AMBIGUOUS_PERSON
        assert list(remembered) == ["odesel"]
        two.town.stop()
        try:
            assert reason(await both.authenticate("novak", IN_VILLAGE)) is RefusalReason.UNDECIDED_PERSON
            await both.authenticate("odesel", IN_VILLAGE)
            assert list(remembered) == ["odesel"]  # the town might know it
        finally:
            two.town.start()


async def test_a_login_that_nobody_has_any_more_is_forgotten(two: Two):
    remembered = {"nikdo": subject(VILLAGE, SAME_UUID)}
    async with federated(two, remembered) as both:
        assert reason(await both.authenticate("nikdo", IN_TOWN)) is RefusalReason.UNKNOWN_PERSON
    assert remembered == {}


async def test_where_no_directory_answers_nobody_knows(two: Two):
    async with federated(two) as both, without_village(two):
        two.town.stop()
        try:
            with pytest.raises(DirectoryUnreachable):
                await both.authenticate("jen.mesto", IN_TOWN)
        finally:
            two.town.start()


async def test_no_refusal_comes_sooner_than_a_step_whichever_directory_knows_the_login(both: Federation):
    async def duration(login: str) -> float:
        began = time.monotonic()
        assert isinstance(await both.authenticate(login, "spatne-heslo"), BindRefused)
        return time.monotonic() - began

    logins = ("nikdo", "jen.mesto", "jen.obec", "novak", "nikdo@obec.test", "novak@obec.test")
    assert min(await asyncio.gather(*map(duration, logins))) >= 0.95 * REFUSAL_STEP


MATRIKAR = RoleMapping(attribute="title", value="matrikář*", role=Role.REGISTRAR, municipality=HULIN)
MAYORS = [
    RoleMapping(group=f"cn={role.value},ou={{municipality}},{GROUPS}", role=role)
    for role in (Role.MAYOR, Role.CENTRE_ADMINISTRATOR)
]


def standing_in(person: str, until: date) -> Deputy:
    return Deputy(person=person, in_place_of="starosta", valid_from=date(2026, 11, 1), valid_until=until)


async def test_a_title_gives_a_role_and_a_deputy_has_the_roles_of_a_disabled_mayor_but_for_the_administrators(
    two: Two,
):
    deputies = [standing_in("novak", NOON.date()), standing_in("jen.mesto", date(2026, 11, 22))]
    async with federated(two, roles=[MATRIKAR, *MAYORS], deputies=deputies) as both:
        deputy = await both.authenticate("novak@mesto.test", IN_TOWN)
        late = await both.authenticate("jen.mesto", IN_TOWN)
    assert isinstance(deputy, Person)
    assert isinstance(late, Person)
    assert deputy.roles == (RoleHeld(KROMERIZ, Role.MAYOR), RoleHeld(HULIN, Role.REGISTRAR))
    assert deputy.standing_in == (StandIn(RoleHeld(KROMERIZ, Role.MAYOR), "starosta"),)
    assert (late.roles, late.standing_in) == ((), ())


async def test_nobody_stands_in_for_an_account_that_is_gone(two: Two):
    gone = Deputy(
        person="novak", in_place_of="odesel", valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31)
    )
    async with federated(two, roles=MAYORS, deputies=[gone]) as both:
        deputy = await both.authenticate("novak@mesto.test", IN_TOWN)
    assert isinstance(deputy, Person)
    assert deputy.roles == ()


async def test_a_role_ends_with_its_last_day_although_nothing_changes_in_the_directory(two: Two):
    rule = RoleMapping(person="novak", role=Role.AUDITOR, municipality=HULIN, valid_until=NOON.date())
    held = {}
    for now in (NOON, NOON + timedelta(days=1)):
        async with federated(two, now=now, roles=[rule]) as both:
            (person,) = await both.named("novak@mesto.test")
            held[now] = person.roles
    assert list(held.values()) == [(RoleHeld(HULIN, Role.AUDITOR),), ()]
