"""Rules of every test: no sockets but unix ones, unless a test is marked `real`; then loopback and namespaces."""

import tests.rig.kept_bytecode  # noqa: F401 - before anything that pytest makes anew

# isort: split
import asyncio
import functools
import gc
import inspect
from collections.abc import Awaitable, Callable, Generator

import hypothesis
import pytest
import pytest_asyncio
import pytest_socket
import structlog

from tests.rig.browser import browser, one_chromium
from tests.rig.domain_office import office_tree
from tests.rig.fleet import EDGES
from tests.rig.pages_made_once import make_pages_once
from tests.rig.policies_reviewed_once import review_policies_once
from tests.rig.postgres import postgres
from tests.rig.samba_tree import ADDRESSES, domain_tree
from tests.rig.three_nodes import ADDRESSES as IN_NAMESPACES
from tests.rig.tunnels import ADDRESSES as IN_TUNNELS
from tests.rig.warm import warm_processes_end

__all__ = ["browser", "domain_tree", "office_tree", "one_chromium", "postgres", "warm_processes_end"]

make_pages_once()
review_policies_once()
# Machines are shared and slow at times; what hangs is ended by the timeout of the whole test.
hypothesis.settings.register_profile(
    "brana", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("brana")
# As delivered structlog shows an error with all variables of each function, which takes it ten seconds here.
_plainly = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[structlog.processors.add_log_level, _plainly])

LOOPBACK = ["127.0.0.1", "127.0.0.2", "::1", *ADDRESSES, *EDGES, *IN_NAMESPACES, *IN_TUNNELS]

LONG = (
    "tests/gateway/web/test_pages_in_browser.py",
    "tests/gateway/fleet/reload",
    "tests/gateway/fleet",
    "tests/fleet",
    "tests/journeys",
    "tests/attacks",
    "tests/relying_parties",
    "tests/fuzz",
    "tests/protocols",
    "tests/agents/test_one_file.py",
    "tests/gateway/commands",
    "tests/gateway/audit/test_ingest.py",
    "tests/gateway/audit/test_ingest_steps.py",
    "tests/gateway/web/test_policies_in_browser.py",
    "tests/gateway/web/test_requests_in_browser.py",
    "tests/gateway/web/test_incidents_in_browser.py",
    "tests/gateway/web/test_widths_in_browser.py",
    "tests/gateway/web/test_report.py",
    "tests/idp/http/test_account_in_browser.py",
    "tests/idp/http/test_pages.py",
    "tests/demo",
    "tests/gateway/test_supervise.py",
    "tests/test_wheel.py",
    "tests/gateway/envoy",
    "tests/gateway/storage/postgres",
    "tests/gateway/tunnels/test_real_tunnel.py",
    "tests/idp/directory",
    "tests/test_documentation.py",
)
"""Files and folders that take long, the longest first."""
WHOLE = (
    "tests/attacks",
    "tests/gateway/sign_outs/test_whole_product.py",
    "tests/demo",
    "tests/fleet",
    "tests/gateway/fleet",
    "tests/gateway/storage/postgres",
    "tests/fuzz",
    "tests/idp/directory/sync",
    "tests/journeys",
    "tests/relying_parties",
    "tests/test_wheel.py",
    "tests/agents/test_one_file.py",
)
"""Where the whole product is started, attacked, built or walked through, and whole directories and database servers
through what may befall them: they are marked as `long`.
"""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None]:
    """What is found of all the tests stays to the end: to look through it for garbage takes a tenth of their time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Who looks at pages runs where the browser does, which outlives a test. Where several processes share the files,
    what takes long begins early: else one ends long after the others.
    """
    for item in items:
        if item.nodeid.startswith(WHOLE):
            item.add_marker(pytest.mark.long)
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.obj = _within_its_time(item.obj, _limit(item))
        if (
            pytest_asyncio.is_async_test(item)
            and "one_chromium" in item.fixturenames
            and not _has_a_loop(item)
        ):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
    if hasattr(config, "workerinput"):
        items.sort(
            key=lambda item: next((n for n, at in enumerate(LONG) if item.nodeid.startswith(at)), len(LONG))
        )


def _within_its_time(
    test: Callable[..., Awaitable[None]], seconds: float | None
) -> Callable[..., Awaitable[None]]:
    """What hangs fails a moment before the whole process is interrupted, by the line that waits."""

    @functools.wraps(test)
    async def limited(*given: object, **named: object) -> None:
        async with asyncio.timeout(seconds):
            await test(*given, **named)

    return limited


def _limit(item: pytest.Item) -> float | None:
    its = item.get_closest_marker("timeout")
    given = its.args[0] if its else item.config.getoption("timeout")
    seconds = float(item.config.getini("timeout") if given is None else given)
    return seconds * 0.95 or None


def _has_a_loop(item: pytest.Item) -> bool:
    return any("loop_scope" in one.kwargs for one in item.iter_markers("asyncio"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("real") is None:
        pytest_socket.disable_socket(allow_unix_socket=True)
    else:
        pytest_socket.socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
