"""Whom a form finds by a name that was written in the place of a login."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import Role
from gateway.asks.store import Sought
from gateway.asks.wish import party
from gateway.web.requests.meant import beside, meant
from idp.directory.person import RoleHeld
from tests.gateway.asks.town import HULIN, IVO, JANA, PAVEL, PETR
from tests.gateway.web.requests_site import RequestsSite, get, only, post

pytestmark = pytest.mark.real
ASK = {"application": "records", "sign": "1", "since": "2026-11-23T09:41", "until": "2026-11-23T12:00"}


@pytest_asyncio.fixture
async def client(requests: RequestsSite) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(requests.app)) as opened:
        yield opened


@pytest.mark.parametrize(
    "typed", ["Bílá", "bila", "Jana Bílá", "bílá  jana", "Ing. Jana Bílá, Ph.D.", "ph.d. bila"]
)
def test_a_name_is_found_by_its_words_in_any_order_with_accents_or_without(typed: str) -> None:
    one = replace(party(JANA), name="Ing. Jana Bílá, Ph.D.")
    assert meant(typed, [one, party(PETR)]) == [one]


@pytest.mark.parametrize("typed", ["", " ", ".", "Bíl", "Bílá Eva", "Bílá Jana Eva"])
def test_a_part_of_a_word_or_another_word_fits_nobody(typed: str) -> None:
    assert meant(typed, [replace(party(JANA), name="Ing. Jana Bílá, Ph.D.")]) == []


async def test_a_deputy_is_found_by_the_surname_and_of_several_one_is_chosen(client, requests):
    real, deputy = requests.kept.office.holding, {"role": "mayor", "why": "dovolená"} | ASK
    namesake = replace(party(JANA), name="Ing. Eva Novakova", login="novakova.eva")

    async def with_others(*where):
        return [*await real(*where), party(IVO), namesake]

    object.__setattr__(requests.kept.office, "holding", with_others)
    told = await post(client, PETR, "/deputies", deputy | {"person": "Nováková"}, 409)
    assert "Tak se jmenuje víc lidí" in told
    (choice,) = re.findall(r'<select id="person".*?</select>', told, re.DOTALL)
    assert set(re.findall(r'value="([^"]+)"', choice)) == {JANA.login, namesake.login}
    assert "dovolená</textarea>" in told
    told = await post(client, PETR, "/deputies", deputy | {"person": "Nikdo"}, 409)
    assert "Tuto osobu adresář nezná" in told
    assert await post(client, PETR, "/deputies", deputy | {"person": " Ivo  Bílý "}) == "/?done=recorded"
    assert (await only(requests)).holder.subject == IVO.subject


async def test_a_surname_that_only_one_has_is_confirmed_before_anything_is_recorded(client, requests):
    real, deputy = requests.kept.office.holding, {"role": "mayor", "why": "dovolená"} | ASK

    async def with_one(*where):
        return [*await real(*where), party(IVO)]

    object.__setattr__(requests.kept.office, "holding", with_one)
    told = await post(client, PETR, "/deputies", deputy | {"person": "bílý"}, 409)
    assert "Je to tento člověk? Zatím se nic nezapsalo" in told
    (choice,) = re.findall(r'<select id="person".*?</select>', told, re.DOTALL)
    assert re.findall(r'value="([^"]*)">([^<]+)<', choice) == [(IVO.login, f"{IVO.name} ({IVO.login})")]
    assert await requests.kept.office.find(Sought()) == []
    assert await post(client, PETR, "/deputies", deputy | {"person": IVO.login}) == "/?done=recorded"


async def test_of_several_roles_that_can_be_lent_none_is_chosen_beforehand(client):
    roles = RoleHeld(HULIN, Role.AUTHORISING_OFFICER), RoleHeld(HULIN, Role.MAYOR)
    for who, empty in ((replace(PETR, roles=roles), 1), (PETR, 0)):
        page = await get(client, who, "/deputies")
        (choice,) = re.findall(r'<select id="role".*?</select>', page, re.DOTALL)
        assert choice.count('<option value="">') == empty
        assert "selected" not in choice


@pytest.mark.parametrize("suggested", [True, False])
async def test_a_login_that_is_a_surname_of_others_is_asked_about_and_then_taken(client, requests, suggested):
    """`bily` is the login of one and the surname of another; whom the form does not suggest it does not name."""
    real, town = requests.kept.office.holding, requests.town
    one, other = replace(IVO, login="bily", name="Karel Dvořák"), replace(JANA, name="Jan Bílý")
    people = [party(each) for each in ((one, other) if suggested else (other,))]

    async def holding(*where):
        return [
            *(each for each in await real(*where) if each.subject not in (one.subject, other.subject)),
            *people,
        ]

    async def named(login):
        return [each for each in (one, other) if each.login == login]

    object.__setattr__(requests.kept.office, "holding", holding)
    object.__setattr__(town, "named", named)
    deputy = {"role": "mayor", "why": "dovolená", "person": "bily"} | ASK
    told = await post(client, PETR, "/deputies", deputy, 409)
    (choice,) = re.findall(r'<select id="person".*?</select>', told, re.DOTALL)
    assert set(re.findall(r'value="([^"]+)"', choice)) == {"bily", JANA.login}
    assert ("Karel Dvořák (bily)" in told) is suggested
    assert ("Uživatelské jméno bily" in told) is not suggested
    assert 'name="by_login" value="bily"' in told
    assert await post(client, PETR, "/deputies", deputy | {"by_login": "bily"}) == "/?done=recorded"
    assert (await only(requests)).holder.subject == one.subject


def test_a_login_that_is_nobody_else_s_name_or_no_single_word_is_taken_at_once() -> None:
    people = [party(JANA), party(PETR), replace(party(IVO), name=JANA.name)]
    assert beside("novakova", JANA, [party(JANA), party(PETR)]) == []
    assert beside(JANA.login, JANA, people) == []
    assert beside("novakova", JANA, people) == [people[0], people[2]]


async def test_who_may_list_nobody_finds_nobody_by_a_name(client):
    order = {"person": "", "sponsor": "Petr", "application": "records", "read": "1", "why": "servis"} | ASK
    told = await post(client, PAVEL, "/orders/new", order | {"person": "Nováková"}, 409)
    assert "Tuto osobu adresář nezná" in told
    assert JANA.login not in told
