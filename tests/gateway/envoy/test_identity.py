"""How an application learns who asks, and that nobody but us can tell it. A real Envoy, bytes as written."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from config.settings import Identity, IdentityHeaders, Route
from config.vocabulary import Action, ApplicationId
from gateway.demo.slapd import free_port
from tests.rig.envoy import DOMAIN, Plane, data_plane, hosting
from tests.rig.exact_http import Answer
from tests.rig.neighbours import Request, listening

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
TOLD = IdentityHeaders(
    login="X-Remote-User",
    subject="X-Remote-Id",
    name="X-Forwarded-Name",
    municipality="Obec",
    roles="X-Roles",
)
PERSON = {
    "login": "novakova.jana",
    "subject": "kromeriz:03377ef4",
    "name": "Jana Nováková",
    "municipality": "588296",
    "roles": "registrar,clerk",
}
HEADERS = ("x-remote-user", "x-remote-id", "x-forwarded-name", "obec", "x-roles")
ACCOUNT = "Basic YnJhbmE6dGFqbmUtaGVzbG8="
ROUTES = [Route(methods=["GET"], action=Action.READ), Route(methods=["POST"], action=Action.WRITE)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def identities(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    port = free_port()
    ways = {
        "headed": Identity(way="headers", headers=TOLD),
        "partly": Identity(way="headers", headers=IdentityHeaders(login="Remote-User")),
        "account": Identity(way="basic", user="brana"),
        "relying": Identity(way="openid"),
        "nameless": Identity(way="none"),
        "plain": Identity(),
    }
    applications = [
        hosting(name, f"http://127.0.0.1:{port}", identity=identity, routes=ROUTES)
        for name, identity in ways.items()
    ]
    folder = tmp_path_factory.mktemp("i")
    accounts = {ApplicationId("account"): ACCOUNT}
    async with (
        data_plane(folder, applications=applications, accounts=accounts) as plane,
        listening(plane.application, port),
    ):
        yield plane


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_allowed(identities: Plane) -> None:
    identities.forget()


async def ask(
    plane: Plane, name: str, *headers: str, fresh: bool = True, method: str = "GET", **grant: object
) -> Answer:
    cookie = plane.cookie(application=name, **grant) if fresh else "__Host-brana-session=s"
    return await plane.ask(host=f"{name}.{DOMAIN}", cookie=cookie, headers=headers, method=method)


def permits(plane: Plane, **person: str) -> None:
    told = {f"x-brana-person-{fact}": text for fact, text in person.items()}
    headers = {"x-brana-assertion": "assertion-of-the-decision", **told}
    plane.decision.answer = lambda _: web.Response(headers=headers)


def internal(seen: Request) -> set[str]:
    return {name.lower() for name, _ in seen.headers if name.lower().startswith("x-brana")}


@pytest.mark.parametrize("fresh", [True, False], ids=["fresh", "decided"])
async def test_headers_of_the_configured_names_tell_the_person(identities: Plane, *, fresh: bool) -> None:
    permits(identities, **PERSON)
    assert (await ask(identities, "headed", fresh=fresh, person=PERSON)).status == 200
    assert bool(identities.decision.requests) is not fresh
    seen = identities.application.last
    said = [seen.value(name).encode("latin-1").decode() for name in HEADERS]
    assert said == list(PERSON.values())
    assert internal(seen) == set()


SIGNS = (
    'Jan "Honza" Novák',
    "a\\b",
    '"',
    "\\",
    '\\"',
    '"\\',
    'x","subject":"y',
    "{}",
    "Žofie 🦉",
    "a;b, c=d/e",
)


@pytest.mark.parametrize("name", SIGNS)
async def test_a_name_is_told_as_it_is_whatever_signs_it_has(identities: Plane, name: str) -> None:
    person = {"name": name, "municipality": "588296"}
    assert (await ask(identities, "headed", person=person)).status == 200
    assert identities.decision.requests == []
    seen = identities.application.last
    assert seen.value("x-forwarded-name").encode("latin-1").decode() == name
    assert (seen.value("obec"), seen.values("x-remote-id")) == ("588296", [])


def spellings(name: str) -> list[str]:
    return [
        name,
        name.upper(),
        name.title(),
        *(name.replace("-", sign) for sign in "_.~!*|"),
        name.replace("-", "_", 1),
    ]


@pytest.mark.parametrize("person", [PERSON, {"login": "novakova.jana"}], ids=["all", "one_fact"])
@pytest.mark.parametrize("fresh", [True, False], ids=["fresh", "decided"])
async def test_nobody_else_tells_who_somebody_is_in_whatever_spelling(
    identities: Plane, person: dict[str, str], *, fresh: bool
) -> None:
    """Also where a fact is not known, so that we have nothing to put in its place."""
    permits(identities, **person)
    names = [spelt for name in HEADERS for spelt in spellings(name)]
    names += [f"x-brana-person-{fact}" for fact in PERSON]
    forged = [f"{name}: forged" for name in dict.fromkeys(names)]
    for part in (forged[:30], forged[30:], [forged[0]] * 3):
        answer = await ask(identities, "headed", *part, fresh=fresh, person=person)
        assert answer.status == 200
        seen = identities.application.last
        assert "forged" not in str(seen.headers)
        assert seen.values("x-remote-user") == ["novakova.jana"]
        folded = [re.sub("[^a-z]", "_", name.lower()) for name, _ in seen.headers]
        assert folded.count("x_remote_user") == 1


async def test_what_an_old_grant_said_is_not_told_when_the_decision_says_less(identities: Plane) -> None:
    permits(identities, login="novakova.jana")
    stale = PERSON | {"login": "svoboda.petr"}
    assert (await ask(identities, "headed", epoch="old", person=stale)).status == 200
    seen = identities.application.last
    assert [seen.values(name) for name in HEADERS] == [["novakova.jana"], [], [], [], []]


async def test_a_connection_header_takes_away_nothing_that_we_tell(identities: Plane) -> None:
    answer = await ask(identities, "headed", "Connection: close, x-remote-user, obec", person=PERSON)
    if answer.status == 200:
        assert identities.application.last.values("x-remote-user") == ["novakova.jana"]
    else:
        assert answer.status == 400


async def test_only_what_is_configured_is_told(identities: Plane) -> None:
    assert (await ask(identities, "partly", person=PERSON)).status == 200
    seen = identities.application.last
    assert seen.values("remote-user") == ["novakova.jana"]
    assert "588296" not in str([one for one in seen.headers if one[0].lower() != "host"])
    assert internal(seen) == set()


@pytest.mark.parametrize("fresh", [True, False], ids=["fresh", "decided"])
async def test_the_fixed_account_comes_with_each_request_in_the_place_of_the_client_s_own(
    identities: Plane, *, fresh: bool
) -> None:
    permits(identities)
    for own in ((), ("Authorization: Basic eDp5",), ("Authorization: Bearer x", "authorization: a b")):
        assert (await ask(identities, "account", *own, fresh=fresh)).status == 200
        seen = identities.application.last
        assert seen.values("authorization") == [ACCOUNT]
        assert internal(seen) == set()


@pytest.mark.parametrize("fresh", [True, False], ids=["fresh", "decided"])
@pytest.mark.parametrize("name", ["relying", "nameless"])
async def test_an_application_that_is_to_be_told_nothing_is_told_nothing(
    identities: Plane, name: str, *, fresh: bool
) -> None:
    permits(identities, **PERSON)
    assert (await ask(identities, name, fresh=fresh)).status == 200
    seen = identities.application.last
    assert internal(seen) == set()
    assert "novakova" not in str(seen.headers)


async def test_whoever_is_refused_reaches_no_application_whatever_the_way(identities: Plane) -> None:
    for name in ("headed", "account", "relying", "nameless", "plain"):
        assert (await ask(identities, name, method="POST", actions=",read,")).status == 403
        assert (await ask(identities, name, fresh=False)).status == 403
    assert identities.application.requests == []


async def test_the_password_stands_nowhere_in_what_envoy_tells_of_its_configuration(
    identities: Plane,
) -> None:
    told = await identities.administration.configuration()
    assert "account account" in told, "the secret is there, by its name"
    assert ACCOUNT.removeprefix("Basic ") not in told
    assert "tajne" not in told
