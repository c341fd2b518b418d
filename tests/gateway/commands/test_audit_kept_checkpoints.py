"""`brana audit verify --checkpoint`: a verdict for a note of ours, a refusal for anything else."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit import checkpoint_file
from gateway.audit.checkpoint import seal
from gateway.audit.note import Signer, sign
from gateway.commands.state import State, existing_state
from tests.gateway.commands.logs import entries
from tests.rig.installation import Installation

pytestmark = pytest.mark.real


def note_of(one: Installation, signer: Signer | None = None) -> str:
    """The first checkpoint of the installation, or what another key makes of it."""
    note = next(iter(checkpoint_file.read(one.state / checkpoint_file.NAME))).note
    return note if signer is None else sign(note.partition("\n\n")[0] + "\n", signer)


NO_CHECKPOINTS: dict[str, Callable[[Installation], bytes]] = {
    "an empty file": lambda _: b"",
    "a text": lambda _: b"shopping list\n",
    "a binary file": lambda _: bytes(range(256)),
    "a file of zeros": lambda _: bytes(200_000),
    "a note cut short": lambda one: note_of(one).encode()[:-20],
    "a note with another size": lambda one: re.sub(r"\n\d+\n", "\n1\n", note_of(one), count=1).encode(),
    "a note that another key signed": lambda one: note_of(
        one, Signer(note_of(one).partition("\n")[0], Ed25519PrivateKey.generate())
    ).encode(),
    "all notes at once": lambda one: (one.state / checkpoint_file.NAME).read_bytes() * 2,
}


@pytest.mark.parametrize("content", NO_CHECKPOINTS.values(), ids=NO_CHECKPOINTS)
def test_a_file_that_is_no_checkpoint_of_ours_is_refused_and_gives_no_verdict(
    kept: Installation, tmp_path: Path, content: Callable[[Installation], bytes]
) -> None:
    named = tmp_path / "note"
    named.write_bytes(content(kept))
    refused_without_a_verdict(kept, named)


@pytest.mark.parametrize("name", [".", "nowhere"], ids=["a folder", "nothing"])
def test_a_path_without_a_file_is_refused_and_gives_no_verdict(
    kept: Installation, tmp_path: Path, name: str
) -> None:
    refused_without_a_verdict(kept, tmp_path / name)


def refused_without_a_verdict(one: Installation, named: Path) -> None:
    done = one.brana("audit", "verify", "--checkpoint", str(named))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"brana: --checkpoint {named}: this is no checkpoint that ")
    assert "name a file with one note out of a copy of checkpoints.log" in done.stderr
    assert "NOT whole" not in done.stderr
    assert entries(one, "--code", "audit.verified") == []


def test_a_checkpoint_of_ours_is_what_the_log_is_held_against(kept: Installation, tmp_path: Path) -> None:
    named = tmp_path / "note"
    named.write_text(note_of(kept))
    assert kept.brana("audit", "verify", "--checkpoint", str(named)).returncode == 0
    name = note_of(kept).partition("\n")[0]
    with existing(kept) as state:
        named.write_text(seal(10**6, bytes(32), Signer(name, state.keys.checkpoint)))
    done = kept.brana("audit", "verify", "--checkpoint", str(named))
    assert (done.returncode, done.stdout) == (1, "")
    assert "the log is NOT whole: " in done.stderr
    assert "rolled_back: the checkpoint kept elsewhere has sealed 1000000 entries" in done.stderr


@contextmanager
def existing(one: Installation) -> Iterator[State]:
    state = existing_state(one.configuration)
    try:
        yield state
    finally:
        state.database.close()
