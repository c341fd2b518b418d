"""The applications of `docs/connecting.md` beside the running product: what stands on the page is what runs.

Names of hosts, ports and places of files are put in; a few lines are added by which a test looks inside.
"""

import asyncio
import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.demo.authority import Authority, KeyPair, write_private
from gateway.demo.slapd import free_port
from gateway.demo.start import DOMAIN
from gateway.storage.audit_search import LogSearch
from tests.rig.apache import serving
from tests.rig.child import child
from tests.rig.name_proxy import name_proxy
from tests.rig.product import ROOT, Product, installed

PAGE = ROOT / "docs/connecting.md"
SECTIONS = {"wiki": "Apache", "desk": "Node.js", "loans": "Python"}
PATIENCE = 20.0  # seconds
ODD_SECRET = "tajemstvi+s/plusem=a%41procentem-0123456789"
MODULES = (
    "mpm_event",
    "authn_core",
    "authz_core",
    "authz_user",
    "auth_openidc",
    "proxy",
    "proxy_http",
    "ssl",
)
SEEN_OF_APACHE = """
    OIDCInfoHook id_token access_token access_token_expires refresh_token session
    OIDCOutgoingProxy {proxy}
    # Where its tokens, good for 300 s, are soon too old.
    <Location /soon>
        OIDCRefreshAccessTokenBeforeExpiry 299 logout_on_error
    </Location>
</VirtualHost>
"""
SEEN = {
    "desk.mjs": """
pages["GET /tokens"] = ({ session }) => json(session.tokens);
pages["GET /replay"] = async ({ url }) => json(await oidc.refreshTokenGrant(brana, url.searchParams.get("token")));
""",
    "loans.py": """

@app.get("/tokens")
def tokens():
    return known()["tokens"]


@app.get("/replay")
def replay():
    return brana.fetch_access_token(grant_type="refresh_token", refresh_token=request.args["token"])
""",
}
NAMES = """
import { webcrypto } from "node:crypto";
import dns from "node:dns";
globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;
const [address, family] = ["127.0.0.1", 4];
dns.lookup = (name, ...more) => {
  const done = more.at(-1);
  more[0]?.all ? done(null, [{ address, family }]) : done(null, address, family);
};
"""
"""Node.js has no setting by which a name leads to this machine (RFC 6761 §6.3); that of Debian 12 lacks what
openid-client takes for granted.
"""


@dataclass(frozen=True, slots=True)
class Connected:
    product: Product
    ports: dict[str, int]
    folder: Path

    def url(self, client: str, path: str = "/") -> str:
        return f"https://{client}.{DOMAIN}:{self.ports[client]}{path}"

    async def entries(self, code: Code, *, at_least: int = 1, **asked: object) -> list[Entry]:
        """Newest first; waits for so many."""
        with self.product.state() as state:
            search = LogSearch(state.database)
            async with asyncio.timeout(PATIENCE):
                while True:
                    page = await search.page(Query(codes=frozenset({code}), **asked))
                    if len(page.entries) >= at_least:
                        return [one.entry for one in page.entries]
                    await asyncio.sleep(0.05)


def block(client: str, language: str) -> str:
    """The block of code in that language of the client's section of the page."""
    sections = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    (section,) = [one for one in sections if one.startswith(f"{SECTIONS[client]}\n")]
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return str(found)


