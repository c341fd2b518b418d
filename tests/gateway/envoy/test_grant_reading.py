"""What the gate takes for a grant, and what it does not: forged, changed, written otherwise. Against a real Envoy."""

import asyncio
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc import jws

from gateway.grants.sign import keys_by_header, public_jwks
from tests.rig.envoy import Plane
from tests.rig.neighbours import Signer

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def decision_refuses(plane: Plane) -> None:
    plane.forget()
    plane.decision.answer = lambda _: web.Response(status=403, text="refused by the decision")
    await plane.gate()


async def test_a_grant_of_another_key_is_worth_nothing(plane: Plane) -> None:
    forged = Signer().grant()
    assert (await plane.ask(cookie=f"__Host-brana-grant={forged}")).status == 403


async def test_algorithms_that_are_not_ours_are_worth_nothing(plane: Plane) -> None:
    honest = plane.signer.grant()
    _, payload, signature = honest.split(".")
    nothing = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    # HS256 with the public key as its secret (RFC 8725 §2.1)
    head = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=").decode()
    mac = hmac.digest(plane.signer.key.as_pem(private=False), f"{head}.{payload}".encode(), "sha256")
    confused = f"{head}.{payload}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    for token in (f"{nothing}.{payload}.", f"{nothing}.{payload}.{signature}", confused):
        assert (await plane.ask(cookie=f"__Host-brana-grant={token}")).status == 403


async def test_a_changed_grant_is_worth_nothing(plane: Plane) -> None:
    head, payload, signature = plane.signer.grant().split(".")
    other = plane.signer.grant(application="register").split(".")[1]
    for token in (
        f"{head}.{other}.{signature}",
        f"{head}.{payload}.",
        f"{head}.{payload}.{signature[:-4]}AAAA",
    ):
        assert (await plane.ask(cookie=f"__Host-brana-grant={token}")).status == 403


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def changed_anywhere(token: str) -> Iterator[str]:
    """One character for another, here and there; the last ones of each part also carry bits that mean nothing."""
    ends = [at for at, character in enumerate(f"{token}.") if character == "."]
    for at in sorted({*range(0, len(token), 17), *(end - 1 for end in ends), *(end - 2 for end in ends)}):
        if token[at] != ".":
            other = ALPHABET[ALPHABET.index(token[at]) ^ 1]
            yield f"{token[:at]}{other}{token[at + 1 :]}"


async def test_no_character_of_a_grant_may_change(plane: Plane) -> None:
    honest = plane.signer.grant()
    for token in changed_anywhere(honest):
        assert (await plane.ask(cookie=f"__Host-brana-grant={token}")).status == 403, token
    assert (await plane.ask(cookie=f"__Host-brana-grant={honest}")).status == 200


async def test_a_grant_that_is_written_in_another_way_is_none(plane: Plane) -> None:
    honest = plane.signer.grant()
    head, payload, signature = honest.split(".")
    r, s = (int.from_bytes(half) for half in halves_of(signature))
    der = urlsafe_b64encode(encode_dss_signature(r, s)).rstrip(b"=").decode()
    spaced = jws.serialize_compact(
        {"alg": "ES256", "kid": plane.signer.key.thumbprint(), "typ": "brana-grant+jwt"},
        urlsafe_b64decode(payload + "=" * (-len(payload) % 4)),
        plane.signer.key,
    )
    ways = (
        f"{head}.{payload}.{der}",
        f"{head}.{payload}.{'A' * 86}",
        f"{head}.{payload}.{signature}=",
        f"{head}.{payload}.{signature}.",
        f'"{honest}"',
        f" {honest} x",
        f"{head}.{payload}",
        spaced,
    )
    for token in ways:
        assert (await plane.ask(cookie=f"__Host-brana-grant={token}")).status == 403, token


async def test_a_grant_that_is_longer_than_any_of_ours_is_none(plane: Plane) -> None:
    """Browsers keep 4,096 bytes of a cookie; nobody has Envoy read more than twice that."""
    for longer, passed in ((3_000, 1), (6_000, 0)):
        plane.application.requests.clear()
        await plane.ask(cookie=plane.cookie(jti="j" * longer))  # which the decision need not read either
        assert len(plane.application.requests) == passed


async def test_every_signature_is_read_whatever_its_numbers_begin_with(plane: Plane) -> None:
    """Numbers of DER are as short as they can be, and begin with no bit that would make them negative."""
    wanted = {"0r", "0s", "highr", "highs", "lowr", "lows"}
    while wanted:
        token = plane.signer.grant(revocation=f"sid{len(wanted)}.1")
        r, s = halves_of(token.rpartition(".")[2])
        kinds = {f"{_begins(r)}r", f"{_begins(s)}s"}
        if kinds & wanted:
            wanted -= kinds
            assert (await plane.ask(cookie=f"__Host-brana-grant={token}")).status == 200, token


def halves_of(signature: str) -> tuple[bytes, bytes]:
    octets = urlsafe_b64decode(f"{signature}==")
    return octets[:32], octets[32:]


def _begins(half: bytes) -> str:
    if half[0] == 0:
        return "0"
    return "high" if half[0] >= 128 else "low"


async def test_of_two_grants_in_one_header_neither_is_read(plane: Plane) -> None:
    """Somebody has planted one, so that a person acts as somebody else, and no browser says which."""
    mine, theirs, forged = plane.signer.grant(), plane.signer.grant(revocation="sid9.1"), Signer().grant()
    for first, second in (
        (mine, theirs),
        (theirs, mine),
        (mine, mine),
        (mine, forged),
        (mine, ""),
        ("a b", mine),
    ):
        cookie = f"__Host-brana-grant={first}; a=1; __Host-brana-grant={second}"
        assert (await plane.ask(cookie=cookie)).status == 403
    assert (
        await plane.ask(cookie=f"__Host-brana-grant-other={theirs}; __Host-brana-grant={mine}")
    ).status == 200


async def test_a_grant_passes_until_its_second_ends_however_often_it_was_read(plane: Plane) -> None:
    cookie = plane.cookie(lives=2)
    assert (await plane.ask(cookie=cookie)).status == 200
    async with asyncio.timeout(10):
        while (await plane.ask(cookie=cookie)).status == 200:
            await asyncio.sleep(0.1)


async def test_a_key_that_is_taken_back_ends_every_grant_it_has_signed(plane: Plane) -> None:
    cookie, other = plane.cookie(), Signer()
    assert (await plane.ask(cookie=cookie)).status == 200
    for key, mine, theirs in ((other.key, 403, 200), (plane.signer.key, 200, 403)):
        jwks = public_jwks(key)
        plane.discovery.publish_keys(keys_by_header(jwks), {"tokens": jwks}, plane.settings)
        assert await plane.discovery.keys_applied(timedelta(seconds=10))
        assert (await plane.ask(cookie=cookie)).status == mine
        assert (await plane.ask(cookie=f"__Host-brana-grant={other.grant()}")).status == theirs
