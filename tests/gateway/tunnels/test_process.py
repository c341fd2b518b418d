"""The process of the tunnel does what the control plane says, tells what happens, and lets nothing through alone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.tunnels import serving
from gateway.tunnels.connections import Began, Ended
from gateway.tunnels.line import Line, TunnelAway
from gateway.tunnels.permits import Admitted
from gateway.tunnels.refusals import Refused
from gateway.tunnels.words import SOCKET
from tests.rig.tunnel_process import CAPABILITY, Kept, process
from tests.rig.tunnels import SERVED, SOON, Ground, Laptop, answering, ground, now, why_not

pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(why_not()), reason=why_not())]
ECHO, OTHER = 7007, 7008


@pytest.fixture(scope="module")
def there() -> Iterator[Ground]:
    with ground() as made, answering(made.office, SERVED, ECHO), answering(made.office, SERVED, OTHER):
        yield made


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def jana(there: Ground) -> Laptop:
    return there.laptops["jana"]


@contextlib.asynccontextmanager
async def speaking(state: Path, kept: Kept, *admitted: Admitted) -> AsyncIterator[Line]:
    line = kept.line(state)
    keeping = asyncio.create_task(line.keep(admitted))
    try:
        async with asyncio.timeout(3 * SOON):
            while not line.stands:
                await asyncio.sleep(0.01)
        yield line
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def soon(holds: Callable[[], bool], within: float = 3 * SOON) -> None:
    async with asyncio.timeout(within):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.02)


async def reaches(laptop: Laptop, port: int) -> bool:
    return await asyncio.to_thread(laptop.reaches, port)


async def test_what_the_control_plane_says_holds_and_what_happens_is_told(
    there: Ground, state: Path, jana: Laptop
) -> None:
    kept = Kept()
    with process(there, state):
        async with speaking(state, kept, jana.admitted(ECHO)) as line:
            await soon(lambda: jana.reaches(ECHO))
            with await asyncio.to_thread(jana.connected, ECHO) as one:
                one.sendall(b"dobry den")
                assert await asyncio.to_thread(one.recv, 100) == b"dobry den"
            assert not await reaches(jana, OTHER)
            await soon(lambda: any(isinstance(each, Began) for each in kept.news))
            await soon(lambda: any(isinstance(each, Refused) for each in kept.news))
            await line.admit(jana.suspended())
            assert not await reaches(jana, ECHO)
            await soon(lambda: any(isinstance(each, Ended) for each in kept.news))
            await line.admit(jana.admitted(ECHO))
            await soon(lambda: jana.reaches(ECHO))
            await line.revoke(jana.key)
            assert not await reaches(jana, ECHO)
            standing = await line.standing()
            assert standing.key == there.private.public
            assert jana.key not in {peer.key for peer in standing.peers}
    ended = [each for each in kept.news if isinstance(each, Ended)]
    assert {each.flow.device for each in ended} == {jana.address}
    assert all(each.flow.sent for each in ended)


async def test_without_a_control_plane_nothing_is_said_to_hold(
    there: Ground, state: Path, jana: Laptop
) -> None:
    """What was said before stays for as long as its lease, and a new control plane says all of it again."""
    jana.begin_anew(there.private.public)
    kept = Kept()
    with process(there, state):
        async with speaking(state, kept, jana.admitted(ECHO)):
            await soon(lambda: jana.reaches(ECHO))
        assert await reaches(jana, ECHO)
        async with speaking(state, Kept()):
            await soon(lambda: not jana.reaches(ECHO))


async def test_a_restart_of_either_side_resumes(there: Ground, state: Path, jana: Laptop) -> None:
    jana.begin_anew(there.private.public)
    kept = Kept()
    async with contextlib.AsyncExitStack() as stack:
        with process(there, state) as first:
            line = await stack.enter_async_context(speaking(state, kept, jana.admitted(ECHO)))
            await soon(lambda: jana.reaches(ECHO))
            stands = await asyncio.to_thread(jana.connected, ECHO)
            stack.callback(stands.close)
            mine = stands.getsockname()[1]
            await soon(lambda: any(isinstance(one, Began) and one.flow.port == mine for one in kept.news))
            await asyncio.to_thread(first.kill)
            await soon(lambda: not line.stands)
            assert not line.holds
            with pytest.raises(TunnelAway, match="it is away"):
                await line.admit(jana.admitted(ECHO, OTHER))
            stands.sendall(b"jsi tam")
            assert await asyncio.to_thread(stands.recv, 100) == b"jsi tam"
        kept.open = [one for one in kept.news if isinstance(one, Began) and one.flow.port == mine]
        told = len(kept.news)
        with process(there, state):
            await soon(lambda: line.holds)
            await soon(lambda: jana.reaches(OTHER))  # what was said while it was away
            stands.sendall(b"jeste")
            assert await asyncio.to_thread(stands.recv, 100) == b"jeste"
            stands.close()
            await line.admit(jana.suspended())
            await soon(
                lambda: any(
                    isinstance(one, Ended) and one.flow.port == mine and one.began == kept.open[0].at
                    for one in kept.news[told:]
                )
            )
    begun_again = [
        one for one in kept.news[told:] if isinstance(one, Began) and one.flow.id == kept.open[0].flow.id
    ]
    assert begun_again == []


async def test_one_key_stands_for_one_device_and_pools_bound_the_rest(
    there: Ground, state: Path, jana: Laptop
) -> None:
    petr, kept = there.laptops["petr"], Kept()
    with process(there, state):
        async with speaking(state, kept) as line:
            await line.admit(jana.admitted(ECHO))
            with pytest.raises(TunnelAway, match="would belong to the peers"):
                await line.admit(replace(petr.admitted(ECHO), addresses=frozenset({jana.address})))
            stranger = frozenset({next(iter(there.plan.pools[0].hosts()))})
            with pytest.raises(TunnelAway, match="no address of a device"):
                await line.admit(replace(petr.admitted(ECHO), addresses=stranger))


def test_its_socket_and_its_key_are_for_its_user_alone(there: Ground, state: Path) -> None:
    with process(there, state) as made:
        assert (state / "tunnel" / SOCKET).stat().st_mode & 0o777 == 0o600
        assert (state / "tunnel" / "private.key").stat().st_mode & 0o777 == 0o600
        (state / "tunnel" / "private.key").chmod(0o640)
        assert made.end() == ""
    configured_again = (state / "tunnel" / "private.key").stat().st_mode & 0o777
    assert configured_again == 0o640
    with process(there, state) as refused:
        said = refused.ended()
    assert "can be read by other users; chmod 600" in said


def test_without_its_capability_it_says_what_it_needs(there: Ground, state: Path) -> None:
    nothing = [*CAPABILITY[:2], "-all", *CAPABILITY[3:]]
    with process(there, state, nothing) as made:
        said = made.ended()
        assert made.child.returncode == 1
    assert "needs CAP_NET_ADMIN" in said


async def test_leases_are_renewed_only_while_a_control_plane_is_there(
    there: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "ALIVE_FOR", 0.05)
    serves = serving.Serving(None, None, there.plan.pools, now, print)  # type: ignore[arg-type]
    assert not serves._vouched()
    serves._heard_at = asyncio.get_running_loop().time()
    assert serves._vouched()
    await asyncio.sleep(0.1)
    assert not serves._vouched()
