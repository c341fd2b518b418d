"""Signing in where a town and a municipality each have a directory, and both know a `novak`."""

import itertools
import re
from collections.abc import AsyncIterator, Iterator

import pytest

from config.settings import SignIn
from config.vocabulary import DirectoryName, SubjectId
from idp.directory.federation import Federation
from idp.directory.spelling import strictly
from tests.rig.code_generator import code_at
from tests.rig.provider import Rig, provider
from tests.rig.sign_in_world import SECRET
from tests.rig.slapd import Directory, person_ldif, slapd

pytestmark = pytest.mark.real
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # of a passkey; another one for each page
IN_TOWN, IN_VILLAGE = "heslo-z-mesta-4271", "heslo-z-obce-8853"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Directory, Directory]]:
    town = person_ldif("novak", password=IN_TOWN, mail="jan.novak@mesto.test")
    town += person_ldif("jen.mesto", password=IN_TOWN)
    village = person_ldif("novak", password=IN_VILLAGE)
    with (
        slapd(tmp_path_factory.mktemp("town"), town) as one,
        slapd(tmp_path_factory.mktemp("village"), village) as other,
    ):
        yield one, other


class Remembering:
    """Implements `idp.directory.federation.Memory` as the control plane does; `rig` is set before it is asked."""

    rig: Rig

    async def last_meant(self, login: str) -> SubjectId | None:
        return await self.rig.kept.store.look(lambda book: book.subject_of(strictly(login)))

    async def forget(self, login: str) -> None:
        await self.rig.kept.store.transact(lambda book: book.forget_subject_of(strictly(login)))


@pytest.fixture
def memory() -> Remembering:
    return Remembering()


@pytest.fixture
async def federation(two: tuple[Directory, Directory], memory: Remembering) -> AsyncIterator[Federation]:
    names = {"urad": "mesto.test", "obec": "obec.test"}
    made = Federation(
        [
            one.settings(name=DirectoryName(name), login_attributes=["uid", "mail"], realms=[realm])
            for one, (name, realm) in zip(two, names.items(), strict=True)
        ],
        memory=memory,
    )
    yield made
    made.close()


@pytest.fixture
async def rig(federation: Federation, memory: Remembering) -> AsyncIterator[Rig]:
    async with provider(
        federation.authenticate,
        federation.person,
        SignIn(attempts=4),
        realms=federation.realms,
        realm="mesto.test",
        some_silent=lambda: federation.some_silent,
    ) as made:
        memory.rig = made
        yield made


async def test_a_login_of_several_people_is_told_what_a_login_of_nobody_is_told(rig: Rig):
    browser = rig.browser()
    page = await browser.begin()
    nobody = await browser.password(page, "nikdo", IN_TOWN)
    several = await browser.password(page, "novak", IN_TOWN)
    assert CHALLENGE.sub("", several.text) == CHALLENGE.sub("", nobody.text).replace("nikdo", "novak")
    assert (several.status, several.headers["x-brana-reason"]) == (422, "not_recognised")
    assert "write it with your office, as name@mesto.test" in several.text
    assert rig.kept.reasons()[-2:] == ["unknown_person", "ambiguous_person"]


@pytest.mark.parametrize(
    ("login", "password"), [("novak@mesto.test", IN_TOWN), ("novak@obec.test", IN_VILLAGE)]
)
async def test_the_longer_form_lets_each_of_them_in(rig: Rig, login: str, password: str):
    browser = rig.browser()
    page = await browser.begin()
    assert (await browser.password(page, login, password)).status == 303


async def test_guesses_under_all_names_of_a_person_are_counted_together(rig: Rig):
    browser = rig.browser()
    page = await browser.begin()
    names = ["novak@mesto.test", "Novak@Mesto.test", "jan.novak@mesto.test", "JAN.novak@mesto.test"]
    for name in names:
        assert (await browser.password(page, name, "spatne-heslo")).status == 422
    assert (await browser.password(page, "jan.novak@mesto.test", IN_TOWN)).status == 429
    assert (await browser.password(page, "novak@mesto.test", IN_TOWN)).status == 429
    assert (await browser.password(page, "novak@obec.test", IN_VILLAGE)).status == 303  # another person


async def test_while_a_directory_is_silent_everybody_is_told_so_whatever_they_type(
    rig: Rig, two: tuple[Directory, Directory]
):
    """A right password is refused then, and whoever is told that it is wrong would change it."""
    _, village = two
    browser, another = rig.browser(), rig.browser()
    page = await browser.begin()
    told = "The directory of one of the offices does not answer now."
    village.stop()
    try:
        for login in ("nikdo", "novak", "jan.novak@mesto.test"):
            answer = await browser.password(page, login, "spatne-heslo")
            assert (answer.status, told in answer.text) == (422, True), login
        assert told in (await another.get(await another.begin())).text
    finally:
        village.start()
    for number in itertools.count():  # a machine that has much to do may take it for silent once more
        answer = await browser.password(page, f"nikdo{number}", IN_TOWN)
        assert answer.status == 422
        if told not in answer.text:
            break


@pytest.mark.parametrize("forms", [
    ("{}@mesto.test", "MESTO.TEST\\{}"),
    ("{}@mesto.test", "mesto.test/{}"),
    ("{}@mesto.test.", "{}"),
    ("{}", "{}@mesto.test"),
])  # fmt: skip
async def test_forms_of_a_login_do_not_tell_whether_it_is_there(rig: Rig, forms: tuple[str, str]):
    statuses = {}
    for login in ("jen.mesto", "nikdo.takovy"):
        browser = rig.browser()
        page = await browser.begin()
        for _ in range(4):
            assert (await browser.password(page, forms[0].format(login), "spatne")).status == 422
        statuses[login] = (await browser.password(page, forms[1].format(login), "spatne")).status
    assert statuses == {"jen.mesto": 429, "nikdo.takovy": 429}


async def test_a_stranger_does_not_make_us_forget_whose_a_login_is_nor_shut_its_browser_out(
    rig: Rig, federation: Federation, memory: Remembering, two: tuple[Directory, Directory]
):
    (person,) = await federation.named("jen.mesto")
    await rig.kept.store.enrol_for(person.subject, SECRET, rig.clock())
    own, stranger = rig.browser(), rig.browser("198.51.100.9")
    page = await own.begin()
    await own.password(page, "jen.mesto", IN_TOWN)
    assert (await own.code(page, code_at(SECRET, rig.clock()))).status == 303
    theirs = await stranger.begin()
    for spelled in ("j\u034fen.mesto", *["jen .mesto"] * 5):
        await stranger.password(theirs, spelled, "spatne")
    rig.clock.forward(minutes=1)
    assert await memory.last_meant("Jen.mesto") == person.subject
    page = await own.begin(prompt="login")
    assert (await own.password(page, "jen.mesto", IN_TOWN)).status == 303
    village = two[1]
    village.stop()
    try:
        page = await own.begin(prompt="login")
        assert (await own.password(page, "jen.mesto", IN_TOWN)).status == 303
    finally:
        village.start()
