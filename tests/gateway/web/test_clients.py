"""The pages of connected applications: who sees which, what is changed, what is shown once."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import Language
from gateway.audit.entry import Code
from gateway.clients.refused import Why
from gateway.clients.rules import faults_of
from gateway.storage.database import Database
from gateway.storage.own_clients import StoredClients
from gateway.web.clients import form
from gateway.web.clients.not_done import shown
from gateway.web.clients.words import said
from idp.oidc.client import USUAL, Scope
from tests.gateway.clients.test_office import GIS, replace_of
from tests.gateway.storage.conftest import Recorded
from tests.gateway.web.people import HULIN, NOW, assertion_header
from tests.rig.client_site import (
    HOST,
    LIBRARY,
    LONG_AGO,
    OF_CENTRE,
    OF_HULIN,
    OF_KVASICE,
    PERMITTED_TOO_MUCH,
    READS,
    SOME_BY,
    ClientPlace,
)
from tests.rig.prepared import prepared

pytestmark = pytest.mark.real
ONE = "/clients/own/knihovna"
ENTERED = form.entered(LIBRARY)
ASKED = ("change", "remove", "secret")
XSS = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


def headers(who, language: str = "en", site: str = "same-origin") -> dict[str, str]:
    return {
        "Host": HOST,
        "Accept": "text/html",
        "Accept-Language": language,
        "Sec-Fetch-Site": site,
        "Origin": f"https://{HOST}" if site == "same-origin" else "https://evil.test",
        **assertion_header(who),
    }


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def place(tmp_path: Path, recorded: Recorded) -> Iterator[ClientPlace]:
    with closing(Database(prepared(tmp_path / "brana.db"))) as database:
        yield ClientPlace(StoredClients(database, recorded.append_all), recorded)


@pytest_asyncio.fixture
async def client(place: ClientPlace) -> AsyncIterator[TestClient]:
    await place.office.add("knihovna", LIBRARY, SOME_BY, NOW - timedelta(days=1))
    async with TestClient(TestServer(place.app())) as client:
        yield client


async def page(client: TestClient, path: str, who=OF_CENTRE, language: str = "en", status: int = 200) -> str:
    answer = await client.get(path, headers=headers(who, language))
    assert answer.status == status, await answer.text()
    return await answer.text()


async def sent(client: TestClient, path: str, who=OF_CENTRE, site: str = "same-origin", **form: str):
    return await client.post(path, data=form, headers=headers(who, site=site), allow_redirects=False)


async def test_one_is_connected_and_its_secret_is_shown_once(client, place, recorded) -> None:
    assert "Connect an application" in await page(client, "/clients/new")
    answer = await sent(client, "/clients/new", id="hodiny", **ENTERED)
    assert (answer.status, answer.headers["Location"]) == (303, "/clients/secret")
    assert (recorded[-1].code, recorded[-1].municipality) == (Code.CLIENT_ADDED, HULIN)
    text = await page(client, "/clients/secret")
    [secret] = re.findall(r"brana-client-[\w-]{43}", text)
    assert place.in_force.clients["hodiny"].secret_shown(secret, NOW)
    for again in ("/clients/secret", "/clients", "/clients/own/hodiny"):
        assert secret not in await page(client, again)
    assert secret not in repr(recorded)
    assert place.looks[-1].details["query"]


async def test_one_is_changed_suspended_resumed_and_removed(client, place, recorded) -> None:
    form_page = await page(client, f"{ONE}/change")
    [seen] = re.findall(r'name="seen" value="([^"]+)"', form_page)
    changed = ENTERED | {"redirect_uris": "https://knihovna.hulin.example/nove", "seen": seen}
    assert (await sent(client, f"{ONE}/change", **changed)).status == 303
    assert recorded[-1].code is Code.CLIENT_CHANGED
    assert place.in_force.clients["knihovna"].redirect_uris == {"https://knihovna.hulin.example/nove"}
    answer = await sent(client, f"{ONE}/change", **changed)
    assert (answer.status, recorded[-1].reason) == (409, Why.CHANGED_MEANWHILE)
    assert (await sent(client, f"{ONE}/suspend")).status == 303
    assert recorded[-1].code is Code.CLIENT_SUSPENDED
    assert place.in_force.clients == {}
    assert "suspended" in await page(client, ONE)
    assert (await sent(client, f"{ONE}/resume")).status == 303
    assert recorded[-1].code is Code.CLIENT_RESUMED
    assert "no way back" in await page(client, f"{ONE}/remove")
    assert (await sent(client, f"{ONE}/remove")).headers["Location"] == "/clients?done=removed"
    assert recorded[-1].code is Code.CLIENT_REMOVED
    await page(client, ONE, status=404)


async def test_what_it_may_ask_for_and_how_it_guards_itself_is_said_by_the_form(
    client, place, recorded
) -> None:
    more = {
        "scopes": " roles  municipality roles",
        "require_pushed": "yes",
        "dpop_bound_access_tokens": "yes",
        "userinfo_signed_response_alg": "ES256",
    }
    assert (await sent(client, "/clients/new", id="hodiny", **ENTERED | more)).status == 303
    made = place.in_force.clients["hodiny"]
    assert made.scopes == {Scope.OPENID, Scope.ROLES, Scope.MUNICIPALITY}
    assert (made.require_pushed, made.dpop, made.userinfo_algorithm) == (True, True, "ES256")
    told = recorded[-1].details["changes"]
    for change in ("scopes: profile email roles → roles municipality", "require_pushed: – → yes"):
        assert change in told
    usual = place.in_force.clients["knihovna"]
    assert (usual.scopes, usual.require_pushed, usual.dpop, usual.userinfo_algorithm) == (
        USUAL,
        False,
        False,
        None,
    )
    change = await page(client, "/clients/own/hodiny/change")
    assert 'value="roles municipality"' in change
    for switch in ("require_pushed", "dpop_bound_access_tokens"):
        assert re.search(
            rf'name="{switch}"[^>]*>\s*<option value="no">no</option>\s*<option value="yes" selected', change
        )
    assert "configuration file on the server alone" in change


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scopes": "profile everything"}, "obsahuje rozsah, který neexistuje"),
        ({"authentication": "none", "require_pushed": "yes"}, "nemá čím doložit"),
    ],
)
async def test_what_it_cannot_ask_for_or_keep_is_said_at_the_field(client, place, changes, said) -> None:
    data = {"id": "x", **ENTERED, **changes}
    answer = await client.post("/clients/new", headers=headers(OF_CENTRE, "cs"), data=data)
    assert answer.status == 409
    assert said in await answer.text()
    assert "x" not in place.in_force.clients
    assert (await sent(client, "/clients/new", id="x", **ENTERED | {"require_pushed": "maybe"})).status == 400


async def test_a_secret_is_rotated_and_the_one_before_ended(client, place, recorded) -> None:
    [before] = (await place.store.all())[0].secrets
    assert 'value="24" selected' in await page(client, f"{ONE}/secret")
    assert (await sent(client, f"{ONE}/secret", overlap="24")).headers["Location"] == "/clients/secret"
    assert recorded[-1].code is Code.CLIENT_SECRET_MADE
    [one] = await place.store.all()
    assert one.secrets[1].ends_at == NOW + timedelta(hours=24)
    assert (await sent(client, f"{ONE}/end-secret", secret=before.id)).status == 303
    assert recorded[-1].code is Code.CLIENT_SECRET_ENDED
    for wrong in ("169", "x", "-1", "9" * 9, "١"):
        answer = await sent(client, f"{ONE}/secret", overlap=wrong)
        assert (answer.status, answer.headers["x-brana-reason"]) == (409, Why.OVERLAP)


async def test_an_old_secret_warns(client, place) -> None:
    await place.office.add("stara", LIBRARY, SOME_BY, NOW - timedelta(days=400))
    assert "old secret" in await page(client, "/clients")
    assert "older than a year" in await page(client, "/clients/own/stara")
    assert "older than a year" not in await page(client, ONE)


async def test_an_administrator_of_a_municipality_sees_and_closes_its_own_alone(
    client, place, recorded
) -> None:
    text = await page(client, "/clients", OF_HULIN)
    assert LIBRARY.title in text
    assert ">gis<" not in text
    assert "/clients/new" not in text
    await page(client, ONE, OF_HULIN)
    assert (await sent(client, f"{ONE}/secret", OF_HULIN, overlap="0")).status == 303
    assert (await sent(client, f"{ONE}/suspend", OF_HULIN)).status == 303
    for path, fields in (("resume", {}), ("remove", {}), ("change", {**ENTERED, "seen": NOW.isoformat()})):
        assert (await sent(client, f"{ONE}/{path}", OF_HULIN, **fields)).status == 403
        answer = await sent(client, f"{ONE}/{path}", PERMITTED_TOO_MUCH, **fields)
        entry = place.looks[-1]
        assert (answer.status, entry.code, entry.reason) == (404, Code.CLIENT_ACT_REFUSED, Why.UNKNOWN)
    assert (await sent(client, "/clients/new", OF_HULIN, id="x", **ENTERED)).status == 403
    await page(client, "/clients/configured/gis", OF_HULIN, status=403)
    assert "https://gis.example/cb" in await page(client, "/clients/configured/gis")


async def test_another_municipality_s_is_not_there(client, place, recorded) -> None:
    before = await place.store.all()
    assert LIBRARY.title not in await page(client, "/clients", OF_KVASICE)
    for path in ("", "/secret"):
        assert LIBRARY.title not in await page(client, f"{ONE}{path}", OF_KVASICE, status=404)
    for path, fields in (
        ("suspend", {}),
        ("secret", {"overlap": "0"}),
        ("end-secret", {"secret": before[0].secrets[0].id}),
    ):
        answer = await sent(client, f"{ONE}/{path}", OF_KVASICE, **fields)
        assert (answer.status, answer.headers["x-brana-reason"]) == (404, Why.UNKNOWN)
        assert (recorded[-1].code, recorded[-1].reason) == (Code.CLIENT_ACT_REFUSED, Why.UNKNOWN)
    assert await place.store.all() == before


async def test_who_only_reads_policies_sees_none(client) -> None:
    for path in ("/clients", ONE, "/clients/new", "/clients/configured/gis"):
        await page(client, path, READS, status=403)


async def test_an_act_takes_a_fresh_confirmation(client, place, recorded) -> None:
    before = await place.store.all()
    for path, fields in (
        (f"{ONE}/suspend", {}),
        (f"{ONE}/remove", {}),
        (f"{ONE}/secret", {"overlap": "0"}),
        ("/clients/new", {"id": "x", **ENTERED}),
    ):
        answer = await sent(client, path, LONG_AGO, **fields)
        assert (answer.status, answer.headers["x-brana-reason"]) == (409, "sign_in_too_old")
        assert "/.brana/sign-in?wish=anew" in await answer.text()
        assert (recorded[-1].code, recorded[-1].reason) == (Code.CLIENT_ACT_REFUSED, "sign_in_too_old")
    assert await place.store.all() == before


@pytest.mark.parametrize(
    "uri", ["https://*.hulin.example/cb", "https://a.example/cb#x", "javascript:alert(1)"]
)
async def test_what_the_configuration_refuses_is_told_beside_its_field(client, place, uri) -> None:
    for language, words in (("en", "Nothing was changed"), ("cs", "Nic se nezměnilo")):
        answer = await client.post(
            "/clients/new",
            data={"id": "x", **ENTERED, "redirect_uris": uri},
            headers=headers(OF_CENTRE, language),
            allow_redirects=False,
        )
        text = await answer.text()
        assert (answer.status, answer.headers["x-brana-reason"]) == (409, Why.DESCRIPTION)
        assert words in text
        assert 'id="redirect_uris-error"' in text
    assert len(await place.store.all()) == 1


async def test_a_name_with_markup_is_shown_as_text(client, place) -> None:
    await place.office.add("xss", replace_of(LIBRARY, title=XSS), SOME_BY, NOW)
    for path in (
        "/clients",
        "/clients/own/xss",
        *(f"/clients/own/xss/{one}" for one in ASKED),
    ):
        text = await page(client, path)
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;" in text


async def test_a_form_of_another_site_changes_nothing(client, place) -> None:
    before = await place.store.all()
    for site in ("cross-site", "same-site"):
        for path in (f"{ONE}/suspend", f"{ONE}/remove"):
            assert (await sent(client, path, site=site)).status == 403
        assert (await sent(client, "/clients/new", site=site, id="x", **ENTERED)).status == 403
        looked = await client.get("/clients", headers=headers(OF_CENTRE, site="cross-site"))
        assert looked.status == 403
    assert await place.store.all() == before


@pytest.mark.parametrize("why", Why)
def test_each_reason_has_words_in_both_languages(why: Why) -> None:
    told = shown(why)
    assert told.title[Language.CZECH] != told.title[Language.ENGLISH]
    assert told.advice[Language.CZECH] != told.advice[Language.ENGLISH]


UNUSABLE = ("https://*/", "https://x/#", "ftp://x/", "https://[", "http:///", "x" * 501)
WRONG = (
    *(
        {"redirect_uris": (uri,)}
        for uri in ("https://*/", "https://x/#", "ftp://x/", "https://[", "http:///", "x" * 501)
    ),
    {"redirect_uris": ()},
    {"redirect_uris": ("http://127.0.0.1/",)},
    {"redirect_uris": tuple(f"https://x/{n}" for n in range(30))},
    {"frontchannel_logout_uri": "https://y.test/"},
    {"frontchannel_logout_uri": "https://gis.test/a;b"},
    {"application": "none"},
    {"subject_type": "pairwise", "redirect_uris": ("https://a.test/", "https://b.test/")},
    {"sector": "x"},
    {"jwks": "{}"},
    {"jwks": "x", "authentication": "private_key_jwt"},
    {"authentication": "private_key_jwt"},
    {"title": ""},
    {"municipality": "1"},
)


@pytest.mark.parametrize("changes", WRONG)
def test_each_fault_is_told_in_czech_too(place: ClientPlace, changes) -> None:
    faults = faults_of("gis", replace_of(GIS, **changes), place.office.around())
    assert faults
    for _, what, remedy in faults:
        assert said(what, remedy, Language.ENGLISH) == f"{what}; {remedy}"
        assert not said(what, remedy, Language.CZECH).endswith(remedy), what
