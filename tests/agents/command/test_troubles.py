"""Who cannot do what they ask for is told what helps first, whole in their language."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path, PureWindowsPath

import pytest

from agents.command.troubles import told
from agents.kept.folder import Folder, NotKept
from agents.kept.windows_rights import NotOurs
from config.vocabulary import Language
from tests.agents.command.places import places

ROOT = Path(__file__).parents[3]
AS_NOBODY = """
import os, sys
from agents.command.__main__ import main
"a".encode("idna")  # what is loaded later nobody else may read
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.exit(main(sys.argv[1:]))
"""
RIGHTS = {
    Language.CZECH: "Spusťte příkaz znovu jako správce (sudo), bez jeho práv to nejde. Nic se nezměnilo ({})",
    Language.ENGLISH: "Run this again with sudo, it takes the administrator's rights. Nothing was changed ({})",
}


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes somebody else")
@pytest.mark.parametrize("tongue", Language)
@pytest.mark.parametrize("there", [True, False])
def test_up_without_rights_asks_for_them_and_says_nothing_else(tongue, there):
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        Path(name).chmod(0o755)
        if there:
            Folder(Path(name) / "state").prepare()
        said = ("--lang", tongue.value, *places(Path(name)), "up")
        words = [sys.executable, "-c", AS_NOBODY, *said]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == RIGHTS[tongue].format(Path(name) / "state") + "\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a folder away")
def test_whom_rights_do_not_help_is_not_sent_for_them(agent, tmp_path):
    (tmp_path / "state").mkdir()
    os.chown(tmp_path / "state", 65534, 65534)
    code, said = agent("up", tongue="cs")
    assert (code, "patří jinému účtu" in said, "sudo" in said) == (1, True, False)


@pytest.mark.parametrize(
    ("error", "helps"),
    [
        (OSError(28, "No space left on device"), "volné místo"),
        (NotOurs(PureWindowsPath("C:/x")), "patří jinému účtu"),
        (PermissionError(13, "Permission denied"), "jako správce (sudo)"),
    ],
)
def test_what_helps_goes_by_what_the_system_says(error, helps):
    assert helps in told(NotKept(Path("x"), error), Language.CZECH)
