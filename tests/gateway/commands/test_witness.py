"""A witness as its operator runs it."""

import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from gateway.audit.submission import PATH
from gateway.witness import kept
from tests.gateway.audit.making import SIGNER
from tests.gateway.witness.growing import Growing
from tests.rig.witness import PROJECT, WitnessProcess, a_witness

pytestmark = pytest.mark.real


def brana(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "gateway", "witness", *words]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=30)


async def submitted(witness: WitnessProcess, text: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(witness.address + PATH, data=text.encode()) as answer,
    ):
        return answer.status, await answer.text()


def test_it_is_made_told_whom_to_trust_and_says_its_key(tmp_path: Path) -> None:
    folder = ("--folder", str(tmp_path / "witness"))
    made = brana("init", "--name", "witness.example", *folder)
    assert made.returncode == 0, made.stderr
    assert brana("key", *folder).stdout == made.stdout
    assert brana("serve", "--listen", "127.0.0.1:0", *folder).returncode == 1
    assert brana("trust", str(SIGNER.verifier), *folder).stdout == f"{SIGNER.name} is trusted\n"
    assert "--listen" not in brana("list", *folder).stdout
    assert str(SIGNER.verifier) in brana("list", *folder).stdout
    assert brana("distrust", str(SIGNER.verifier), *folder).stdout.endswith("is trusted no more\n")
    assert str(SIGNER.verifier) not in brana("list", *folder).stdout
    again = brana("distrust", str(SIGNER.verifier), *folder)
    assert (again.returncode, "is not trusted here" in again.stderr) == (1, True)
    for words, complaint in (
        (("trust", made.stdout.strip()), "VKEY"),
        (("distrust", "log.example"), "VKEY"),
        (("init", "--name", "a b"), "--name"),
        (("serve", "--listen", "127.0.0.1"), "--listen"),
        (("serve", "--listen", "192.0.2.1:80"), "loopback alone"),
        (("serve", "--listen", "127.0.0.1:0", "--certificate", "x"), "belong together"),
    ):
        refused = brana(*words, *folder)
        assert (refused.returncode, complaint in refused.stderr) == (2, True), refused.stderr


async def test_a_witness_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    witness, log = a_witness(tmp_path / "witness", SIGNER.verifier), Growing().grow(3)
    with witness.serving() as process:
        assert (await submitted(witness, log.submission(0)))[0] == 200
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    # Killed after it wrote and before it answered: the log has no answer and asks as before.
    with witness.serving():
        assert await submitted(witness, log.submission(0)) == (409, "3\n")
        status, line = await submitted(witness, log.submission(3))
        assert (status, line.startswith("— witness.example ")) == (200, True)
    # Killed after the note and before the state: nobody has that note.
    (notes,) = witness.folder.glob("cosigned-*.log")
    whole = notes.read_text("utf-8")
    notes.write_text(whole + log.grow(1).note(), "utf-8")
    with witness.serving():
        assert (await submitted(witness, log.submission(3)))[0] == 200
    assert notes.read_text("utf-8").startswith(whole + log.note() + "— witness.example ")
    assert kept.trees_of(witness.folder)[SIGNER.name].size == 4
