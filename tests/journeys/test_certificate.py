"""The public certificate of the running product, from a real ACME authority by Debian's certbot, and by hand."""

import asyncio
import contextlib
import os
import pwd
import re
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from cryptography import x509
from yarl import URL

from config.hosts import BUILT_IN_HOSTS
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.demo.authority import write_private
from gateway.demo.people import HULIN
from gateway.demo.slapd import free_port
from gateway.demo.start import DOMAIN
from gateway.storage.audit_search import LogSearch
from tests.rig import exact_http
from tests.rig.acme import acme
from tests.rig.product import ROOT, Product, installed

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
HOOK = ROOT / "config/examples/certbot-deploy-hook.sh"
WITHIN = 15.0  # seconds
HOSTED = ("mapa", "rozpocet", f"spisovka-{HULIN}")
HOSTS = [f"{name}.{DOMAIN}" for name in (*BUILT_IN_HOSTS, *HOSTED)]


class Certified:
    """The product, and where its certificate lies."""

    def __init__(self, product: Product, webroot: Path, http_port: int) -> None:
        self.product, self.webroot, self.http_port = product, webroot, http_port
        self.tls = product.settings.public.certificate.parent

    async def served(self, trust: Path | bytes) -> x509.Certificate | None:
        """What the portal shows, where `trust` signed it."""
        context = ssl.create_default_context(
            **({"cadata": trust.decode()} if isinstance(trust, bytes) else {"cafile": str(trust)})
        )
        with contextlib.suppress(ssl.SSLError):
            _, writer = await asyncio.open_connection(
                "127.0.0.1", self.product.port, ssl=context, server_hostname=f"portal.{DOMAIN}"
            )
            shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            writer.close()
            return x509.load_der_x509_certificate(shown)
        return None

    async def entry(self, code: Code) -> Entry:
        """The only one, as soon as it is there."""
        with self.product.state() as state:
            async with asyncio.timeout(WITHIN):
                while True:
                    found = await LogSearch(state.database).page(Query(codes=frozenset({code})), None, 10)
                    if found.entries:
                        (one,) = found.entries
                        assert hasattr(one, "entry")
                        return one.entry
                    await asyncio.sleep(0.05)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def certified(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Certified]:
    folder, http_port = tmp_path_factory.mktemp("c"), free_port()
    tls, webroot = folder / "tls", folder / "webroot"
    tls.mkdir()
    webroot.mkdir()

    def configured(text: str) -> str:
        """Files where the hook puts them, plain HTTP, and one host of records."""
        for name, file in (("certificate", "chain.pem"), ("key", "key.pem")):
            was = re.search(rf'^{name} = "(.*)"$', text, re.MULTILINE)
            assert was is not None
            write_private(tls / file, Path(was[1]).read_bytes())
            text = text.replace(was[0], f'{name} = "{tls / file}"')
        text = text.replace("[public]\n", f'[public]\nhttp_port = {http_port}\nacme = "{webroot}"\n')
        return text.replace('id = "records"\n', f'id = "records"\nmunicipalities = ["{HULIN}"]\n')

    async with installed(folder / "world", configured=configured) as product:
        await product.start()
        yield Certified(product, webroot, http_port)


async def test_a_certificate_of_an_acme_authority_is_served_without_a_restart_or_a_dropped_connection(
    certified: Certified, tmp_path: Path
) -> None:
    product = certified.product
    context = ssl.create_default_context(cafile=str(product.world.authority))
    reader, writer = await exact_http.connect(product.port, context, f"portal.{DOMAIN}")
    async with acme(tmp_path, certified.http_port) as authority_there:
        hosts = [word for host in HOSTS for word in ("-d", host)]
        environment = {"BRANA_TLS": str(certified.tls), "BRANA_USER": pwd.getpwuid(os.getuid()).pw_name}
        await authority_there.certbot(
            "certonly", "--webroot", "-w", str(certified.webroot), *hosts, "--deploy-hook", str(HOOK),
            "--agree-tos", "--register-unsafely-without-email", environment=environment,
        )  # fmt: skip
        root = await authority_there.root()
    async with asyncio.timeout(WITHIN):
        while (shown := await certified.served(root)) is None:
            await asyncio.sleep(0.05)
    entry = await certified.entry(Code.CERTIFICATE_REPLACED)
    assert entry.details["serial"] == f"{shown.serial_number:x}"
    asked = exact_http.request("/", host=f"portal.{DOMAIN}:{product.port}", headers=("Accept: text/html",))
    answers = await exact_http.exchange(reader, writer, asked)
    assert answers[0].status == 302  # to the sign-in, over the connection of before
    assert certified.tls.joinpath("key.pem").stat().st_mode & 0o777 == 0o600


async def test_files_that_do_not_fit_are_refused_and_told_and_the_certificate_before_stays(
    certified: Certified,
) -> None:
    before = certified.product.world.authority.parent / "server.pem"
    write_private(certified.tls / "key.pem", next(before.parent.glob("*.key")).read_bytes())
    entry = await certified.entry(Code.CERTIFICATE_REFUSED)
    assert entry.reason == "certificate_unfit"
    assert "it is not the key of public.certificate" in str(entry.details["causes"])
    async with aiohttp.ClientSession() as http:
        measured = f"http://127.0.0.1:{certified.product.settings.metrics.port}"
        assert (await (await http.get(f"{measured}/readyz")).json())["certificate"] is True
        assert (
            "brana_certificate_not_after_timestamp_seconds 1"
            in await (await http.get(f"{measured}/metrics")).text()
        )


async def test_plain_http_leads_to_https_and_shows_nothing_but_answers_for_an_authority(
    certified: Certified,
) -> None:
    challenges = certified.webroot / ".well-known/acme-challenge"
    challenges.mkdir(parents=True, exist_ok=True)
    (challenges / "a_token-1").write_text("a_token-1.thumbprint")
    (certified.webroot / "secret").write_text("secret")
    here, port = f"http://127.0.0.1:{certified.http_port}", certified.product.port
    host = {"Host": f"portal.{DOMAIN}"}
    async with aiohttp.ClientSession(headers=host) as http:
        async with http.get(f"{here}/.well-known/acme-challenge/a_token-1") as answer:
            assert (answer.status, await answer.text()) == (200, "a_token-1.thumbprint")
        for path in ("/.well-known/acme-challenge/none", "/.well-known/acme-challenge/..%2f..%2fsecret"):
            async with http.get(URL(f"{here}{path}", encoded=True), allow_redirects=False) as answer:
                assert answer.status in (400, 404), path
        async with http.get(f"{here}/page?x=1", allow_redirects=False) as answer:
            assert answer.status == 308
            assert answer.headers["location"] == f"https://portal.{DOMAIN}:{port}/page?x=1"
        async with http.post(f"{here}/page", data=b"secret", allow_redirects=False) as answer:
            assert answer.status == 308
