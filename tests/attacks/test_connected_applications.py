"""Applications that administrators connect by pages: on the running product, by typed addresses and forged forms."""

import asyncio
import html
import json
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count

import pytest
import pytest_asyncio

from gateway.audit.entry import Code
from gateway.demo.people import CENTRE, HULIN
from gateway.web.clients import form
from tests.attacks.conftest import VERIFIER, SignedIn, authorization, foreign, known_at_login
from tests.gateway.clients.test_office import GIS, replace_of
from tests.rig.attacked import Ground
from tests.rig.attacked_people import VILLAGE
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
CALLBACK = "https://pripojena.hulin.example/callback"
ENTERED = form.entered(replace_of(GIS, redirect_uris=(CALLBACK,), title="Připojená aplikace"))
NUMBERS = count(1)
SECRET = re.compile(r"brana-client-[\w-]{43}")
XSS = '"><script>alert(1)</script>'


@dataclass(frozen=True, slots=True)
class Centre:
    ground: Ground
    browser: Visitor

    @property
    def site(self) -> str:
        return self.ground.product.addresses.origin("policies")

    async def sent(self, path: str, **fields: str) -> Shown:
        return await self.browser.post(f"{self.site}/clients{path}", fields, follow=False)

    async def connected(self, **changes: str) -> tuple[str, str]:
        """Its id and secret."""
        name = f"pripojena-{next(NUMBERS)}"
        answer = await self.sent("/new", id=name, **{**ENTERED, **changes})
        assert answer.status == 303, answer.text
        assert (await self.ground.entry(answer, Code.CLIENT_ADDED)).details["client"] == name
        shown = await self.browser.get(f"{self.site}/clients/secret")
        [secret] = SECRET.findall(shown.text)
        return name, secret


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def administrator(standing: Ground) -> AsyncIterator[Visitor]:
    site = standing.product.addresses.origin("policies")
    yield await standing.signed_in(standing.named("aplikace.centra"), f"{site}/clients")


@pytest.fixture
def centre(ground: Ground, administrator: Visitor) -> Centre:
    return Centre(ground, administrator)


async def code_for(ground: Ground, browser: Visitor, name: str) -> Shown:
    asked = authorization(ground, client_id=name, redirect_uri=CALLBACK, scope="openid")
    return await browser.get(asked, follow=False)


async def exchanged(ground: Ground, browser: Visitor, name: str, secret: str) -> Shown:
    """A new code, and what the token endpoint says to it."""
    code = (await code_for(ground, browser, name)).location.query["code"]
    values = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    shown = b64encode(f"{name}:{secret}".encode()).decode()
    return await browser.post(f"{ground.login}/token", values, headers={"Authorization": f"Basic {shown}"})


