"""Missing, not permitted and no file at all are three faults with three remedies."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.files import file_fault, folder_fault
from tests.rig.somebody_else import reachable_folder, somebody_else


@pytest.fixture
def reachable() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


def test_a_file_that_can_be_read_has_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert file_fault(tmp_path / "file") is None


@pytest.mark.parametrize("name", ["none", "file/below"])
def test_a_missing_file_is_told_as_missing(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    fault = file_fault(tmp_path / name)
    assert fault == (f"the file {tmp_path / name} is missing", "put it there, or correct the path")


def test_a_folder_or_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for file in (tmp_path, tmp_path / "pipe"):
        fault = file_fault(file)
        assert fault is not None
        assert fault[0] == f"{file} is not a file"


@pytest.mark.parametrize("closed", ["file", "."])
def test_a_file_that_this_user_may_not_read_is_told_so(closed: str, reachable: Path) -> None:
    (reachable / "file").touch()
    (reachable / closed).chmod(0)
    with somebody_else():
        fault = file_fault(reachable / "file")
        uid = os.geteuid()
    (reachable / closed).chmod(0o700)
    assert fault is not None
    assert fault[0] == f"{reachable / 'file'} may not be read by this user (uid {uid})"
    assert fault[1].startswith("give the file and the folders above it to that user")


def test_a_folder_is_missing_or_is_none_or_is_closed(reachable: Path) -> None:
    (reachable / "file").touch()
    (reachable / "closed").mkdir(mode=0)
    with somebody_else():
        said = {
            name: folder_fault(reachable / name, "texts belong in it")
            for name in (".", "none", "file", "closed")
        }
    assert said.pop(".") is None
    assert [fault and fault[0].removeprefix("the folder ").split(" ", 1)[1] for fault in said.values()] == [
        "is missing",
        "is not a folder",
        "cannot be read: Permission denied",
    ]
    assert all(fault and fault[1].endswith("; texts belong in it") for fault in said.values())