@contextlib.asynccontextmanager
async def connected(folder: Path) -> AsyncIterator[Connected]:
    """Everything started and ready; ended with the block."""
    ports = {client: free_port() for client in SECTIONS}
    _secrets(folder)

    def here(text: str) -> str:
        """The page's text with the names of this machine."""
        text = text.replace("https://login.brana.kromeriz.example", made.addresses.issuer)
        for client, port in ports.items():
            text = text.replace(f"{client}.kromeriz.example", f"{client}.{DOMAIN}:{port}")
            text = text.replace(f"{client}\\.kromeriz\\.example", re.escape(f"{client}.{DOMAIN}:{port}"))
        return text

    def configured(text: str) -> str:
        registered = "".join(block(client, "toml") for client in SECTIONS)
        for client, port in ports.items():
            # what the product itself asks is looked up by this machine's names
            registered = registered.replace(
                f'backchannel_logout_uri = "https://{client}.kromeriz.example',
                f'backchannel_logout_authority = "tls/ca.pem"\n'
                f'backchannel_logout_uri = "https://localhost:{port}',
            ).replace(f"{client}.kromeriz.example", f"{client}.{DOMAIN}:{port}")
        return text + registered

    async with contextlib.AsyncExitStack() as stack:
        made = await stack.enter_async_context(installed(folder, configured=configured))
        names = [*(f"{client}.{DOMAIN}" for client in SECTIONS), "localhost"]
        pair = Authority(folder / "tls").issue("applications", names, datetime.now(UTC))
        await made.start()
        proxy = await stack.enter_async_context(name_proxy(made.port))
        behind = await stack.enter_async_context(_old_application())
        site = here(block("wiki", "apache")).replace("127.0.0.1:8080", f"127.0.0.1:{behind}")
        site = site.replace("</VirtualHost>\n", SEEN_OF_APACHE.format(proxy=proxy))
        stack.enter_context(_apache(folder, ports["wiki"], site, pair))
        for kept, name in ((pair.certificate, "tls.pem"), (pair.key, "tls.key")):
            shutil.copy(kept, folder / name)
        for name, language in (("desk.mjs", "js"), ("loans.py", "python")):
            client = name.partition(".")[0]
            text = here(block(client, language)) + SEEN[name]
            text = text.replace(".listen(443)", f'.listen({ports[client]}, "127.0.0.1")')
            (folder / name).write_text(text, "utf-8")
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
        (folder / "names.mjs").write_text(NAMES, "utf-8")
        node = "node --import ./names.mjs desk.mjs"
        flask = f"{sys.executable} -W ignore -m flask --app loans run --port {ports['loans']}"
        flask += " --cert tls.pem --key tls.key"
        stack.enter_context(_run(folder, ports["desk"], node))
        stack.enter_context(_run(folder, ports["loans"], flask, HTTPS_PROXY=proxy))
        yield Connected(made, ports, folder)


def _secrets(folder: Path) -> None:
    """By the commands of the page; the secret of `loans` has each sign that an encoding changes."""
    for client in SECTIONS:
        lines = [one for one in block(client, "sh").splitlines() if not one.startswith(("apt-get ", "pip "))]
        subprocess.run(["/bin/sh", "-ec", "\n".join(lines)], cwd=folder, check=True, capture_output=True)
    write_private(folder / "loans.secret", ODD_SECRET.encode())


@contextlib.contextmanager
def _run(folder: Path, port: int, command: str, **environment: str) -> Iterator[None]:
    authority = str(folder / "tls/ca.pem")
    trusted = {"NODE_EXTRA_CA_CERTS": authority, "REQUESTS_CA_BUNDLE": authority}
    given = [f"{name}={value}" for name, value in (trusted | environment).items()]
    with child(["env", "-C", str(folder), *given, *command.split()], port):
        yield


@contextlib.contextmanager
def _apache(world: Path, port: int, site: str, pair: KeyPair) -> Iterator[None]:
    """Debian's, with Debian's module."""
    with tempfile.TemporaryDirectory(prefix="brana-wiki-") as kept:
        folder = Path(kept)
        files = {
            "wiki.pem": pair.certificate,
            "wiki.key": pair.key,
            "office-authority.pem": world / "tls/ca.pem",
        }
        files |= {name: world / name for name in ("wiki-secret.conf", "wiki.passphrase")}
        for name, file in files.items():
            shutil.copy(file, folder / name)
        site = site.replace("/etc/apache2", kept).replace("*:443", f"127.0.0.1:{port}")
        try:
            with serving(folder, port, MODULES, site):
                yield
        finally:
            print((folder / "errors.log").read_text())


@contextlib.asynccontextmanager
async def _old_application() -> AsyncIterator[int]:
    """Its port: what stands behind Apache, and says what it is told of who asks."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({name.lower(): value for name, value in request.headers.items()})

    app = web.Application()
    app.router.add_get("/{any:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield port
    finally:
        await runner.cleanup()
