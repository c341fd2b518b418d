"""A key in a chip, with a real TPM 2.0 in software: it signs there and nowhere else."""

import os
import signal
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psutil
import pytest

from agents.keys import tpm
from agents.keys.apart import Failed, apart
from agents.keys.key import ChipFails, KeyLost
from agents.keys.tpm import TpmKey, has_chip
from agents.protocol.messages import KeyKind, Report
from agents.protocol.signed import opened
from agents.protocol.signing import Kind, signed
from gateway.devices.authority import public_key
from tests.rig.tpm import swtpm

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def short():
    """Paths of unix sockets are short, those of pytest are not."""
    with tempfile.TemporaryDirectory(prefix="tpm") as path:
        yield Path(path)


@pytest.fixture(scope="module")
def chip(short):
    with swtpm(short / "one") as one:
        yield one


@pytest.fixture(scope="module")
def key(chip):
    return TpmKey.new(chip.name)


def test_a_report_that_the_chip_signed_is_taken_by_the_gateways_reader(key, chip):
    again = TpmKey.kept(key.blob, chip.name)
    said = Report(nonce="n" * 16, sequence=1, at=NOW, facts=msgspec.Raw(b"{}"), agent="1")
    token = signed(Kind.REPORT, "d", said, again.sign)
    assert opened(Kind.REPORT, token, public_key(key.public), Report).sequence == 1
    assert (again.public, again.kind, again.blob) == (key.public, KeyKind.TPM, key.blob)


def test_what_is_kept_holds_no_private_key_and_shows_none(key):
    assert b"BEGIN PRIVATE KEY" not in key.blob
    assert b"TSS2 PRIVATE KEY" in key.blob
    assert "TSS2" not in repr(key)


def test_signatures_need_no_more_room_than_a_chip_has(key):
    """Three objects at a time: what was loaded is let go."""
    for number in range(8):
        assert key.sign(b"%d" % number)


def test_a_copy_is_useless_on_another_chip(key, short):
    with swtpm(short / "two") as other, pytest.raises(KeyLost, match="enrol this device anew"):
        replace(key, chip=other.name).sign(b"said")


def test_a_chip_that_was_cleared_knows_the_key_no_more(short):
    with swtpm(short / "three") as one:
        key = TpmKey.new(one.name)
        key.sign(b"said")
        one.clear()
        with pytest.raises(KeyLost, match="does not know the key"):
            key.sign(b"said")


def test_a_chip_that_was_switched_off_and_on_knows_its_key(short):
    with swtpm(short / "four") as one:
        key = TpmKey.new(one.name)
    with pytest.raises(ChipFails):
        key.sign(b"said")
    with swtpm(short / "four"):
        assert key.sign(b"said")


def test_a_file_whose_halves_belong_to_two_keys_signs_nothing(key, chip):
    other = TpmKey.new(chip.name)
    with pytest.raises(KeyLost, match="another public half"):
        replace(other, public=key.public).sign(b"said")


@pytest.mark.parametrize("kept", [b"", b"junk"])
def test_a_damaged_file_is_lost(kept, key, chip):
    with pytest.raises(KeyLost):
        TpmKey.kept(kept, chip.name)
    halved = TpmKey.kept(key.blob[: len(key.blob) // 2], chip.name)
    with pytest.raises((KeyLost, ChipFails)):
        halved.sign(b"said")


def test_a_machine_without_a_chip_has_none():
    assert not has_chip("device:/nowhere/tpmrm0")
    assert has_chip("device:/dev/null")
    with pytest.raises(ChipFails, match="is not there"):
        TpmKey.new("device:/nowhere/tpmrm0")


def test_what_is_there_and_is_no_chip_is_told():
    with pytest.raises(ChipFails):
        TpmKey.new("device:/dev/null")


def test_an_agent_that_was_built_without_the_library_says_so(chip, monkeypatch):
    monkeypatch.setattr(tpm, "find_spec", lambda _: None)
    with pytest.raises(ChipFails, match="built without"):
        TpmKey.new(chip.name)


def test_a_chip_that_hangs_holds_nothing_up(chip, monkeypatch):
    monkeypatch.setattr(tpm, "SECONDS", 0.3)
    process = next(one for one in psutil.Process().children() if str(chip.path) in " ".join(one.cmdline()))
    process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(ChipFails, match="no answer in time"):
            TpmKey.new(chip.name)
        assert time.monotonic() - began < 5
    finally:
        process.send_signal(signal.SIGCONT)


def test_work_apart_leaves_no_child_and_tells_how_it_ended():
    before = set(psutil.Process().children())
    assert apart(lambda: b"x" * 1_000_000, 10) == b"x" * 1_000_000
    with pytest.raises(Failed, match="in the middle"):
        apart(lambda: os._exit(3), 10)
    with pytest.raises(Failed, match="by zero"):
        apart(lambda: bytes(1 // 0), 10)
    with pytest.raises(Failed, match="in time"):
        apart(lambda: time.sleep(60) or b"", 0.1)
    assert set(psutil.Process().children()) <= before
