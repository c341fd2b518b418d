"""Processes are killed at each step of the way, and each time the file is looked at as the next start finds it."""

import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import durable

OLD, NEW = b"old" * 10_000, b"new, and longer" * 10_000
PROGRAM = """
import os, signal, sys
from pathlib import Path
from config import durable

act, name, step = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
passed = 0

def count(frame, event, _):
    global passed
    if frame.f_code.co_filename != durable.__file__:
        return None
    passed += event == "line"
    if passed == step:
        os.kill(os.getpid(), signal.SIGKILL)
    return count

sys.settrace(count)
getattr(durable, act)(name, b"new, and longer" * 10_000)
"""
"""Does one act, and kills itself before the line of that number."""
NEVER, MOST_STEPS = -1, 60


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def killed_at(step: int, act: str, file: Path) -> bool:
    """Before the line of that number; False where it had fewer."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, act, str(file), str(step)], check=False)
    assert done.returncode in {0, -signal.SIGKILL}
    return done.returncode != 0


def crashes(act: str, file: Path) -> Iterator[int]:
    """Each step at which it was killed."""
    for step in range(1, MOST_STEPS):
        if not killed_at(step, act, file):
            assert step > 10, "it counts no steps"
            return
        yield step
    pytest.fail("it never came to its end")


def test_whoever_is_killed_in_the_middle_leaves_the_old_file_or_the_new_one(file: Path) -> None:
    durable.replace(file, OLD)
    found = set()
    for _ in crashes("replace", file):
        content = file.read_bytes()
        assert content in {OLD, NEW}
        assert names(file.parent) <= {"file", ".file"}
        found.add(content)
        durable.replace(file, OLD)
        assert names(file.parent) == {"file"}, "what the crash left is gone"
    assert found == {OLD, NEW}
    assert file.read_bytes() == NEW


def test_whoever_is_killed_in_placing_a_file_leaves_it_whole_or_none_and_the_next_one_finishes(
    file: Path,
) -> None:
    found = set()
    for _ in crashes("place", file):
        there = file.exists()
        assert not there or file.read_bytes() == NEW
        assert durable.place(file, OLD) is not there
        assert file.read_bytes() == (NEW if there else OLD), (
            "a draft that is a second name of the file is not written to"
        )
        assert names(file.parent) == {"file"}
        found.add(there)
        file.unlink()
    assert found == {True, False}


def test_whoever_is_killed_in_drafting_leaves_the_file_as_it_was(file: Path) -> None:
    durable.replace(file, OLD)
    for _ in crashes("draft", file):
        assert file.read_bytes() == OLD
        made = durable.draft(file, NEW)
        assert (made.read_bytes(), names(file.parent)) == (NEW, {"file", ".file"})


@given(st.binary(max_size=300), st.none() | st.binary(max_size=300), st.none() | st.binary(max_size=300))
def test_it_is_what_was_written_whatever_lay_there(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, before: bytes | None, left: bytes | None
) -> None:
    file = tmp_path_factory.mktemp("any") / "file"
    for path, data in ((file, before), (file.with_name(".file"), left)):
        if data is not None:
            path.write_bytes(data)
            path.chmod(0o666)
    durable.replace(file, content)
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (content, 0o600)
    assert names(file.parent) == {"file"}


def test_a_link_that_somebody_laid_under_the_name_of_the_draft_is_not_followed(
    file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_bytes(OLD)
    file.with_name(".file").symlink_to(other)
    durable.replace(file, NEW)
    assert (other.read_bytes(), file.is_symlink(), file.read_bytes()) == (OLD, False, NEW)


@pytest.mark.parametrize("act", [durable.replace, durable.place, durable.draft])
def test_nobody_else_can_read_it_at_any_moment(
    act: Callable[[Path, bytes], object], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes, before = set(), os.umask(0)
    opened = os.fdopen

    def looking(descriptor: int, how: str):
        modes.add(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return opened(descriptor, how)

    monkeypatch.setattr(os, "fdopen", looking)
    try:
        act(file, NEW)
    finally:
        os.umask(before)
    modes |= {stat.S_IMODE(one.stat().st_mode) for one in file.parent.iterdir()}
    assert modes == {0o600}


@pytest.mark.parametrize(
    ("act", "then"), [(durable.replace, "rename"), (durable.place, "link"), (durable.draft, None)]
)
def test_content_is_on_the_disk_before_its_name_and_the_name_before_it_returns(
    act: Callable[[Path, bytes], object], then: str | None, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no kill can show: only a power cut would."""
    done = list[str]()

    def noting(module: object, name: str, said: Callable[..., str]) -> None:
        real = getattr(module, name)

        def noted(*args: object, **more: object) -> object:
            done.append(said(*args))
            return real(*args, **more)

        monkeypatch.setattr(module, name, noted)

    def kind(descriptor: int) -> str:
        found = os.fstat(descriptor)
        return "sync folder" if stat.S_ISDIR(found.st_mode) else f"sync {found.st_size}"

    noting(os, "fsync", kind)
    noting(os, "link", lambda *_: "link")
    noting(Path, "replace", lambda *_: "rename")
    act(file, NEW)
    assert done == [f"sync {len(NEW)}", *([then, "sync folder"] if then else [])]


