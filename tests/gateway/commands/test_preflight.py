"""The folder in memory: everybody may make folders in /dev/shm, so what stands there already is looked at."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.settings import State
from gateway.commands.preflight import CannotStart, folder_in_memory, prepare_state, require_free
from tests.rig.somebody_else import somebody_else

UNPRIVILEGED = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
LOW = 443


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(directory=tmp_path / "state", memory=tmp_path)


def test_the_folder_is_this_users_alone_and_may_be_there_already(state: State) -> None:
    for _ in range(2):
        prepare_state(state)
        assert folder_in_memory(state).stat().st_mode & 0o777 == 0o700


def test_several_may_prepare_one_state_at_the_same_time(state: State) -> None:
    prepare_state(state)
    with ThreadPoolExecutor(8) as several:
        for done in [several.submit(prepare_state, state) for _ in range(400)]:
            done.result()
    assert list((state.directory / "run").iterdir()) == []


def test_two_installations_do_not_share_a_folder(state: State, tmp_path: Path) -> None:
    other = State(directory=tmp_path / "other", memory=tmp_path)
    assert folder_in_memory(state) != folder_in_memory(other)


def test_a_folder_that_others_may_look_into_is_refused(state: State) -> None:
    folder_in_memory(state).mkdir(mode=0o777)
    folder_in_memory(state).chmod(0o755)
    with pytest.raises(CannotStart, match="find out who made it"):
        prepare_state(state)


def test_a_link_that_leads_elsewhere_is_refused(state: State, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder_in_memory(state).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotStart, match=r"state\.memory"):
        prepare_state(state)


def test_a_memory_that_is_not_there_is_told_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"(?s)state\.memory: .* No such file.*tmpfs"):
        prepare_state(State(directory=tmp_path / "state", memory=tmp_path / "missing"))


@pytest.mark.real
def test_an_address_of_another_machine_is_told_with_its_own_remedy() -> None:
    with pytest.raises(
        CannotStart, match=r"(?s)public\.port: 203\.0\.113\.9:8443 .*an address of this machine"
    ):
        require_free([("public.port", "203.0.113.9", 8443)])


@pytest.mark.real
def test_a_low_port_is_told_with_the_capability_that_it_needs() -> None:
    if int(UNPRIVILEGED.read_text()) <= LOW:
        pytest.skip("this machine gives every port to everybody")
    with somebody_else(), pytest.raises(CannotStart, match=r"(?s)Permission denied.*CAP_NET_BIND_SERVICE"):
        require_free([("public.port", "127.0.0.1", LOW)])
