"""How the listener speaks TLS: a real Envoy, asked by OpenSSL's own client and Python's."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace

from config.settings import Hsts, Settings, Tls
from gateway.envoy.tls import strict_transport
from tests.rig.browser import chromium
from tests.rig.envoy import DOMAIN, Plane, data_plane
from tests.rig.exact_http import exchange, request
from tests.rig.neighbours import certificate

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
FILES = f"files.{DOMAIN}"
OLD = Tls(minimum="1.2", curves=["P-256"], protocols=["http/1.1"])
DAY = 86_400


def _for_old_programs(settings: Settings) -> Settings:
    hsts = Hsts(include_subdomains=True, preload=True)
    return replace(settings, public=replace(settings.public, tls=OLD, hsts=hsts))


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="old")
async def _old(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    async with data_plane(tmp_path_factory.mktemp("old"), workers=1, configured=_for_old_programs) as plane:
        yield plane


async def _agreed(plane: Plane, context: ssl.SSLContext | None = None) -> ssl.SSLObject:
    """What was agreed on. Raises ssl.SSLError or ConnectionError where nothing was."""
    context = context or _context(plane)
    context.set_alpn_protocols(["h2", "http/1.1"])
    _, writer = await asyncio.open_connection("127.0.0.1", plane.port, ssl=context, server_hostname=FILES)
    with contextlib.closing(writer):
        found = writer.get_extra_info("ssl_object")
        assert isinstance(found, ssl.SSLObject)
        return found


def _context(plane: Plane, most: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(plane.folder / "server.pem"))
    context.maximum_version = most
    return context


async def test_nothing_older_than_tls_1_3_is_spoken_as_delivered(plane: Plane) -> None:
    agreed = await _agreed(plane)
    assert (agreed.version(), agreed.selected_alpn_protocol()) == ("TLSv1.3", "h2")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await _agreed(plane, _context(plane, ssl.TLSVersion.TLSv1_2))


async def test_a_browser_agrees_on_keys_that_no_quantum_computer_finds_as_delivered(plane: Plane) -> None:
    async with chromium() as browser:
        page = await (await browser.new_context(ignore_https_errors=True)).new_page()
        await page.goto(f"https://{FILES}:{plane.port}/")
    counted = await plane.administration.counters("ssl.curves.X25519MLKEM768")
    assert sum(counted.values()) >= 1


async def test_old_programs_are_served_with_modern_ciphers_alone_where_that_is_configured(old: Plane) -> None:
    context = _context(old, ssl.TLSVersion.TLSv1_2)
    agreed = await _agreed(old, context)
    cipher = agreed.cipher()
    assert (agreed.version(), agreed.selected_alpn_protocol()) == ("TLSv1.2", "http/1.1")
    assert cipher is not None
    assert cipher[0] in {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"}
    context.set_ciphers("ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA:AES128-GCM-SHA256")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await _agreed(old, context)


async def test_only_curves_that_are_configured_are_agreed_on(old: Plane) -> None:
    context = _context(old)
    context.set_ecdh_curve("secp384r1")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await _agreed(old, context)
    context.set_ecdh_curve("prime256v1")
    assert (await _agreed(old, context)).version() == "TLSv1.3"


async def test_browsers_are_told_to_come_by_https_alone_as_configured(plane: Plane, old: Plane) -> None:
    for host in (FILES, f"login.{DOMAIN}", f"portal.{DOMAIN}", f"nowhere.{DOMAIN}"):
        usual = (await plane.ask("/", host=host)).values("strict-transport-security")
        assert usual == [f"max-age={365 * DAY}"], host
        whole = (await old.ask("/", host=host)).values("strict-transport-security")
        assert whole == [f"max-age={365 * DAY}; includeSubDomains; preload"], host
    assert strict_transport(Hsts())["append_action"] == "OVERWRITE_IF_EXISTS_OR_ADD"


async def test_another_certificate_is_served_at_once_and_open_connections_stay(
    plane: Plane, tmp_path: Path
) -> None:
    before = (await _agreed(plane)).getpeercert(binary_form=True)
    reader, writer = await plane.connect()
    certificate(tmp_path)
    chain, key = ((tmp_path / name).read_bytes() for name in ("server.pem", "server.key"))
    plane.discovery.publish_certificate(chain, key)
    context = ssl.create_default_context(cafile=str(tmp_path / "server.pem"))
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(ssl.SSLError):
                if (await _agreed(plane, context)).getpeercert(binary_form=True) != before:
                    break
    answers = await exchange(reader, writer, request("/", host=FILES, cookie=plane.cookie()))
    assert answers[0].status == 200
    (plane.folder / "server.pem").write_bytes(chain)  # for tests that come after this one
