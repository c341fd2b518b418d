"""One running product for all attacks; each test forgets what the application that was taken over has seen."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from aiohttp import web

from gateway.demo.world import Account
from tests.rig.attacked import Ground, attacked
from tests.rig.visitor import Visitor


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
