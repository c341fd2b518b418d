"""A device whose key lies in a TPM 2.0, from its enrolment to its end, as people meet it. The chip is swtpm."""

import shutil
import tempfile
from pathlib import Path

import pytest

from agents.command.__main__ import main
from agents.kept.folder import Folder
from agents.kept.state import State
from agents.keys import tpm
from agents.protocol.messages import KeyKind, Standing
from tests.agents.gateway import CODE
from tests.rig.tpm import swtpm

pytestmark = pytest.mark.real


@pytest.fixture
def short():
    with tempfile.TemporaryDirectory(prefix="tpm") as path:
        yield Path(path)


@pytest.fixture
def chip(short):
    with swtpm(short / "one") as one:
        yield one


@pytest.fixture
def enrolled(agent, gateway, papers, chip):
    code, said = agent("--tpm", chip.name, "enrol", gateway.url, CODE, "--trust", str(papers[0].certificate))
    assert (code, "in the security chip (TPM)" in said) == (0, True), said
    return gateway


def test_the_gateway_hears_of_the_chip_and_no_key_is_in_the_folder(enrolled, tmp_path):
    assert enrolled.device.key_kind is KeyKind.TPM
    kept = {one.name: one.read_bytes() for one in (tmp_path / "state").iterdir()}
    assert "device.key" not in kept
    assert b"PRIVATE KEY" in kept["device.tpm"]
    assert b"BEGIN PRIVATE KEY" not in kept["device.tpm"]


def test_the_chip_signs_the_farewell(enrolled, agent, chip, tmp_path):
    code, said = agent("--tpm", chip.name, "forget")
    assert (code, "retired at the gateway" in said) == (0, True), said
    assert enrolled.device.standing is Standing.RETIRED
    assert not (tmp_path / "state" / "device.tpm").exists()


def test_without_a_chip_the_key_is_in_a_file_and_that_is_said(agent, gateway, papers):
    trust = ("--trust", str(papers[0].certificate))
    code, said = agent("--tpm", "device:/nowhere", "enrol", gateway.url, CODE, *trust)
    assert (code, "in a file on the disk" in said, "no TPM 2.0 here" in said) == (0, True, True)
    assert gateway.device.key_kind is KeyKind.SOFTWARE


@pytest.mark.parametrize("how", ["switched off", "without its library"])
def test_a_chip_that_does_not_work_is_told_and_nothing_takes_its_place(
    agent, gateway, papers, chip, how, monkeypatch, tmp_path
):
    name = chip.name
    if how == "switched off":
        name = "device:/dev/null"
    else:
        monkeypatch.setattr(tpm, "find_spec", lambda _: None)
    words = ("--tpm", name, "enrol", gateway.url, CODE, "--trust", str(papers[0].certificate))
    code, said = agent(*words, tongue="cs")
    assert (code, "--software-key" in said, gateway.device) == (1, True, None)
    assert [one.name for one in (tmp_path / "state").iterdir()] == ["lock"]
    assert agent(*words, "--software-key")[0] == 0
    assert gateway.device.key_kind is KeyKind.SOFTWARE


def test_doctor_has_the_chip_sign(enrolled, agent, chip):
    assert "✓ Key: in the security chip (TPM)" in agent("--tpm", chip.name, "doctor")[1]


def test_doctor_tells_of_a_chip_that_was_cleared_and_says_to_enrol_anew(enrolled, agent, chip):
    chip.clear()
    code, said = agent("--tpm", chip.name, "doctor", tongue="cs")
    assert (code, "✗ Klíč (" in said, "zaregistrujte zařízení znovu" in said) == (1, True, True), said


def test_doctor_tells_of_a_chip_that_does_not_answer(enrolled, agent):
    code, said = agent("--tpm", "device:/nowhere", "doctor")
    assert (code, "✗ Key (" in said, "does not answer" in said) == (1, True, True), said


def test_a_copy_of_the_folder_is_useless_beside_another_chip(enrolled, short, tmp_path, capsys):
    shutil.copytree(tmp_path / "state", tmp_path / "stolen")
    places = ("--state", str(tmp_path / "stolen"), "--open", str(tmp_path / "thief"))
    with swtpm(short / "two") as other:
        code = main(["--lang", "en", "--no-browsers", *places, "--tpm", other.name, "forget"])
    assert (code, "the gateway does not know" in capsys.readouterr().out) == (0, True)
    assert enrolled.device.standing is Standing.ACTIVE


def test_one_that_was_enrolled_with_a_chip_takes_no_file_for_its_key(enrolled, agent, chip, tmp_path):
    State(Folder(tmp_path / "state")).folder.remove("device.tpm")
    shutil.copy(tmp_path / "state" / "browser.pem", tmp_path / "state" / "device.key")
    code, said = agent("--tpm", chip.name, "run")
    assert (code, "forget" in said) == (1, True)
