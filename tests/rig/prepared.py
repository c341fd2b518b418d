"""A database file with the product's tables, all empty. `prepare` makes one; the others have its bytes."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.storage.migrate import prepare


def prepared(path: Path) -> Path:
    """The file, where there is none yet; to create its tables takes a hundred times as long."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(_as_made())
    return path


@cache
def _as_made() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "brana.db"
        prepare(path)
        left = [one.name for one in path.parent.iterdir()]
        assert left == [path.name], "what stands beside the file belongs to it"
        return path.read_bytes()
