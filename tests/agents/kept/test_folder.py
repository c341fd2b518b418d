"""What is kept is whole or as it was, and is its owner's alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from agents.kept.folder import Busy, Folder, NotKept, alone
from tests.rig.tiny_disk import tiny_disk

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path):
    one = Folder(tmp_path / "state")
    one.prepare()
    return one


def test_only_the_owner_reads_it(folder):
    folder.write("device.key", b"secret")
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert (folder.path / "device.key").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_was_open_is_closed(tmp_path):
    tmp_path.chmod(0o755)
    Folder(tmp_path).prepare()
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_what_everybody_may_read_is_open(tmp_path):
    shown = Folder(tmp_path / "open", 0o644)
    shown.prepare()
    shown.write("status.json", b"{}")
    assert shown.path.stat().st_mode & 0o777 == 0o755
    assert (shown.path / "status.json").stat().st_mode & 0o777 == 0o644


def test_another_content_takes_the_place_and_leaves_nothing_beside(folder):
    folder.write("a", b"one")
    folder.write("a", b"two")
    assert folder.read("a") == b"two"
    assert [one.name for one in folder.path.iterdir()] == ["a"]


def test_what_is_not_there_is_none(folder):
    assert folder.read("a") is None
    folder.remove("a")


def test_two_agents_do_not_work_in_one_folder(folder):
    with alone(folder), pytest.raises(Busy), alone(folder):
        pass
    with alone(folder):
        pass


def test_what_was_left_half_written_is_tidied_away(folder):
    (folder.path / ".uplink.json.abcd1234").write_bytes(b"{")
    folder.write("uplink.json", b"{}")
    folder.tidy()
    assert [one.name for one in folder.path.iterdir()] == ["uplink.json"]


KILLED = """
import sys
from pathlib import Path
from agents.kept.folder import Folder
folder = Folder(Path(sys.argv[1]))
folder.write("a", b"one" * 1000)
print("kept", flush=True)
while True:
    folder.write("a", b"one" * 1000)
    folder.write("a", b"two" * 1000)
"""


def test_one_that_is_killed_leaves_one_or_the_other(folder):
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder.path)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert child.stdout.readline() == b"kept\n"
    child.kill()
    child.wait()
    child.stdout.close()
    assert folder.read("a") in (b"one" * 1000, b"two" * 1000)


FULL = """
import sys
from pathlib import Path
from agents.kept.folder import Folder, NotKept
folder = Folder(Path(sys.argv[1]) / "state")
folder.prepare()
folder.write("a", b"one")
(Path(sys.argv[1]) / "ballast").write_bytes(b"")
import os
file = os.open(Path(sys.argv[1]) / "ballast", os.O_WRONLY)
free = os.statvfs(sys.argv[1])
os.posix_fallocate(file, 0, free.f_bavail * free.f_frsize)
for act in (lambda: folder.write("a", b"x" * 100_000), folder.has_room):
    try:
        act()
        sys.exit("it was kept")
    except NotKept as error:
        print(error)
assert folder.read("a") == b"one"
assert sorted(one.name for one in folder.path.iterdir()) == ["a"]
"""


@pytest.mark.real
def test_a_full_disk_changes_nothing_and_is_told(tmp_path):
    with tiny_disk(tmp_path / "disk", 1) as disk:
        said = subprocess.run(
            [*disk.enter, sys.executable, "-c", FULL, str(disk.folder)],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert said.returncode == 0, said.stderr
    assert said.stdout.count("No space left on device") == 2


def test_a_folder_that_may_not_be_made_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotKept):
        Folder(tmp_path / "file" / "state").prepare()
