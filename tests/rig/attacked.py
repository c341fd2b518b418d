"""The whole product as an attacker meets it, and its log as an officer reads it.

`async with attacked(folder) as ground:` is `brana serve` with a real slapd and a real Envoy. The records service and
the map were taken over: they keep what they are sent and answer what a test wants. The budget is the real sample
application. Every attacker comes from an address of its own, so that no test uses up another's guesses.
"""

import asyncio
import contextlib
import itertools
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from config.vocabulary import ApplicationId, Role, SubjectId
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.commands.state import State
from gateway.demo.authority import write_private
from gateway.demo.configuration import BUDGET, MAP, POLICIES, RECORDS
from gateway.demo.people import CENTRE, HULIN, inhabitants
from gateway.demo.slapd import free_port
from gateway.demo.start import DOMAIN
from gateway.demo.world import Account, draw_accounts
from gateway.storage.audit_search import LogSearch
from idp.login.totp import STEP, Secret
from tests.rig import exact_http
from tests.rig.attacked_people import VILLAGE, people_of_the_tests
from tests.rig.budget import budget
from tests.rig.code_generator import code_at
from tests.rig.exact_http import Answer
from tests.rig.neighbours import Neighbour, listening
from tests.rig.product import NO_LIMITS, Product, enrolment_code, installed
from tests.rig.service_provider import ACS, ENTITY, key
from tests.rig.tunnelled import THROUGH_TUNNELS, TUNNELS
from tests.rig.visitor import Shown, Visitor
from tests.rig.warm import brana

PATIENCE = 45.0  # seconds for an entry to be in the log; everything may have to be read anew before it comes
LIBRARY = "library"
LIBRARY_CALLBACK = f"https://knihovna.{DOMAIN}/callback"
LEDGER = "ucetnictvi"
LEDGER_CALLBACK = f"https://ucetnictvi.{DOMAIN}/callback"
"""Of who may use the budget."""
RELYING_PARTY = f"""
[[oidc_clients]]
id = "{LIBRARY}"
redirect_uris = ["{LIBRARY_CALLBACK}"]
post_logout_redirect_uris = ["https://knihovna.{DOMAIN}/out"]
refresh = "asked"

[[oidc_clients]]
id = "{LEDGER}"
redirect_uris = ["{LEDGER_CALLBACK}"]
refresh = "always"
application = "{BUDGET}"

[[saml_service_providers]]
entity_id = "{ENTITY}"
addresses = ["{ACS}"]
certificates = ["saml.pem"]
requests_signed = true
application = "{BUDGET}"
"""


STREAMS = 8  # that one session may have open
DEVICES = "[devices]\nenabled = true\n"
LIMITS = f"""
[streams]
per_session = {STREAMS}
{DEVICES}{TUNNELS}"""
SHARED = f"spolecny.{DOMAIN}"
ACCOUNT = "tajne-heslo-aplikace"


