"""Technical accounts: programs get in by a certificate from the right place, or a token, and by nothing else."""

import base64
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from gateway.audit.entry import Code
from gateway.grants.cookie import GRANT
from tests.rig.programs import Programs, Told, maker, programs

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
BASED = "x-brana-assertion"
AT_ONCE = 0.1  # seconds, as promised


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Programs]:
    async with programs(tmp_path_factory.mktemp("programs")) as made:
        yield made


@pytest.fixture
def world(running: Programs) -> Programs:
    running.ground.taken_over.requests.clear()
    return running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def token(running: Programs) -> str:
    told = await running.token(**running.assertion())
    assert told.status == 200, told.body
    assert told.body["token_type"] == "Bearer"
    return str(told.body["access_token"])


def claims_of(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


async def refused(world: Programs, told: object, reason: str, status: int = 401) -> None:
    """As data with a challenge, nothing reached the application, and both entries say why."""
    assert told.status == status, told.body
    assert told.body["reason"] == told.headers["x-brana-reason"] == reason
    if status == 401:
        assert told.headers["WWW-Authenticate"].endswith(
            f'error="invalid_token", error_description="{reason}"'
        )
        assert (await world.ground.entry(told.request_id, Code.TECHNICAL_REFUSED)).reason == reason
    await world.ground.refused(told.request_id, reason)
    assert world.ground.taken_over.requests == []


async def test_a_program_with_a_token_gets_in_without_a_question_and_the_token_goes_no_further(
    world: Programs, token: str
) -> None:
    for _ in range(2):
        told = await world.ask(world.address("agenda") + "/x", Authorization=f"Bearer {token}")
        assert told.status == 200, told.body
    for request in world.ground.taken_over.requests:
        assert request.value("authorization") == ""
        who = claims_of(request.value(BASED))
        assert (who["sub"], who["aud"], who["actions"]) == ("technical:podatelna", "agenda", ["read"])
    entry = await world.ground.entry(told.request_id)
    assert (entry.subject, entry.person, entry.details["fresh"]) == ("technical:podatelna", "podatelna", True)
    assert claims_of(token)["aud"] == "agenda"


async def test_a_token_is_none_at_another_application_nor_in_the_place_of_a_grant(
    world: Programs, token: str
) -> None:
    told = await world.ask(world.address("sklad"), Authorization=f"Bearer {token}")
    await refused(world, told, "token_of_another_application")
    cookie = await world.ask(world.address("agenda"), Cookie=f"{GRANT}={token}")
    assert (cookie.status, cookie.body["reason"]) == (401, "sign_in_needed")
    told = await world.ask(world.ground.portal, Authorization=f"Bearer {token}")
    assert told.status == 401
    assert world.ground.taken_over.requests == []


async def test_forged_tokens_open_nothing(world: Programs, token: str) -> None:
    head, body, signature = token.split(".")
    keys = await world.ask(world.address("login") + "/jwks")
    public = json.dumps(keys.body["keys"][0]).encode()
    claims = claims_of(token)
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
    forged = [
        f"{none}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims, OctKey.import_key(public)),
        jwt.encode({"alg": "ES256", "kid": "nobody", "typ": "at+jwt"}, claims, ECKey.generate_key("P-256")),
        jwt.encode({"alg": "ES256", "typ": "at+jwt"}, claims, world.key),
        jwt.encode({"alg": "ES256"}, claims, world.ground.state.keys.assertion),
        jwt.encode({"alg": "ES256"}, claims, world.ground.state.keys.grant),
        jwt.encode({"alg": "ES256"}, claims, world.ground.state.keys.provider_es256),
        jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, world.ground.state.keys.technical),
        jwt.encode(
            {"alg": "ES256", "typ": "at+jwt"},
            {**claims, "iss": "https://evil.test"},
            world.ground.state.keys.technical,
        ),
        "x",
        "",
    ]
    for text in forged[:-1]:
        told = await world.ask(world.address("agenda") + "/x", "POST", Authorization=f"Bearer {text}")
        await refused(world, told, "token_unusable")


