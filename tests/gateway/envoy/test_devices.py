"""Certificates of devices at people's connections: a real Envoy, asked by real connections."""

import asyncio
import re
import ssl
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
import pytest_asyncio
from aiohttp import web

from config.vocabulary import DeviceId
from gateway.authorize.certificate import NONE_SHOWN
from gateway.devices.authority import Authority
from gateway.envoy.devices import told_of
from gateway.grants.sign import keys_by_header, public_jwks
from tests.rig import exact_http
from tests.rig.devices import SERVER, Certified, authority_of_devices, certified, certified_otherwise, pem_of
from tests.rig.envoy import DOMAIN, Plane, data_plane
from tests.rig.exact_http import Answer, exchange, request

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
FILES = f"files.{DOMAIN}"
DEVICE = DeviceId("d" * 22)
WORD = f"~{DEVICE}.3"


@pytest.fixture(scope="module", name="authority")
def _authority() -> Authority:
    return authority_of_devices()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plane(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> AsyncIterator[Plane]:
    folder = tmp_path_factory.mktemp("d")
    async with data_plane(folder, device_authorities=(pem_of(authority),)) as running:
        yield running


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def decision_refuses(plane: Plane) -> None:
    plane.forget()
    plane.decision.answer = lambda _: web.Response(status=403, text="refused by the decision")
    await plane.gate()


def context_of(plane: Plane, shows: Certified | None, folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(plane.folder / "server.pem"))
    context.check_hostname = False
    return context if shows is None else shows.shown_in(context, folder)


async def ask(
    plane: Plane,
    shows: Certified | None,
    folder: Path,
    cookie: str | None = None,
    headers: tuple[str, ...] = (),
) -> Answer:
    context = context_of(plane, shows, folder)
    connection = await exact_http.connect(plane.port, context, FILES)
    answers = await exchange(*connection, request("/", host=FILES, cookie=cookie, headers=headers))
    return answers[0]


def bound_to(plane: Plane, shows: Certified, device: str = WORD, **said: str) -> str:
    digest = urlsafe_b64encode(bytes.fromhex(shows.thumbprint)).rstrip(b"=").decode()
    return plane.cookie(device=device, cnf={"x5t#S256": digest}, **said)


async def openssl(plane: Plane, *options: str, end: bytes = b"Q\n") -> str:
    process = await asyncio.create_subprocess_exec(
        *("openssl", "s_client", "-connect", f"127.0.0.1:{plane.port}", "-servername", FILES, *options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(end), 15)
    return said.decode(errors="replace")


async def test_people_are_asked_for_certificates_of_devices_alone_and_need_none(
    plane: Plane, tmp_path: Path
) -> None:
    said = await openssl(plane)
    named = said.partition("Acceptable client certificate CA names")[2].partition("Requested Signature")[0]
    assert re.findall(r"CN ?= ?(.*)", named) == ["Brana devices of brana.test"]
    assert (await ask(plane, None, tmp_path, plane.cookie())).status == 200


async def test_the_decision_hears_which_certificate_was_shown_whoever_has_issued_it(
    plane: Plane, tmp_path: Path, authority: Authority
) -> None:
    another = authority_of_devices()
    for shows in (
        certified(authority, DEVICE),
        certified(another, DEVICE),
        certified_otherwise(authority, DEVICE, SERVER),
        certified_otherwise(authority, DEVICE, ends=timedelta(seconds=-1)),
    ):
        assert (await ask(plane, shows, tmp_path)).status == 403
        heard = unquote(plane.decision.last.value("x-brana-certificate"))
        assert (
            heard.strip()
            == shows.chain.partition("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----"
        )
    assert (await ask(plane, None, tmp_path)).status == 403
    assert plane.decision.last.value("x-brana-certificate") in NONE_SHOWN


async def test_no_header_of_a_request_says_whose_connection_it_is(plane: Plane, tmp_path: Path) -> None:
    claimed = (
        'X-Forwarded-Client-Cert: Hash=00;Subject="CN=dddd"',
        f"X-Brana-Certificate: {DEVICE}",
        "X-Brana-Certificate-Verified: 1",
        "X-Client-Cert: x",
    )
    await ask(plane, None, tmp_path, headers=claimed)
    asked = plane.decision.last
    assert asked.value("x-brana-certificate") in NONE_SHOWN
    assert asked.value("x-forwarded-client-cert") == ""
    assert (await ask(plane, None, tmp_path, plane.cookie(), claimed)).status == 200
    told = {name.lower() for name, _ in plane.application.last.headers}
    assert not told & {"x-forwarded-client-cert", "x-brana-certificate", "x-brana-certificate-verified"}


async def test_a_bound_grant_is_fresh_by_its_certificate_and_nowhere_else(
    plane: Plane, tmp_path: Path, authority: Authority
) -> None:
    mine, theirs = certified(authority, DEVICE), certified(authority, DEVICE)
    cookie = bound_to(plane, mine)
    for _ in range(3):
        assert (await ask(plane, mine, tmp_path, cookie)).status == 200
    assert plane.decision.requests == []
    for number, shows in enumerate((theirs, None), 1):
        assert (await ask(plane, shows, tmp_path, cookie)).status == 403
        assert len(plane.decision.requests) == number
    assert (await ask(plane, mine, tmp_path, cookie)).status == 200


async def test_a_grant_of_no_device_is_as_good_on_every_connection(
    plane: Plane, tmp_path: Path, authority: Authority
) -> None:
    for shows in (None, certified(authority, DEVICE)):
        assert (await ask(plane, shows, tmp_path, plane.cookie())).status == 200
    assert plane.decision.requests == []


async def test_what_revokes_a_device_ends_the_grants_that_are_bound_to_it(
    plane: Plane, tmp_path: Path, authority: Authority
) -> None:
    mine = certified(authority, DEVICE)
    cookie = bound_to(plane, mine)
    await plane.gate(f"~{DEVICE}.2", f"~{'e' * 22}.3", f"{DEVICE}.3")
    assert (await ask(plane, mine, tmp_path, cookie)).status == 200
    await plane.gate(WORD)
    assert (await ask(plane, mine, tmp_path, cookie)).status == 403
    assert (await ask(plane, mine, tmp_path, bound_to(plane, mine, f"~{DEVICE}.4"))).status == 200
    await plane.gate("sid1.1")
    assert (await ask(plane, mine, tmp_path, cookie)).status == 403


@pytest.mark.parametrize("bound", ["no digest", "no device", "short", "other claim", "twice", "plain"])
async def test_a_grant_that_says_half_of_what_it_is_bound_to_is_none(
    plane: Plane, tmp_path: Path, authority: Authority, bound: str
) -> None:
    mine = certified(authority, DEVICE)
    digest = urlsafe_b64encode(bytes.fromhex(mine.thumbprint)).rstrip(b"=").decode()
    said = {
        "no digest": plane.cookie(device=WORD),
        "no device": plane.cookie(cnf={"x5t#S256": digest}),
        "short": plane.cookie(device=WORD, cnf={"x5t#S256": digest[:-4]}),
        "other claim": plane.cookie(device=WORD, cnf={"jkt": digest}),
        "twice": plane.cookie(device=f"{WORD} {WORD}", cnf={"x5t#S256": digest}),
        "plain": plane.cookie(device=DEVICE, cnf={"x5t#S256": digest}),
    }[bound]
    assert (await ask(plane, mine, tmp_path, said)).status == 403
    assert len(plane.decision.requests) == 1


async def test_the_log_hears_of_a_bound_grant_what_it_hears_of_any(
    plane: Plane, tmp_path: Path, authority: Authority
) -> None:
    mine = certified(authority, DEVICE)
    cookie = bound_to(plane, mine, actions=",read,=g_1=0f25=clerks-read,")
    line = await plane.logged(await ask(plane, mine, tmp_path, cookie))
    assert line["fresh"] == "sid1.1=g_1=0f25=clerks-read 588296"


async def test_every_connection_proves_the_key_anew(
    plane: Plane, tmp_path: Path, authority: Authority
) -> None:
    """What a connection of before has left behind, taken along to another machine, shows no certificate there."""
    certified(authority, DEVICE).shown_in(ssl.create_default_context(), tmp_path)
    kept = tmp_path / "kept.pem"
    shows = ("-cert", str(tmp_path / "device.pem"), "-key", str(tmp_path / "device.key"))
    asked = f"GET / HTTP/1.1\r\nHost: {FILES}\r\nConnection: close\r\n\r\n".encode()
    await openssl(plane, *shows, "-sess_out", str(kept), "-ign_eof", end=asked)
    assert plane.decision.last.value("x-brana-certificate") not in NONE_SHOWN
    options = ("-sess_in", str(kept)) if kept.exists() else ()
    said = await openssl(plane, *options, "-ign_eof", end=asked)
    assert "Reused" not in said
    assert plane.decision.last.value("x-brana-certificate") in NONE_SHOWN


async def test_another_authority_is_believed_at_once_beside_the_old_one_and_connections_stay(
    plane: Plane, tmp_path: Path, authority: Authority
) -> None:
    reader, writer = await plane.connect()
    following = authority_of_devices("brana.test and on")
    keys, both = public_jwks(plane.signer.key), [pem_of(authority), pem_of(following)]
    plane.discovery.publish_keys(keys_by_header(keys), {"tokens": keys} | told_of(both), plane.settings)
    async with asyncio.timeout(10):
        while "and on" not in await openssl(plane):
            await asyncio.sleep(0.05)
    assert "Brana devices of brana.test\n" in (await openssl(plane)).replace("\r", "")
    answers = await exchange(reader, writer, request("/", host=FILES, cookie=plane.cookie()))
    assert answers[0].status == 200
    assert plane.rejections == []