def without_room(room: int, act: str, file: Path, before: str = "") -> subprocess.CompletedProcess[str]:
    """A file has no more octets than `room`: what the system writes up to there is written."""
    return subprocess.run(
        [sys.executable, "-c", before + PROGRAM, act, str(file), str(NEVER)],
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )


@pytest.mark.parametrize("act", ["replace", "draft", "place"])
@pytest.mark.parametrize("room", [0, 1, 4_096, len(NEW) - 1])
def test_where_there_is_no_room_the_old_file_stays_and_nothing_beside_it(
    act: str, room: int, file: Path
) -> None:
    durable.replace(file, OLD)
    done = without_room(room, act, file)
    assert (done.returncode, "OSError: [Errno 27] File too large" in done.stderr) == (1, True), done.stderr
    assert (file.read_bytes(), names(file.parent)) == (OLD, {"file"})


@pytest.mark.parametrize("room", [1, 4_096, len(NEW) - 1])
def test_a_part_that_a_process_wrote_before_it_died_is_never_the_file(room: int, file: Path) -> None:
    durable.replace(file, OLD)
    dying = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n"
    assert without_room(room, "replace", file, dying).returncode == -signal.SIGXFSZ
    assert (file.read_bytes(), file.with_name(".file").stat().st_size) == (OLD, room)
    durable.replace(file, NEW[::-1])
    assert (file.read_bytes(), names(file.parent)) == (NEW[::-1], {"file"})


def test_a_name_that_cannot_be_taken_is_told_and_leaves_no_draft(file: Path) -> None:
    file.mkdir()
    for act in (durable.replace, durable.place):
        if act is durable.place:
            assert act(file, NEW) is False
        else:
            with pytest.raises(IsADirectoryError):
                act(file, NEW)
    assert names(file.parent) == {"file"}


def test_many_who_write_at_once_each_write_a_whole_file_and_one_places_it(file: Path) -> None:
    contents = [bytes([one]) * 50_000 for one in range(16)]
    placed = file.with_name("placed")
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda content: durable.replace(file, content), contents))
        first = list(pool.map(lambda content: durable.place(placed, content), contents))
    assert file.read_bytes() in contents
    assert placed.read_bytes() == contents[first.index(True)]
    assert first.count(True) == 1
    assert names(file.parent) == {"file", "placed"}


def test_a_child_that_was_forked_meanwhile_keeps_nobody_waiting(file: Path) -> None:
    """It has the folder open for as long as it lives."""
    with durable._alone_in(file.parent) as folder:
        child = subprocess.Popen(["sleep", "60"], pass_fds=(folder,))
    try:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(durable.replace, file, NEW).result(10)
    finally:
        child.kill()
        child.wait()


def test_what_is_removed_is_gone_and_may_have_been_before(file: Path) -> None:
    durable.replace(file, NEW)
    for _ in range(2):
        durable.remove(file)
        assert names(file.parent) == set()