async def test_an_expired_token_is_refused_by_name(world: Programs, token: str) -> None:
    old = {**claims_of(token), "exp": int(time.time()) - 5}
    text = jwt.encode({"alg": "ES256", "typ": "at+jwt"}, old, world.ground.state.keys.technical)
    await refused(
        world, await world.ask(world.address("agenda"), Authorization=f"Bearer {text}"), "token_expired"
    )


async def test_what_no_rule_permits_to_programs_they_may_not(world: Programs, token: str) -> None:
    told = await world.ask(world.address("agenda") + "/x", "POST", Authorization=f"Bearer {token}")
    await refused(world, told, "not_for_technical_accounts", 403)
    secret, _ = await world.secret("ostatni")
    told = await world.token("ostatni", secret)
    assert (told.status, told.body["error"]) == (400, "invalid_target")
    assert told.body["error_description"] == "technical_municipality_unclear"
    told = await world.token("ostatni", secret, municipality="588296")
    assert told.body == {"error": "unauthorized_client", "error_description": "not_for_technical_accounts"}


async def test_no_token_is_given_for_our_own_pages_or_what_is_no_application(world: Programs) -> None:
    for resource in (
        world.ground.portal,
        world.address("admin"),
        "https://evil.test",
        world.address("login"),
    ):
        told = await world.token(resource=resource, **world.assertion())
        assert (told.status, told.body["error"]) == (400, "invalid_target"), resource
        assert told.body["error_description"] == "technical_account_no_pages"


async def test_an_assertion_is_good_once_and_from_its_own_key_and_for_us_alone(world: Programs) -> None:
    used = world.assertion()
    assert (await world.token(**used)).status == 200
    wrong = {
        "program_assertion_used_twice": used,
        "program_assertion_wrong": world.assertion(ECKey.generate_key("P-256")),
        "program_assertion_for_another": world.assertion(aud="https://evil.test"),
        "program_assertion_out_of_time": world.assertion(exp=int(time.time()) + 86_400),
    }
    public = OctKey.import_key(json.dumps(world.key.as_dict(private=False)))
    more = [
        world.assertion(public, "HS256"),
        world.assertion(exp=int(time.time()) - 60),
        world.assertion(jti=""),
    ]
    for number, (reason, proof) in enumerate([*wrong.items(), *(("", one) for one in more)]):
        told = await world.token(source=f"127.9.{number}.1", **proof)
        assert (told.status, told.body["error"]) == (401, "invalid_client"), reason
        entry = await world.ground.entry(told.request_id, Code.TOKEN_REFUSED)
        assert entry.application == "podatelna"
        assert entry.reason == reason or not reason


async def test_wrong_secrets_have_to_wait_and_keep_nobody_else_out(world: Programs) -> None:
    secret, _ = await world.secret()
    source = "127.8.0.1"
    for _ in range(5):
        assert (await world.token("podatelna", "wrong", source=source)).status == 401
    told = await world.token("podatelna", secret, source=source)
    assert (told.status, told.body["error"]) == (429, "slow_down")
    assert (await world.ground.entry(told.request_id, Code.TOKEN_REFUSED)).reason == "program_must_wait"
    assert (await world.token("podatelna", secret, source="127.8.1.1")).status == 200


async def test_a_revoked_secret_takes_its_tokens_with_it_at_once(world: Programs) -> None:
    secret, name = await world.secret()
    told = await world.token("podatelna", secret)
    bearer = {"Authorization": f"Bearer {told.body['access_token']}"}
    assert (await world.ask(world.address("agenda"), **bearer)).status == 200
    world.ground.taken_over.requests.clear()
    await world.ground.brana("technical", "revoke", name)
    await refused(world, await world.ask(world.address("agenda"), **bearer), "token_withdrawn")
    told = await world.token("podatelna", secret, source="127.7.0.1")
    assert told.status == 401
    assert secret not in (await world.ground.brana("technical", "list"))
    acts = (Code.TECHNICAL_SECRET_ISSUED, Code.TECHNICAL_SECRET_REVOKED)
    found = [one for one in await world.ground.entries(codes=acts) if one.details.get("secret") == name]
    assert [one.code for one in found] == [Code.TECHNICAL_SECRET_REVOKED, Code.TECHNICAL_SECRET_ISSUED]
    assert await world.ground.entries(at_least=1, codes=(Code.TOKEN_ISSUED,))


