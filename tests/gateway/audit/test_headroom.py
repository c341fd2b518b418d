"""Room for the access log, on a disk that is full and one that is not."""

from pathlib import Path

import pytest

from gateway.audit.headroom import AHEAD, LEAST, enough
from tests.rig.tiny_disk import tiny_disk

MIB = 2**20


@pytest.mark.real
def test_there_is_enough_until_the_disk_is_full_and_again_when_it_is_not(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk", AHEAD // MIB + 4) as disk:
        file = disk.outside / "access.log"
        assert enough(file) is None  # Envoy is just opening a new one
        ballast = disk.fill(leave=LEAST // 2)
        file.touch()
        assert enough(file) is False
        ballast.unlink()
        assert enough(file) is True
        assert file.stat().st_size == 0


def test_a_folder_is_no_access_log(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        enough(tmp_path)
