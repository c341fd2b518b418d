"""One running product for all attacks; each test forgets what the application that was taken over has seen."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from aiohttp import web
from yarl import URL

from gateway.audit.entry import Code, Entry
from gateway.demo.world import Account
from gateway.sessions.sign_in import Fault
from idp.oidc.pkce import challenge_of
from tests.rig.attacked import Ground, attacked
from tests.rig.visitor import NAVIGATES, Shown, Visitor

VERIFIER = "v" * 43  # RFC 7636 §4.1

FOREIGN = (
    {},
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "{application}"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "{own}"},
)
"""Where browsers say that a form comes from which is no page of the host it goes to (Fetch metadata; RFC 6454 §7)."""


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def standing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with attacked(tmp_path_factory.mktemp("attacks")) as ground:
        yield ground


@pytest.fixture
def ground(standing: Ground) -> Ground:
    standing.taken_over.requests.clear()
    standing.taken_over.answer = lambda _: web.Response(text="hello")
    return standing


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody whose browser has a session and a fresh grant at the centre's records service."""

    account: Account
    browser: Visitor
    cookie: str


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def clerk(standing: Ground) -> SignedIn:
    """May read and write there, not sign, and nothing in another municipality."""
    account = standing.somebody()
    browser = await standing.signed_in(account)
    return SignedIn(account, browser, standing.cookie(browser))


def known_at_login(ground: Ground, person: SignedIn) -> Visitor:
    """A browser with that person's single sign-on and nothing else."""
    browser = ground.browser()
    browser.keep(ground.login, person.browser.cookies(ground.login))
    return browser


async def turned_away(ground: Ground, shown: Shown, fault: Fault) -> Entry:
    """The callback let nobody in: both entries of the request say why, and the second at which host."""
    entry = await ground.refused(shown, fault)
    said = await ground.entry(shown, Code.SIGN_IN_REFUSED_BY_GATEWAY)
    host = shown.url.authority
    assert (said.outcome, said.reason, said.details["host"]) == ("refused", fault, host), said
    assert said.address == entry.address
    return entry


def foreign(ground: Ground, url: str) -> Iterator[dict[str, str]]:
    """Headers of a form that is sent to `url` by a page of somebody else's, of each kind."""
    known = {"own": URL(url).origin(), "application": ground.records().rstrip("/")}
    for sent in FOREIGN:
        yield {**NAVIGATES, **{name: value.format(**known) for name, value in sent.items()}}


def authorization(ground: Ground, **changes: str | None) -> str:
    """Address of a right request of the gateway to the provider; None takes a parameter out."""
    usual = {
        "client_id": "brana-gateway",
        "redirect_uri": ground.callback(ground.host()),
        "response_type": "code",
        "scope": "openid",
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    asked = {name: value for name, value in {**usual, **changes}.items() if value is not None}
    return f"{ground.login}/authorize?{urlencode(asked)}"