async def test_a_key_that_a_reload_takes_away_takes_its_tokens_with_it_at_once(world: Programs) -> None:
    told = await world.token(**world.assertion())
    bearer = {"Authorization": f"Bearer {told.body['access_token']}"}
    assert (await world.ask(world.address("agenda"), **bearer)).status == 200
    world.ground.taken_over.requests.clear()
    file = world.authority.folder / "podatelna.json"
    before = file.read_text()
    file.write_text(json.dumps({"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}))
    try:
        await world.ground.brana("reload")
        await refused(world, await world.ask(world.address("agenda"), **bearer), "token_withdrawn")
        assert (await world.token(**world.assertion())).status == 401
    finally:
        file.write_text(before)
        await world.ground.brana("reload")
    assert (await world.token(**world.assertion())).status == 200


async def test_an_account_that_has_ended_gets_no_token(world: Programs) -> None:
    secret, _ = await world.secret("davno")
    told = await world.token("davno", secret)
    assert (told.status, told.body["error_description"]) == (400, "technical_account_ended")


async def test_a_certificate_from_the_right_place_gets_in_without_a_question_the_second_time(
    world: Programs,
) -> None:
    certificate, _ = world.authority.client()
    fresh = []
    for _ in range(20):  # several workers of Envoy remember each for itself
        told = await world.ask(world.address("api") + "/x", certificate=certificate)
        assert told.status == 200, told.body
        fresh.append((await world.ground.entry(told.request_id)).details["fresh"])
        if fresh[-1]:
            break
    assert fresh[0] is False
    assert fresh[-1] is True
    who = claims_of(world.ground.taken_over.last.value(BASED))
    assert (who["sub"], who["amr"]) == ("technical:cidla", ["x509"])
    world.ground.taken_over.requests.clear()
    elsewhere = await world.ask(world.address("api") + "/x", certificate=certificate, source="127.6.0.1")
    await refused(world, elsewhere, "technical_address")


async def test_a_certificate_that_is_not_good_is_refused_by_its_reason(
    world: Programs, tmp_path: Path
) -> None:
    own = world.authority
    other = maker(tmp_path / "other", "Cizí autorita")
    namesake = maker(tmp_path / "namesake")
    shown = {
        "certificate_missing": None,
        "certificate_revoked": world.revoked,
        "certificate_expired": own.client(ends=timedelta(days=-1))[0],
        "certificate_of_another_purpose": own.client(purpose=ExtendedKeyUsageOID.SERVER_AUTH)[0],
        "certificate_unknown": own.client("jiny.example")[0],
        "certificate_of_another_authority": other.client()[0],
    }
    for reason, certificate in [*shown.items(), ("certificate_of_another_authority", namesake.client()[0])]:
        told = await world.ask(world.address("api"), certificate=certificate)
        await refused(world, told, reason)


async def test_a_person_s_grant_and_session_are_none_where_programs_come(world: Programs) -> None:
    """With it nobody would need a certificate, nor the network that the account is good in."""
    person = world.ground.somebody()
    browser = await world.ground.signed_in(person, world.address("agenda"))
    cookie = world.ground.cookie(browser, world.address("agenda"))
    assert (await world.ask(world.address("agenda"), Cookie=cookie)).status == 200
    world.ground.taken_over.requests.clear()
    for sent in (cookie, cookie.replace("; ", ";"), f"a=1; {cookie}"):
        told = await world.ask(world.address("api"), Cookie=sent)
        await refused(world, told, "certificate_missing")
    told = await world.ask(world.address("api"), certificate=world.authority.client()[0], Cookie=cookie)
    assert told.status == 200
    (seen,) = world.ground.taken_over.requests
    assert claims_of(seen.value(BASED))["sub"] == "technical:cidla"
    assert {name for name, _ in seen.headers if name.startswith("x-brana")} == {BASED}


async def test_a_certificate_that_is_revoked_is_out_at_once_also_on_its_open_connection_and_no_other_is(
    world: Programs,
) -> None:
    here = world.address("api") + "/x"
    (going, serial), (staying, _) = world.authority.client(), world.authority.client()
    async with world.one_connection(going) as first, world.one_connection(staying) as second:
        for one in (first, second):
            assert (await one(here)).status == 200
        before = [await world.ground.entry((await one(here)).request_id) for one in (first, second)]
        assert [one.details["fresh"] for one in before] == [True, True]
        world.authority.revoke(serial)
        begun = time.monotonic()
        while (told := await first(here)).status == 200:
            assert time.monotonic() - begun < 10, "a remembered verdict outlives its certificate"
        assert told.body["reason"] == "certificate_revoked"
        after = await world.ground.entry((await second(here)).request_id)
        assert (after.session, after.details["fresh"]) == (before[1].session, True)
    (ended,) = await world.ground.entries(
        at_least=1, codes=(Code.SESSION_ENDED,), reason="certificate_revoked"
    )
    assert ended.session == before[0].session != before[1].session


async def test_a_certificate_that_expires_is_out_at_that_moment_also_on_its_open_connection(
    world: Programs,
) -> None:
    here = world.address("api") + "/x"
    certificate, _ = world.authority.client(ends=timedelta(seconds=5))
    ends = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc.timestamp()
    async with world.one_connection(certificate) as ask:
        asked, told, let_in = time.time(), await ask(here), 0
        while told.status == 200:
            assert asked < ends + AT_ONCE, "a remembered verdict outlives its certificate"
            asked, told, let_in = time.time(), await ask(here), let_in + 1
    assert told.body["reason"] == "certificate_expired"
    assert let_in


async def test_nothing_that_a_request_says_is_a_certificate(world: Programs) -> None:
    certificate, _ = world.authority.client()
    pem = certificate.read_text().partition("-----BEGIN PRIVATE")[0].replace("\n", "%0A")
    forged = {
        "X-Forwarded-Client-Cert": f'Hash=abc;Cert="{pem}";URI=;DNS=cidla.brana.localhost',
        "x-brana-certificate": pem,
        "x-brana-certificate-verified": "1",
        "x-brana-bearer": "x",
        "x-brana-gate": "agenda 588296 a.1 e own ,read,",
    }
    told = await world.ask(world.address("api"), **forged)
    await refused(world, told, "certificate_missing")
    told = await world.ask(world.address("agenda"), **forged)
    assert (told.status, told.body["reason"]) == (401, "sign_in_needed")
    assert world.ground.taken_over.requests == []


async def test_people_are_never_asked_for_a_certificate_nor_let_in_where_programs_come(
    world: Programs,
) -> None:
    """The name in the handshake and the host in the request are of one kind, or the request is refused."""
    certificate, _ = world.authority.client()
    told = await world.ask(world.address("agenda"), certificate=certificate)
    assert (told.status, told.body["reason"]) == (401, "sign_in_needed")
    for said, host in (("api", "agenda"), ("agenda", "api"), ("api", "portal")):
        authority = world.address(host).removeprefix("https://")
        told = await world.ask(world.address(said), certificate=certificate, Host=authority)
        assert (told.status, told.body["reason"]) == (421, "no_such_host")
    told = await world.ask(world.address("api") + "/.brana/sign-in", certificate=certificate)
    assert told.status == 404
    assert world.ground.taken_over.requests == []


async def test_a_token_serves_on_while_keys_change_in_order_and_is_worth_nothing_when_they_are_compromised(
    world: Programs,
) -> None:
    """The last test here: tokens of before are over."""

    async def issued() -> str:
        return str((await world.token(**world.assertion())).body["access_token"])

    async def asked(token: str) -> Told:
        return await world.ask(world.address("agenda") + "/x", Authorization=f"Bearer {token}")

    before = await issued()
    await world.ground.brana("keys", "rotate", "--which", "technical")
    told = await asked(before)
    assert told.status == 200
    assert (await world.ground.entry(told.request_id)).details["fresh"]  # Envoy believes both keys
    world.ground.taken_over.requests.clear()
    await world.ground.brana("keys", "rotate", "--which", "technical", "--compromised")
    await refused(world, await asked(before), "token_unusable")
    told = await asked(await issued())
    assert told.status == 200
    assert (await world.ground.entry(told.request_id)).details["fresh"]
