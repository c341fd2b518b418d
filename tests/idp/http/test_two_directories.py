"""Signing in where a town and a municipality each have a directory, and both know a `novak`."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest

from config.settings import SignIn
from config.vocabulary import DirectoryName
from idp.directory.federation import Federation
from tests.rig.provider import Rig, provider
from tests.rig.slapd import Directory, person_ldif, slapd

pytestmark = pytest.mark.real
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # of a passkey; another one for each page
IN_TOWN, IN_VILLAGE = "heslo-z-mesta-4271", "heslo-z-obce-8853"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Directory, Directory]]:
    town = person_ldif("novak", password=IN_TOWN, mail="jan.novak@mesto.test")
    village = person_ldif("novak", password=IN_VILLAGE)
    with (
        slapd(tmp_path_factory.mktemp("town"), town) as one,
        slapd(tmp_path_factory.mktemp("village"), village) as other,
    ):
        yield one, other


@pytest.fixture
async def rig(two: tuple[Directory, Directory]) -> AsyncIterator[Rig]:
    names = {"urad": "mesto.test", "obec": "obec.test"}
    federation = Federation([
        one.settings(name=DirectoryName(name), login_attributes=["uid", "mail"], realms=[realm])
        for one, (name, realm) in zip(two, names.items(), strict=True)
    ])  # fmt: skip
    try:
        async with provider(
            federation.authenticate,
            federation.person,
            SignIn(attempts=4),
            realm="mesto.test",
            some_silent=lambda: federation.some_silent,
        ) as made:
            yield made
    finally:
        federation.close()


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
    assert told not in (await browser.password(page, "nikdo", IN_TOWN)).text
