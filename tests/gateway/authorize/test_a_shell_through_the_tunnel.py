"""A real sshd behind the tunnel: a person signs in by a key, works, and is cut off when the tunnel is taken back."""

import asyncio
import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.vocabulary import AuthenticationLevel
from gateway.audit.entry import Code
from gateway.sessions.session import EndReason
from tests.gateway.authorize.test_tunnels_for_real import AT_ONCE, follows, late_office, opened
from tests.rig.shell_server import SSHD, shell_server, signing_in
from tests.rig.tunnel_world import target
from tests.rig.tunnels import SERVED, SOON, Ground, ground, why_not

MISSING = why_not() or ("" if SSHD.exists() else "no openssh-server")
pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(MISSING), reason=MISSING)]
PORT = 22
SHELL = target(
    "server", addresses=[SERVED], ports=[PORT], protocol="ssh", application="databases", action="read"
)
LINES, WIDTH = 20_000, 99  # what a command says: its octets are in the log
MUCH = f"yes {'x' * WIDTH} | head -n {LINES}"
BEATS = "for beat in $(seq 600); do echo tick; sleep 0.05; done"  # nobody may be there to end it


@pytest.fixture(scope="module")
def there() -> Iterator[Ground]:
    with ground() as made:
        yield made


async def test_a_shell_is_used_by_key_and_ends_with_the_session_that_opened_it(
    there: Ground, tmp_path: Path
) -> None:
    jana = there.laptops["jana"]
    async with late_office(there, tmp_path, (SHELL,)) as office:
        with shell_server(there.office, SERVED, PORT) as folder:
            sign_in = [*jana.machine.within, *signing_in(folder, SERVED, PORT)]

            def runs(command: str) -> "subprocess.CompletedProcess[str]":
                return subprocess.run(
                    [*sign_in, command], capture_output=True, text=True, check=False, timeout=30
                )

            assert (await asyncio.to_thread(runs, "true")).returncode == 255  # it is not opened yet
            session, device, _ = await opened(
                there, office, jana, acr=AuthenticationLevel.PHISHING_RESISTANT, amr=("hwk",)
            )
            await follows(lambda: jana.reaches(PORT))
            said = await asyncio.to_thread(runs, MUCH)
            assert (said.returncode, len(said.stdout)) == (0, LINES * (WIDTH + 1)), said.stderr
            standing = await asyncio.create_subprocess_exec(*sign_in, BEATS, stdout=subprocess.PIPE)
            assert standing.stdout is not None
            assert await standing.stdout.readline() == b"tick\n"
            began = time.monotonic()
            await office.sessions.end([session], EndReason.SIGNED_OUT, None, office.now)
            await follows(lambda: bool(office.of(Code.TUNNEL_CLOSED)), AT_ONCE)
            await asyncio.sleep(AT_ONCE - (time.monotonic() - began))
            while await said_within(0.01, standing.stdout):
                pass  # what came until now
            assert not await said_within(1.0, standing.stdout), "it ticks there, and is heard here"
            standing.kill()
            await standing.wait()
            assert (await asyncio.to_thread(runs, "true")).returncode == 255
        await follows(lambda: len(office.of(Code.TUNNEL_DISCONNECTED)) >= 3, SOON)
    ended = office.of(Code.TUNNEL_DISCONNECTED)
    assert {(one.person, one.details["device"], one.details["target"]) for one in ended} == {
        ("novakova.jana", device.id, "server")
    }
    largest = max(int(one.details["bytes_received"]) for one in ended)
    assert LINES * (WIDTH + 1) < largest < 2 * LINES * (WIDTH + 1)  # with headers and what encryption adds


async def said_within(seconds: float, stream: asyncio.StreamReader) -> bytes:
    """Nothing where it is silent or has ended."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await stream.read(65536)
    return b""
