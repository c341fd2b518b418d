"""Requests for a sign-in that somebody forged, took from another, or added to on their way, on the running product."""

import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.audit.entry import Code
from gateway.demo.slapd import free_port
from idp.oidc.pkce import challenge_of
from tests.attacks.conftest import SignedIn, authorization, known_at_login
from tests.rig.attacked import Ground
from tests.rig.attacked_archive import ARCHIVE, ARCHIVE_CALLBACK, archive_key
from tests.rig.attacked_parties import LIBRARY, LIBRARY_CALLBACK
from tests.rig.neighbours import Neighbour, listening
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def now() -> int:
    """Of this machine, which is the product's too."""
    return int(time.time())


def said(ground: Ground, **changes: Any) -> dict[str, Any]:
    plain = authorization(ground, client_id=ARCHIVE, redirect_uri=ARCHIVE_CALLBACK)
    own = {"iss": ARCHIVE, "aud": ground.login, "exp": now() + 60, "jti": secrets.token_hex(8)}
    usual = dict(parse_qsl(urlsplit(plain).query)) | own
    return {name: value for name, value in (usual | changes).items() if value is not None}


def signed(ground: Ground, key: ECKey | None = None, **changes: Any) -> str:
    claims = said(ground, **changes)
    return jwt.encode({"alg": "ES256"}, claims, key or archive_key(), algorithms=["ES256"])


def address(ground: Ground, **asked: str) -> str:
    return f"{ground.login}/authorize?{urlencode(asked)}"


async def follow(ground: Ground, browser: Visitor, **asked: str) -> Shown:
    return await browser.get(address(ground, **{"client_id": ARCHIVE, **asked}), follow=False)


async def refused(ground: Ground, shown: Shown, reason: str, client: str = ARCHIVE) -> None:
    """By a page that leads nowhere, and with an entry that says why."""
    assert shown.status == 400
    entry = await ground.entry(shown, Code.CODE_REFUSED)
    assert (entry.application, entry.reason) == (client, reason)
    await ground.refused(shown, reason)


async def pushed(ground: Ground, **changes: Any) -> str:
    """The archive leaves a signed request; its name."""
    proof = {
        "iss": ARCHIVE,
        "sub": ARCHIVE,
        "aud": ground.login,
        "exp": now() + 60,
        "jti": secrets.token_hex(8),
    }
    shown = jwt.encode({"alg": "ES256"}, proof, archive_key(), algorithms=["ES256"])
    form = {"client_assertion": shown, "client_assertion_type": KIND, "client_id": ARCHIVE}
    answer = await ground.browser().post(f"{ground.login}/par", form | {"request": signed(ground, **changes)})
    assert answer.status == 201, answer.text
    return str(json.loads(answer.text)["request_uri"])


async def test_a_request_that_another_key_signed_or_none_is_refused_by_name(
    ground: Ground, clerk: SignedIn
) -> None:
    browser = known_at_login(ground, clerk)
    right = signed(ground)
    header, payload, signature = right.split(".")
    for forged in (
        signed(ground, ECKey.generate_key("P-256")),
        f"eyJhbGciOiJub25lIn0.{payload}.",
        f"eyJhbGciOiJIUzI1NiJ9.{payload}.{signature}",
        f"{header}.{signed(ground, scope='openid profile').split('.')[1]}.{signature}",
    ):
        await refused(ground, await follow(ground, browser, request=forged), "request_object_wrong")
    for changes in ({"aud": "https://evil.test"}, {"iss": LIBRARY}, {"client_id": LIBRARY}):
        forged = signed(ground, **changes)
        await refused(ground, await follow(ground, browser, request=forged), "request_object_for_another")
    asked = {"redirect_uri": ARCHIVE_CALLBACK, "response_type": "code", "scope": "openid"}
    plain = await follow(ground, browser, **asked)
    assert plain.location.query["error"] == "invalid_request"
    assert (await ground.entry(plain, Code.CODE_REFUSED)).reason == "request_not_signed"


async def test_a_signed_request_and_a_pushed_one_are_good_once(ground: Ground, clerk: SignedIn) -> None:
    browser = known_at_login(ground, clerk)
    request = signed(ground)
    assert (await follow(ground, browser, request=request)).location.query["code"]
    await refused(ground, await follow(ground, browser, request=request), "request_object_used_twice")
    uri = await pushed(ground)
    assert (await follow(ground, browser, request_uri=uri)).location.query["code"]
    await refused(ground, await follow(ground, browser, request_uri=uri), "request_uri_used_twice")
    late = signed(ground, exp=now() - 31)
    await refused(ground, await follow(ground, browser, request=late), "request_object_out_of_time")


async def test_a_pushed_request_is_nobody_elses_and_whoever_tries_spends_nothing(
    ground: Ground, clerk: SignedIn
) -> None:
    browser = known_at_login(ground, clerk)
    uri = await pushed(ground)
    stolen = await follow(ground, browser, client_id=LIBRARY, request_uri=uri)
    await refused(ground, stolen, "request_uri_of_another_client", LIBRARY)
    stolen = await follow(
        ground, browser, client_id=LIBRARY, request_uri=uri, redirect_uri=LIBRARY_CALLBACK, state="x"
    )
    assert stolen.location.query["error"] == "invalid_request_uri"
    assert (await follow(ground, browser, request_uri=uri)).location.query["code"]


async def test_nothing_that_stands_beside_a_signed_request_counts(ground: Ground, clerk: SignedIn) -> None:
    browser = known_at_login(ground, clerk)
    beside = {
        "redirect_uri": LIBRARY_CALLBACK,
        "state": "beside",
        "scope": "openid profile email",
        "code_challenge": challenge_of("x" * 43),
        "response_mode": "form_post",
        "prompt": "login",
    }
    for asked in ({"request": signed(ground)}, {"request_uri": await pushed(ground)}):
        answer = await follow(ground, browser, **beside, **asked)
        assert str(answer.location).startswith(ARCHIVE_CALLBACK)
        assert answer.location.query["state"] == "state-1"
    without = signed(ground, redirect_uri=None)
    await refused(ground, await follow(ground, browser, **beside, request=without), "redirect_uri_missing")


async def test_no_address_that_a_browser_brings_is_asked(ground: Ground, clerk: SignedIn) -> None:
    browser = known_at_login(ground, clerk)
    port, listener = free_port(), Neighbour()
    async with listening(listener, port):
        for uri in (
            f"http://127.0.0.1:{port}/request",
            f"https://127.0.0.1:{port}/request",
            "http://169.254.169.254/latest/meta-data/",
            "https://evil.test/request",
            "file:///etc/passwd",
            "urn:ietf:params:oauth:request_uri:../x",
        ):
            await refused(ground, await follow(ground, browser, request_uri=uri), "request_uri_elsewhere")
        nested = signed(ground, request_uri=f"http://127.0.0.1:{port}/request")
        await refused(ground, await follow(ground, browser, request=nested), "request_object_wrong")
    assert listener.requests == []
