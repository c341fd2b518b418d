import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import durable
from gateway.storage.seal import KEY, MasterKeyUnusable, Seal, SealBroken, master_key

SEAL = Seal(bytes(range(32)))


@given(st.binary(), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_sealed_secret_is_opened_for_its_own_row(secret: bytes, row: str) -> None:
    assert SEAL.open(SEAL.close(secret, row), row) == secret


@given(st.binary(max_size=20), st.integers(0, 10_000), st.integers(1, 255))
def test_a_sealed_secret_changed_in_any_place_is_refused(secret: bytes, where: int, flip: int) -> None:
    sealed = bytearray(SEAL.close(secret, "row"))
    sealed[where % len(sealed)] ^= flip
    with pytest.raises(SealBroken):
        SEAL.open(bytes(sealed), "row")


@given(st.binary(max_size=20), st.integers(0, 48))
def test_a_sealed_secret_cut_short_is_refused(secret: bytes, length: int) -> None:
    sealed = SEAL.close(secret, "row")
    with pytest.raises(SealBroken):
        SEAL.open(sealed[: min(length, len(sealed) - 1)], "row")


def test_a_secret_moved_to_another_row_or_under_another_key_is_refused() -> None:
    sealed = SEAL.close(b"secret", "signing_key/grant-1")
    for seal, row in ((SEAL, "signing_key/assertion-1"), (Seal(bytes(32)), "signing_key/grant-1")):
        with pytest.raises(SealBroken, match="restore both from the same backup"):
            seal.open(sealed, row)


def test_the_same_secret_never_looks_the_same() -> None:
    assert len({SEAL.close(b"secret", "row") for _ in range(50)}) == 50


def test_a_seal_shows_no_key() -> None:
    assert repr(SEAL) == str(SEAL) == "Seal(…)"


def test_the_master_key_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "keys"
    key = master_key(folder)
    assert len(key) == KEY
    assert master_key(folder) == key
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "master.key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in folder.iterdir()] == ["master.key"]


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    assert master_key(tmp_path / "a") != master_key(tmp_path / "b")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_master_key_of_another_length_is_refused(length: int, tmp_path: Path) -> None:
    """16 bytes would silently be AES-128, and none at all is what a start that died once left behind."""
    (tmp_path / "master.key").write_bytes(os.urandom(length))
    (tmp_path / "master.key").chmod(0o600)
    with pytest.raises(MasterKeyUnusable, match=f"{length} bytes, not 32; restore it from a backup"):
        master_key(tmp_path)


def test_a_master_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    master_key(tmp_path)
    (tmp_path / "master.key").chmod(0o640)
    with pytest.raises(MasterKeyUnusable, match="chmod 600"):
        master_key(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MasterKeyUnusable, match="let this user read and write"):
        master_key(tmp_path / "file" / "keys")


def test_a_key_that_another_process_made_meanwhile_is_kept(tmp_path: Path) -> None:
    theirs = os.urandom(KEY)
    path = tmp_path / "master.key"
    assert durable.place(path, theirs)
    assert not durable.place(path, os.urandom(KEY))
    assert master_key(tmp_path) == theirs
    assert [file.name for file in tmp_path.iterdir()] == ["master.key"]


def test_a_pseudonym_is_the_same_for_ever_and_nothing_without_the_key():
    mine, same, other = Seal(bytes(32)), Seal(bytes(32)), Seal(b"x" * 32)
    assert mine.pseudonym(b"name") == same.pseudonym(b"name")
    assert len({mine.pseudonym(b"name"), mine.pseudonym(b"another"), other.pseudonym(b"name")}) == 3
    assert mine.pseudonym(b"table\x00name") != mine.fingerprint(b"name", "table")
    # fixed: an application would lose its people by another one
    assert mine.pseudonym(b"name").hex() == "4ee6eb87a62da5b81d4b7113a0c80d92bca03fdb52950c0b247b491bc822b509"
