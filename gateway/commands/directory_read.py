"""A full sync in a process of its own: what it takes of memory and time is not taken from whoever decides.

The child gets the directory's settings on its standard input and says how far it is, one JSON object a line.
"""

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import msgspec

from config.settings import Directory
from gateway.storage.place import Place, place_text
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnreachable
from idp.directory.sync.full import Progress
from idp.directory.sync.replica import Hold

MODULE = "gateway.commands.directory_read_process"


class ReadSoFar(msgspec.Struct, frozen=True, tag="reading"):
    people: int
    groups: int


class Done(msgspec.Struct, frozen=True, tag="done"):
    held: Hold | None


class Unreachable(msgspec.Struct, frozen=True, tag="unreachable"):
    url: str
    hint: str


class Misconfigured(msgspec.Struct, frozen=True, tag="misconfigured"):
    what: str
    hint: str


Said = ReadSoFar | Done | Unreachable | Misconfigured
encode = msgspec.json.encode
_decoder: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)


def settings_text(settings: Directory) -> bytes:
    return encode(settings, enc_hook=str)


def settings_of(text: bytes) -> Directory:
    return msgspec.json.decode(text, type=Directory, dec_hook=lambda kind, value: kind(value))


class ReadInChild:
    """Implements `idp.directory.sync.full_syncs.ReadAll`."""

    def __init__(self, database: Place, settings: Directory, parent: int) -> None:
        self._command = [sys.executable, "-m", MODULE, str(parent), place_text(database)]
        self._settings = settings
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def __call__(self, told: Callable[[Progress], None]) -> Hold | None:
        """Raises DirectoryUnreachable, DirectoryMisconfigured."""
        with self._lock:
            if self._stopped:
                raise DirectoryUnreachable(self._settings.name, "the product is ending")
            child = self._child = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        with child:
            assert child.stdin is not None
            assert child.stdout is not None
            with suppress(BrokenPipeError):
                child.stdin.write(settings_text(self._settings))
                child.stdin.close()
            for line in child.stdout:
                said = _decoder.decode(line)
                if isinstance(said, ReadSoFar):
                    told(Progress(said.people, said.groups))
                elif isinstance(said, Done):
                    return said.held
                elif isinstance(said, Unreachable):
                    raise DirectoryUnreachable(said.url, said.hint)
                else:
                    raise DirectoryMisconfigured(said.what, said.hint)
        hint = f"the process that read it ended without a word, status {child.returncode}; see the log"
        raise DirectoryUnreachable(self._settings.name, hint)

    def stop(self) -> None:
        """From another thread; the call under way raises."""
        with self._lock:
            self._stopped = True
            if self._child is not None:
                self._child.kill()
