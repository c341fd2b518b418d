"""The folder of a witness: its key, the logs it trusts, what it cosigned last of each, and every note it cosigned.

Order of writing: the note, then the state that speaks of it (a file beside it, renamed), each with fsync, and only then
the answer. A crash in between leaves a note that nobody got; the state says where the notes end, so it is cut off.
"""

import fcntl
import os
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config import durable
from gateway.audit.cosignature import Cosigner
from gateway.audit.note import NoteRefused, Verifier
from gateway.witness.judging import Seen

KEY, TRUSTED, STATE, LOCK = "key", "trusted", "state.json", "lock"
MOST_ORIGINS = 2_400
"""Kept at once: two hundred years of months, so only a stolen key of a log comes there."""


class WitnessUnusable(Exception):
    """The folder is no witness, or not one that can go on."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n    {remedy}")


class _Tree(msgspec.Struct, frozen=True):
    size: int
    root: bytes


class _State(msgspec.Struct, frozen=True, kw_only=True):
    notes: str = ""
    """File of the notes that is written now."""
    bytes: int = 0
    """Where it ends."""
    origins: dict[str, _Tree] = {}


def found(folder: Path, name: str) -> Cosigner:
    """Make a witness of this name in a folder that is not there, or empty. Raises WitnessUnusable, NoteRefused."""
    cosigner = Cosigner(name, Ed25519PrivateKey.generate())
    text = f"{cosigner.key}\n{cosigner.private.private_bytes_raw().hex()}\n"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise WitnessUnusable(f"{folder} is not empty", "name a folder that is not there yet")
        folder.chmod(0o700)
        durable.replace(folder / KEY, text.encode())
    except OSError as error:
        raise _unwritable(folder, error) from error
    return cosigner


def key_of(folder: Path) -> Cosigner:
    """Raises WitnessUnusable."""
    try:
        said, private = (folder / KEY).read_text("utf-8").split()
        cosigner = Cosigner(
            said.partition("+")[0], Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private))
        )
        if str(cosigner.key) == said:
            return cosigner
    except FileNotFoundError as error:
        raise WitnessUnusable(f"{folder} is no witness's folder", "make one: brana witness init") from error
    except (OSError, ValueError, NoteRefused):
        pass
    raise WitnessUnusable(f"{folder / KEY} cannot be read, or is damaged", "put it back from a backup")


def trust(folder: Path, key: Verifier) -> bool:
    """From the next start of the server on; False where it is trusted already. Raises WitnessUnusable."""
    known = trusted_by(folder)
    if key in known:
        return False
    durable.replace(folder / TRUSTED, "".join(f"{one}\n" for one in (*known, key)).encode())
    return True


def distrust(folder: Path, key: Verifier) -> bool:
    """From the next start of the server on; False where it was not trusted. Raises WitnessUnusable."""
    known = trusted_by(folder)
    if key not in known:
        return False
    durable.replace(folder / TRUSTED, "".join(f"{one}\n" for one in known if one != key).encode())
    return True


def trusted_by(folder: Path) -> tuple[Verifier, ...]:
    """Raises WitnessUnusable."""
    try:
        return tuple(map(Verifier.parse, (folder / TRUSTED).read_text("utf-8").split()))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, NoteRefused) as error:
        raise WitnessUnusable(
            f"{folder / TRUSTED} is not a list of logs' keys: {error}", "one `name+id+key` a line"
        ) from error


class Kept:
    """What was cosigned. One process at a time."""

    def __init__(self, folder: Path) -> None:
        """Raises WitnessUnusable."""
        self._folder = folder
        self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._state = _state_of(folder)
            self._mend()
        except BlockingIOError as error:
            self.close()
            raise WitnessUnusable(f"another process serves {folder}", "end it first") from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        os.close(self._lock)

    def seen(self, origin: str) -> Seen:
        tree = self._state.origins.get(origin)
        return Seen() if tree is None else Seen(tree.size, tree.root)

    def has_room_for(self, origin: str) -> bool:
        return origin in self._state.origins or len(self._state.origins) < MOST_ORIGINS

    def keep(self, origin: str, seen: Seen, note: str, at: datetime) -> None:
        """Durable when it returns. Raises OSError: then nothing was cosigned."""
        name, data = f"cosigned-{at:%Y-%m}.log", note.encode()
        before = self._state.bytes if name == self._state.notes else _size(self._folder / name)
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(descriptor, before)  # an attempt that failed may have left a part
            if os.pwrite(descriptor, data, before) != len(data):
                raise OSError(28, "No space left on device")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        state = _State(
            notes=name,
            bytes=before + len(data),
            origins={**self._state.origins, origin: _Tree(seen.size, seen.root)},
        )
        durable.replace(self._folder / STATE, msgspec.json.encode(state))
        self._state = state

    def _mend(self) -> None:
        """Take away the notes that nobody got."""
        if not self._state.notes:
            return
        file = self._folder / self._state.notes
        size = _size(file)
        if size < self._state.bytes:
            raise WitnessUnusable(
                f"{file} has {size} bytes and had {self._state.bytes}: notes that were cosigned are missing",
                "make a new witness, with a new key, in another folder; keep this one as evidence",
            )
        if size > self._state.bytes:
            os.truncate(file, self._state.bytes)


def trees_of(folder: Path) -> dict[str, Seen]:
    """What was cosigned last, by origin. Raises WitnessUnusable."""
    return {origin: Seen(one.size, one.root) for origin, one in _state_of(folder).origins.items()}


def _state_of(folder: Path) -> _State:
    file = folder / STATE
    try:
        return msgspec.json.decode(file.read_bytes(), type=_State)
    except FileNotFoundError:
        return _State()
    except (OSError, msgspec.DecodeError) as error:
        raise WitnessUnusable(
            f"{file} cannot be read, or is damaged: {error}",
            "without it this witness could cosign two histories: make a new witness, with a new key, in another folder",
        ) from error


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _unwritable(folder: Path, error: OSError) -> WitnessUnusable:
    return WitnessUnusable(f"{folder} cannot be written: {error.strerror}", "name another folder")
