import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.installation import Installation, install


@pytest.fixture(scope="session")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an installation that has run; tests work in copies of it."""
    folder = tmp_path_factory.mktemp("used") / "brana"
    with install(folder).serving():
        pass
    return folder


@pytest.fixture
def kept(used: Path, tmp_path: Path) -> Iterator[Installation]:
    shutil.copytree(used, tmp_path / "brana", symlinks=True, ignore=shutil.ignore_patterns("*.sock"))
    copy = Installation(tmp_path / "brana")
    copy.write()
    yield copy
