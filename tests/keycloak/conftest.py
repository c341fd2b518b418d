"""One Keycloak for all of these tests. Where it cannot be fetched they are skipped, and that is said aloud."""

from collections.abc import AsyncIterator, Generator

import pytest
import pytest_asyncio

from tests.rig.keycloak import KeycloakMissing, installed
from tests.rig.keycloak_product import Office, office_with_keycloak

MISSING = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def server_is_here(pytestconfig: pytest.Config) -> None:
    try:
        installed()
    except KeycloakMissing as missing:
        pytestconfig.stash[MISSING] = str(missing)
        pytest.skip(f"no Keycloak: {missing}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def office(server_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with office_with_keycloak(tmp_path_factory.mktemp("k")) as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def provisioned(office: Office) -> Office:
    status, _, wrong = await office.provision("--yes")
    assert status == 0, wrong
    return office


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None]:
    yield
    if missing := config.stash.get(MISSING, ""):
        terminalreporter.section("WARNING: NOTHING WAS TRIED AGAINST A REAL KEYCLOAK", red=True, bold=True)
        terminalreporter.write_line(missing, red=True)