async def test_what_is_connected_is_in_force_at_once_and_what_is_suspended_nowhere(
    ground: Ground, centre: Centre, clerk: SignedIn
) -> None:
    name, secret = await centre.connected()
    browser = known_at_login(ground, clerk)
    answer = await exchanged(ground, browser, name, secret)
    assert answer.status == 200, answer.text
    token = json.loads(answer.text)["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await browser.get(f"{ground.login}/userinfo", headers=bearer)).status == 200
    await centre.ground.entry(await centre.sent(f"/own/{name}/suspend"), Code.CLIENT_SUSPENDED)
    assert (await browser.get(f"{ground.login}/userinfo", headers=bearer)).status == 401
    refused = await code_for(ground, browser, name)
    assert refused.status == 400
    await ground.refused(refused, "client_unknown")
    await centre.sent(f"/own/{name}/resume")
    assert (await exchanged(ground, browser, name, secret)).status == 200
    await ground.entry(await centre.sent(f"/own/{name}/remove"), Code.CLIENT_REMOVED)
    await centre.sent("/new", id=name, **ENTERED)  # whoever takes the name gets nothing of it
    assert (await browser.get(f"{ground.login}/userinfo", headers=bearer)).status == 401
    assert (await exchanged(ground, browser, name, secret)).status == 401


async def test_a_secret_that_was_ended_proves_nothing_and_is_written_nowhere(
    ground: Ground, centre: Centre, clerk: SignedIn
) -> None:
    name, first = await centre.connected()
    browser = known_at_login(ground, clerk)
    said = await ground.brana("clients", "rotate", name)
    [second] = SECRET.findall(said)
    [made] = await ground.entries(at_least=1, codes=(Code.CLIENT_SECRET_MADE,))
    for secret in (first, second):
        assert (await exchanged(ground, browser, name, secret)).status == 200
    page = (await centre.browser.get(f"{centre.site}/clients/own/{name}")).text
    [older] = set(re.findall(r'name="secret" value="([0-9a-f]{8})"', page)) - {made.details["secret"]}
    await ground.brana("clients", "end-secret", name, older)
    assert await ground.entries(at_least=1, codes=(Code.CLIENT_SECRET_ENDED,))
    refused = await exchanged(ground, browser, name, first)
    assert refused.status == 401
    assert (await ground.entry(refused, Code.TOKEN_REFUSED)).reason == "client_secret_wrong"
    assert (await exchanged(ground, browser, name, second)).status == 200
    assert older in await ground.brana("clients", "show", name)
    assert name in await ground.brana("clients", "list")
    kept = await asyncio.to_thread(lambda: [one.read_bytes() for one in files(ground)])
    for secret in (first, second):
        assert secret not in (await centre.browser.get(f"{centre.site}/clients/secret")).text
        assert secret not in (await centre.browser.get(f"{centre.site}/clients/own/{name}")).text
        assert not any(secret.encode() in one for one in kept)


def files(ground: Ground):
    return [one for one in ground.state.settings.state.directory.rglob("*") if one.is_file()]


async def test_an_administrator_of_a_municipality_reaches_another_s_by_no_address_and_no_form(
    ground: Ground, centre: Centre
) -> None:
    name, _ = await centre.connected(municipality=HULIN)
    before = [one for one in await ground.state.own_clients.all() if one.id == name]
    stranger = await ground.signed_in(ground.named("aplikace.vsi"), f"{centre.site}/clients")
    assert name not in (await stranger.get(f"{centre.site}/clients")).text
    for path in ("", "/secret"):
        shown = await stranger.get(f"{centre.site}/clients/own/{name}{path}", follow=False)
        assert (shown.status, "Připojená aplikace" in shown.text) == (404, False)
    for path, fields in (
        ("suspend", {}),
        ("secret", {"overlap": "0"}),
        ("end-secret", {"secret": before[0].secrets[0].id}),
    ):
        sent = {**fields, "municipality": HULIN}
        answer = await stranger.post(f"{centre.site}/clients/own/{name}/{path}", sent, follow=False)
        entry = await ground.entry(answer, Code.CLIENT_ACT_REFUSED)
        assert (answer.status, entry.reason, entry.own_municipality) == (404, "client_not_kept", VILLAGE)
    own = await ground.signed_in(ground.named("aplikace.hulin"), f"{centre.site}/clients")
    for who in (stranger, own):  # addresses are the centre's to say
        for path, fields in (
            (f"own/{name}/change", {**ENTERED, "seen": before[0].changed_at.isoformat()}),
            (f"own/{name}/remove", {}),
            (f"own/{name}/resume", {}),
            ("new", {"id": "cizi", **ENTERED}),
        ):
            answer = await who.post(f"{centre.site}/clients/{path}", fields, follow=False)
            assert answer.status == 403, path
            assert (await ground.entry(answer, Code.DECISION_REFUSE)).action == "administer"
    assert [one for one in await ground.state.own_clients.all() if one.id == name] == before
    answer = await own.post(f"{centre.site}/clients/own/{name}/suspend", {}, follow=False)
    assert answer.status == 303


async def test_no_address_that_the_configuration_refuses_is_registered(
    ground: Ground, centre: Centre
) -> None:
    before = await ground.state.own_clients.all()
    for uri in (
        "https://*.hulin.example/cb",
        "https://hulin.example/cb#kus",
        "javascript:alert(1)",
        "http://hulin.example/cb",
        "https://login.brana@evil.example/",
    ):
        answer = await centre.sent("/new", id="vadna", **{**ENTERED, "redirect_uris": f"{CALLBACK}\n{uri}"})
        entry = await ground.entry(answer, Code.CLIENT_ACT_REFUSED)
        assert (answer.status, entry.reason) == (409, "client_description_unusable")
        assert any("redirect_uris" in one for one in entry.details["faults"])
    assert await ground.state.own_clients.all() == before


async def test_a_name_with_a_script_runs_nowhere(ground: Ground, centre: Centre) -> None:
    name, _ = await centre.connected(title=XSS)
    for path in ("", f"/own/{name}", f"/own/{name}/change", f"/own/{name}/remove"):
        assert "<script>alert" not in (await centre.browser.get(f"{centre.site}/clients{path}")).text
    entry = (await ground.entries(at_least=1, codes=(Code.CLIENT_ADDED,)))[0]
    assert entry.details["client_title"] == XSS


async def test_no_form_of_another_site_connects_or_changes_anything(ground: Ground, centre: Centre) -> None:
    name, _ = await centre.connected(municipality=CENTRE)
    before = await ground.state.own_clients.all()
    for path, fields in ((f"own/{name}/remove", {}), ("new", {"id": "cizi", **ENTERED})):
        url = f"{centre.site}/clients/{path}"
        for headers in foreign(ground, url):
            answer = await centre.browser.post(url, fields, headers=headers, follow=False)
            assert answer.status == 403, headers
    assert await ground.state.own_clients.all() == before


async def test_nothing_is_told_to_an_application_outside_before_its_person_agreed_on_our_page(
    ground: Ground, centre: Centre, clerk: SignedIn
) -> None:
    name, _ = await centre.connected(operator="Cizí, s.r.o.")
    browser = known_at_login(ground, clerk)
    asked = authorization(ground, client_id=name, redirect_uri=CALLBACK, scope="openid email")
    page = await browser.get(asked, follow=False)
    assert (page.status, "Cizí, s.r.o." in page.text) == (200, True)
    silently = await browser.get(f"{asked}&prompt=none", follow=False)
    assert silently.location.query["error"] == "consent_required"
    [form_of_yes] = [one for one in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if "agree" in one]
    fields = {
        key: html.unescape(value) for key, value in re.findall(r'name="(\w+)" value="([^"]*)"', form_of_yes)
    }
    url = f"{ground.login}/consent"
    for headers in foreign(ground, url):
        assert (await browser.post(url, fields, headers=headers, follow=False)).status == 403, headers
    assert await ground.entries(codes=(Code.CONSENT_GIVEN,), application=name) == []
    answer = await browser.post(url, fields, follow=False)
    assert str(answer.location).startswith(f"{CALLBACK}?code=")
    assert (await ground.entry(answer, Code.CONSENT_GIVEN)).person == clerk.account.login
