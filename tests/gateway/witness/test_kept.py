import os
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.witness import kept
from gateway.witness.judging import Seen
from gateway.witness.kept import Kept, WitnessUnusable
from tests.gateway.audit.making import NOON, SIGNER

ORIGIN = SIGNER.name
NOTES = "cosigned-2026-05.log"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    kept.found(tmp_path / "witness", "witness.example")
    return tmp_path / "witness"


def test_a_witness_has_a_folder_and_a_key_of_its_own(folder: Path) -> None:
    assert kept.key_of(folder).name == "witness.example"
    assert (folder.stat().st_mode & 0o777, (folder / "key").stat().st_mode & 0o777) == (0o700, 0o600)
    with pytest.raises(WitnessUnusable, match="is not empty"):
        kept.found(folder, "witness.example")


def test_what_was_cosigned_is_known_after_a_start_and_stands_in_the_notes(folder: Path) -> None:
    with closing(Kept(folder)) as store:
        assert store.seen(ORIGIN) == Seen()
        store.keep(ORIGIN, Seen(3, bytes(32)), "one\n", NOON)
        store.keep("other", Seen(4, bytes(32)), "two\n", NOON)
        store.keep(ORIGIN, Seen(5, bytes(32)), "three\n", NOON + timedelta(days=31))
    with closing(Kept(folder)) as store:
        assert (store.seen(ORIGIN).size, store.seen("other").size) == (5, 4)
    assert (folder / NOTES).read_text() == "one\ntwo\n"
    assert (folder / "cosigned-2026-06.log").read_text() == "three\n"
    assert {origin: one.size for origin, one in kept.trees_of(folder).items()} == {ORIGIN: 5, "other": 4}


def test_a_note_that_was_written_and_never_answered_is_taken_away(folder: Path) -> None:
    with closing(Kept(folder)) as store:
        store.keep(ORIGIN, Seen(3, bytes(32)), "one\n", NOON)
    with (folder / NOTES).open("a") as file:
        file.write("two, of a process that died before its state was there")
    with closing(Kept(folder)) as store:
        assert store.seen(ORIGIN).size == 3
        store.keep(ORIGIN, Seen(4, bytes(32)), "three\n", NOON)
    assert (folder / NOTES).read_text() == "one\nthree\n"


def test_notes_that_were_taken_away_or_a_damaged_state_end_it(folder: Path) -> None:
    with closing(Kept(folder)) as store:
        store.keep(ORIGIN, Seen(3, bytes(32)), "one\n", NOON)
    os.truncate(folder / NOTES, 1)
    with pytest.raises(WitnessUnusable, match="are missing"):
        Kept(folder)
    (folder / "state.json").write_text("{")
    with pytest.raises(WitnessUnusable, match="two histories"):
        Kept(folder)


def test_one_process_at_a_time(folder: Path) -> None:
    with closing(Kept(folder)), pytest.raises(WitnessUnusable, match="another process"):
        Kept(folder)
    with closing(Kept(folder)):
        pass


def test_a_state_that_cannot_be_written_cosigns_nothing(folder: Path) -> None:
    with closing(Kept(folder)) as store:
        (folder / ".state.json").mkdir()
        with pytest.raises(OSError, match="Is a directory"):
            store.keep(ORIGIN, Seen(3, bytes(32)), "one\n", NOON)
        assert store.seen(ORIGIN) == Seen()
        (folder / ".state.json").rmdir()
        store.keep(ORIGIN, Seen(3, bytes(32)), "two\n", NOON)
    assert (folder / NOTES).read_text().endswith("two\n")


def test_logs_are_trusted_once_and_by_whole_keys(folder: Path) -> None:
    assert kept.trusted_by(folder) == ()
    assert [kept.trust(folder, SIGNER.verifier), kept.trust(folder, SIGNER.verifier)] == [True, False]
    assert kept.trusted_by(folder) == (SIGNER.verifier,)
    (folder / "trusted").write_text("nonsense\n")
    with pytest.raises(WitnessUnusable, match="not a list"):
        kept.trusted_by(folder)


def test_what_is_no_witness_is_told(tmp_path: Path) -> None:
    with pytest.raises(WitnessUnusable, match="brana witness init"):
        kept.key_of(tmp_path)
    (tmp_path / "key").write_text("x y")
    with pytest.raises(WitnessUnusable, match="damaged"):
        kept.key_of(tmp_path)
