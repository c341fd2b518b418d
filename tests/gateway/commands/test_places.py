"""Whether a folder can be made, known without making it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.commands.places import place_fault
from tests.rig.somebody_else import reachable_folder, somebody_else


@pytest.fixture
def reachable() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


def test_a_folder_that_is_there_or_can_be_made_has_no_fault_and_is_not_made(tmp_path: Path) -> None:
    assert place_fault(tmp_path) is None
    assert place_fault(tmp_path / "a" / "b") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["/proc/nic", "/sys/nic/deeper"])
def test_where_the_kernel_keeps_no_files_another_folder_is_asked_for(place: str) -> None:
    fault = place_fault(Path(place))
    assert fault is not None
    assert fault[0].startswith(f"{place} cannot be made: ")
    assert fault[1].endswith("name another folder in the configuration")


def test_below_a_file_nothing_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    fault = place_fault(tmp_path / "file/state")
    assert fault is not None
    assert f"{tmp_path / 'file'} is not a folder" in fault[0]


@pytest.mark.parametrize(("name", "cannot"), [("state", "made"), (".", "written to")])
def test_a_folder_of_somebody_else_is_asked_for(name: str, cannot: str, reachable: Path) -> None:
    reachable.chmod(0o555)
    with somebody_else():
        fault = place_fault(reachable / name)
        uid = os.geteuid()
    assert fault is not None
    assert fault[0].startswith(
        f"{reachable / name} cannot be {cannot}: this user (uid {uid}) may not write to"
    )
    assert fault[1].startswith("give it to that user")


def test_a_place_with_a_space_in_its_name_is_no_riddle(tmp_path: Path) -> None:
    assert place_fault(tmp_path / "a b" / "state") is None
