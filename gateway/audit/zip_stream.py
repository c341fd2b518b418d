"""A ZIP file that is given away while it is made: no more of it is held than what was written since it was taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a zip file; the same files give the same bytes


class Member(Protocol):
    def write(self, data: bytes, /) -> int: ...


class ZipStream:
    """Files below `folder`, one after the other."""

    def __init__(self, folder: str) -> None:
        self._folder, self._sink = folder, _Sink()
        self._archive = ZipFile(self._sink, "w", ZIP_DEFLATED)

    @contextmanager
    def file(self, name: str) -> Iterator[Member]:
        info = ZipInfo(f"{self._folder}/{name}", EARLIEST)
        info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
        with self._archive.open(info, "w", force_zip64=True) as member:
            yield member

    def add(self, name: str, data: bytes) -> None:
        with self.file(name) as member:
            member.write(data)

    def taken(self) -> bytes:
        """What was written since."""
        return self._sink.taken()

    def ended(self) -> bytes:
        self._archive.close()
        return self.taken()


class _Sink:
    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes, /) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def taken(self) -> bytes:
        data = bytes(self._held)
        self._held.clear()
        return data
