"""What each system is given to start the agent: as in the golden files, and as the system's own reader takes it."""

import plistlib
import shutil
import subprocess
from pathlib import Path, PurePosixPath, PureWindowsPath
from xml.etree import ElementTree as ET

import pytest

from agents.installing.installing import NotInstalled, service_of
from agents.installing.service import BUILDERS, PROGRAMS, systemd

GOLDEN = Path(__file__).parents[2] / "vectors/agent"
NAMES = {"linux": "brana-agent.service", "darwin": "cz.brana.agent.plist", "win32": "task.xml"}


@pytest.mark.parametrize("system", BUILDERS)
def test_each_system_is_told_what_the_golden_file_says(system):
    service = service_of(PROGRAMS[system], system)
    assert service.file.name == NAMES[system]
    assert service.content == (GOLDEN / NAMES[system]).read_bytes()


def test_systemd_reads_the_unit_without_a_complaint(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    program = tmp_path / "with a space" / "50%$x" / "brana-agent"
    program.parent.mkdir(parents=True)
    shutil.copy("/bin/true", program)
    unit = tmp_path / "brana-agent.service"
    unit.write_bytes(systemd(program).content)
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    unit.write_bytes(systemd(tmp_path / "none").content)
    assert subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, check=False).returncode


def test_the_property_list_and_the_task_start_the_program():
    said = plistlib.loads(BUILDERS["darwin"](PurePosixPath("/a b/<agent>")).content)
    assert said["ProgramArguments"] == ["/a b/<agent>", "run"]
    task = ET.fromstring(BUILDERS["win32"](PureWindowsPath(r"C:\a & b\agent.exe")).content)
    space = {"": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert task.findtext(".//Command", namespaces=space) == r"C:\a & b\agent.exe"


def test_a_system_that_is_not_known_is_told():
    with pytest.raises(NotInstalled, match="plan9"):
        service_of(PurePosixPath("/bin/agent"), "plan9")