class Ground:
    """The running product, what was taken over, people whom no other test uses, and the log."""

    def __init__(self, product: Product, taken_over: Neighbour, ports: tuple[int, int], state: State) -> None:
        self.product, self.taken_over = product, taken_over
        self.budget_port, self.secret_port = ports
        self.state = state
        self._search = LogSearch(state.database)
        self._addresses = itertools.count(2)
        self._used: set[str] = set()
        self._steps: dict[str, int] = {}

    # --- places ---------------------------------------------------------------------------------------------
    @property
    def login(self) -> str:
        return self.product.addresses.issuer

    @property
    def portal(self) -> str:
        return self.product.addresses.portal

    def records(self, municipality: str = CENTRE) -> str:
        """Start page of the records service."""
        return self.product.application(RECORDS, municipality)

    def host(self, application: ApplicationId = RECORDS, municipality: str = CENTRE) -> str:
        return self.product.host(application, municipality)

    @property
    def shared(self) -> str:
        """Host, with its port, of applications that are told apart by paths: see SHARING."""
        return self.product.addresses.authority(SHARED)

    @staticmethod
    def callback(host: str) -> str:
        return f"https://{host}/.brana/callback"

    # --- people ---------------------------------------------------------------------------------------------
    def named(self, login: str) -> Account:
        """Somebody whom one test uses by name."""
        (found,) = [one for one in self.product.world.accounts if one.login == login]
        self._used.add(login)
        return found

    def somebody(
        self, role: Role = Role.CLERK, where: str = CENTRE, *, enrolled: bool = True, roles: int = 1
    ) -> Account:
        """Somebody with that role, in as many roles, whom no test has used yet."""
        found = next(
            (
                one
                for one in self.product.world.accounts
                if one.login not in self._used
                and not one.disabled
                and not one.featured
                and (one.totp_secret is not None) is enrolled
                and len(one.roles) == roles
                and any(held.role is role and held.municipality == where for held in one.roles)
            ),
            None,
        )
        assert found is not None, (
            f"nobody is left who is {role} in {where}; raise MORE_CLERKS of attacked_people"
        )
        self._used.add(found.login)
        return found

    def code(self, account: Account, secret: str | None = None) -> str:
        """A one-time code that this person has not used; two in half a minute at most."""
        now = int(datetime.now(UTC).timestamp()) // STEP
        step = max(now, self._steps.get(account.login, 0) + 1)
        assert step <= now + 1, f"{account.login} has no further code now"
        self._steps[account.login] = step
        known = secret or account.totp_secret
        assert known is not None
        return code_at(Secret(known), datetime.fromtimestamp(step * STEP, UTC))

    def address(self) -> str:
        """Where nobody has come from yet, nor from the network around it."""
        number = next(self._addresses)
        return f"127.{1 + number // 256}.{number % 256}.7"

    def browser(self, address: str | None = None) -> Visitor:
        return self.product.visitor(address or self.address())

    async def at_code(self, browser: Visitor, account: Account, url: str | None = None) -> Shown:
        """The page that asks for the code: the password is shown already."""
        page = await browser.get(url or self.records())
        shown = await browser.fill(page, username=account.login, password=account.password)
        assert 'name="code"' in shown.text, (shown.status, shown.title)
        return shown

    async def at_officers_code(self, browser: Visitor, account: Account) -> Shown:
        """The page that asks whoever has no factor for an officer's code."""
        page = await browser.get(self.records())
        shown = await browser.fill(page, username=account.login, password=account.password)
        assert 'name="enrolment"' in shown.text, (shown.status, shown.title)
        return shown

    async def at_enrolment(
        self, browser: Visitor, account: Account, subject: SubjectId | None = None
    ) -> Shown:
        """The page that sets up an application for codes; password and officer's code are shown already."""
        page = await self.at_officers_code(browser, account)
        code = await enrolment_code(self.state, account, subject)
        chosen = await browser.fill(page, enrolment=code)
        shown = await browser.get(chosen.url.update_query(by="code"))
        assert shown.secret, (shown.status, shown.title)
        return shown

    async def signed_in(self, account: Account, url: str | None = None) -> Visitor:
        """A browser of this person, signed in at `url`."""
        browser = self.browser()
        page = await self.at_code(browser, account, url)
        shown = await browser.fill(page, code=self.code(account))
        assert shown.status == 200, (shown.status, shown.title)
        return browser

    def cookie(self, browser: Visitor, url: str | None = None) -> str:
        """Cookie header of that browser."""
        return "; ".join(f"{name}={value}" for name, value in browser.cookies(url or self.records()).items())

    # --- directory ------------------------------------------------------------------------------------------
    @contextlib.asynccontextmanager
    async def trouble(self, begin: Callable[[], object], end: Callable[[], object]) -> AsyncIterator[None]:
        """The block runs while the product knows that the directory fails; after it the directory is well again."""
        failed = (Code.DIRECTORY_UNREACHABLE, Code.DIRECTORY_MISCONFIGURED)
        mended = (Code.DIRECTORY_RECOVERED,)
        before = len(await self.entries(codes=failed)), len(await self.entries(codes=mended))
        begin()
        try:
            await self.entries(at_least=before[0] + 1, codes=failed)
            yield
        finally:
            end()
            await self.entries(at_least=before[1] + 1, codes=mended)
            await self._sign_in_works()

    async def _sign_in_works(self) -> None:
        """A server that failed rests for up to five seconds before a new connection tries it."""
        browser = self.browser()
        async with asyncio.timeout(PATIENCE):
            page = await browser.get(self.portal)
            while (await browser.fill(page, username="nikdo", password="x")).status == 503:
                await asyncio.sleep(0.1)
            await browser.close()

    # --- bytes ----------------------------------------------------------------------------------------------
    async def ask(
        self, path: str = "/", *, host: str | None = None, address: str = "127.0.0.1", **more: Any
    ) -> Answer:
        """One request exactly as written."""
        written = exact_http.request(path, host=self.host() if host is None else host, **more)
        answers = await self.raw(written, address=address)
        assert answers, "no answer"
        return answers[0]

    async def raw(self, sent: bytes, *, address: str = "127.0.0.1") -> list[Answer]:
        return await exact_http.exchange(*await self.connect(address=address), sent)

    async def connect(
        self, *, alpn: str = "http/1.1", address: str = "127.0.0.1"
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name = self.host().partition(":")[0]
        return await exact_http.connect(
            self.product.port, self.product.tls(), name, alpn=alpn, address=address
        )

    async def curl(self, *arguments: str, host: str | None = None) -> tuple[int, str]:
        """HTTP/2 by curl: status and request id. `arguments` end with a path."""
        *options, path = arguments
        authority = host or self.host()
        process = await asyncio.create_subprocess_exec(
            "curl", "--silent", "--http2", "--max-time", "10", "--cacert", str(self.product.world.authority),
            "--resolve", f"{authority}:127.0.0.1", "--output", "/dev/null", "--dump-header", "-",
            *options, f"https://{authority}{path}",
            stdout=subprocess.PIPE,
        )  # fmt: skip
        said = (await process.communicate())[0].decode("latin-1")
        status = re.search(r"^HTTP/2 (\d+)", said, re.MULTILINE)
        number = re.search(r"^x-request-id: (\S+)", said, re.MULTILINE)
        return int(status[1]) if status else 0, number[1] if number else ""

    # --- log ------------------------------------------------------------------------------------------------
    async def entry(self, answer: Answer | Shown | str, *codes: Code) -> Entry:
        """The entry of that answer's request with one of these codes; of the request itself without any."""
        request_id = answer if isinstance(answer, str) else answer.request_id
        assert request_id, "this answer has no number; use entry_from"
        found = await self.entries(at_least=1, request_id=request_id, codes=codes or (Code.ACCESS,))
        assert len(found) == 1, found
        return found[0]

    async def entry_from(self, address: str) -> Entry:
        """The one request from there, also where it was refused before it had a number."""
        found = await self.entries(at_least=1, codes=(Code.ACCESS,), address=address)
        assert len(found) == 1, found
        return found[0]

    async def entries(self, *, at_least: int = 0, codes: tuple[Code, ...] = (), **asked: Any) -> list[Entry]:
        """Entries, newest first; waits for so many."""
        query = Query(codes=frozenset(codes), **asked)
        async with asyncio.timeout(PATIENCE):
            while True:
                page = await self._search.page(query, limit=1_000)
                if len(page.entries) >= at_least:
                    return [recorded.entry for recorded in page.entries]
                await asyncio.sleep(0.05)

    async def brana(self, *arguments: str) -> str:
        """What a `brana` command of the operator's says of this installation; it succeeds."""
        words = [*arguments, "--config", str(self.product.configuration)]
        done = await asyncio.to_thread(brana, words, os.environ | {"COLUMNS": "200"})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    async def refused(self, answer: Answer | Shown, reason: str) -> Entry:
        """The request's own entry says that it was refused, and why."""
        entry = await self.entry(answer)
        assert (entry.outcome, entry.reason) == ("refused", reason), entry
        return entry


@contextlib.asynccontextmanager
async def attacked(
    folder: Path, *, by_people: bool = False, beyond: Sequence[str] = ()
) -> AsyncIterator[Ground]:
    """Started and ready; ended with the block. `by_people`: they enrol devices of their own. `beyond`: words before the
    product's command, as of another network, where it listens at each of its addresses.
    """
    (folder / "saml.pem").write_bytes(key().certificate.public_bytes(Encoding.PEM))
    taken_over, theirs, ports = Neighbour(web_socket=True), free_port(), (free_port(), free_port())
    upstreams = {
        RECORDS: f"http://127.0.0.1:{theirs}",
        BUDGET: f"http://127.0.0.1:{ports[0]}",
        MAP: f"http://127.0.0.1:{theirs}",
    }
    people = draw_accounts([*inhabitants([CENTRE, HULIN, VILLAGE]), *people_of_the_tests()])

    def configured(text: str) -> str:
        patience = 'name = "kromeriz"\nconnect_timeout = "1 s"\noperation_timeout = "2 s"\n'
        patience += 'login_attributes = ["uid", "userPKCS12"]'  # in which a server takes any octets
        quick = text.replace('refresh = "10 s"', 'refresh = "1 s"').replace('name = "kromeriz"', patience)
        quick = quick.replace(NO_LIMITS, "")  # as delivered
        if beyond:
            quick = quick.replace("[public]\n", '[public]\naddress = "0.0.0.0"\n')
        return (
            _with_further_policies(folder, quick)
            + (LIMITS.replace(DEVICES, f"{DEVICES}by_people = true\n") if by_people else LIMITS)
            + RELYING_PARTY
            + _sharing(folder, theirs, ports[1])
        )

    async with listening(taken_over, theirs), installed(folder, people, upstreams, configured) as product:
        with product.state() as state, budget(product, state, ports[0]):
            product.before = tuple(beyond)
            await product.start()
            yield Ground(product, taken_over, ports, state)


SHARING = {
    "hlavicky": 'identity = { way = "headers", headers = { login = "X-Remote-User", name = "X-Remote-Name" } }',
    "ucet": 'identity = { way = "basic", user = "brana", password_file = "ucet.heslo" }',
    "starostova": "",
    "tajna": 'tls = { authority = "tls/ca.pem" }',
    "zarizeni": "",
}
"""Applications at paths of their names, open to everybody but `starostova`, which is open to mayors alone, and
`zarizeni`, which is open from devices in order alone.
"""
DEVICES_IN_ORDER = """
@id("zarizeni-in-order")
@reason("device_not_in_order")
@title_cs("Zařízení není v pořádku") @title_en("The device is not in order")
@advice_cs("Zkontrolujte šifrování disku.") @advice_en("Check disk encryption.")
forbid (principal, action, resource in Application::"zarizeni")
unless {
  context has device.disk_encrypted && context.device.managed && context.device.fresh &&
  context.device.disk_encrypted
};
"""
FURTHER_POLICIES = """
@id("shared-{name}")
@title_cs("Společná aplikace {name}")
@title_en("The shared application {name}")
permit (principal, action == Action::"read", resource in Application::"{name}")
when {{ principal.memberships.contains(resource.municipality) && {who} }};
"""


def _sharing(folder: Path, port: int, secret_port: int) -> str:
    write_private(folder / "ucet.heslo", ACCOUNT.encode())
    return "".join(
        f'[[applications]]\nid = "{name}"\nhost = "{SHARED}"\npath = "/{name}"\n{further}\n'
        f'upstreams = ["{f"https://127.0.0.1:{secret_port}" if name == "tajna" else f"http://127.0.0.1:{port}"}"]\n'
        f'title = {{ cs = "{name}", en = "{name}" }}\ndescription = {{ cs = "", en = "" }}\n'
        'routes = [{ path = "/vsem", public = true }, { path = "/zive", action = "read", websocket = true }, '
        '{ action = "read" }]\n'
        for name, further in SHARING.items()
    )


def _with_further_policies(folder: Path, text: str) -> str:
    """The region's, with those of the applications that share a host."""
    region = folder / "region"
    shutil.copytree(POLICIES / "region", region)
    mayors = 'principal.roles.contains(Role::"mayor")'
    rules = (
        FURTHER_POLICIES.format(name=name, who=mayors if name == "starostova" else "true") for name in SHARING
    )
    (region / "70-shared.cedar").write_text("".join([*rules, DEVICES_IN_ORDER]), "utf-8")
    (region / "80-tunnels.cedar").write_text(THROUGH_TUNNELS, "utf-8")
    return text.replace(str(POLICIES / "region"), str(region))
