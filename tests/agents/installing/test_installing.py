"""Putting the agent into a system and taking it out: the tree of files is afterwards what it was."""

import sys
from pathlib import PurePosixPath

import pytest

from agents.installing.installing import NotInstalled, put_in, remove, service_of, stop
from agents.kept.folder import NotKept

PLACE = PurePosixPath("/usr/local/bin/brana-agent")


class System:
    def __init__(self, refuses=()):
        self.told = []
        self.refuses = refuses

    def __call__(self, command):
        self.told.append(" ".join(command))
        return "no such unit" if command[1] in self.refuses else None


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "root"
    for one in ("etc/systemd/system", "usr/local/bin", "var/lib", "run"):
        (root / one).mkdir(parents=True)
    (root / "etc/systemd/system/other.service").write_text("[Unit]\n")
    return root


@pytest.fixture
def program(tmp_path):
    (tmp_path / "downloaded").write_bytes(b"the one file")
    return tmp_path / "downloaded"


def tree(root):
    return {one.relative_to(root): one.is_dir() or one.read_bytes() for one in root.rglob("*")}


def test_nothing_is_left_of_what_was_installed(root, program):
    before, service, system = tree(root), service_of(PLACE, "linux"), System()
    put_in(service, program, root, system)
    unit, file = root / "etc/systemd/system/brana-agent.service", root / "usr/local/bin/brana-agent"
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"the one file", 0o755)
    assert unit.stat().st_mode & 0o777 == 0o644
    kept = root / "var/lib/brana-agent"
    kept.mkdir()
    (kept / "device.key").touch()
    stop(service, root, system)
    assert remove(service, root, system, [kept], program=True) == []
    assert tree(root) == before
    assert system.told == [
        "systemctl daemon-reload",
        "systemctl enable --now brana-agent.service",
        "systemctl disable --now brana-agent.service",
        "systemctl daemon-reload",
    ]


def test_to_install_once_more_exchanges_the_file_as_a_whole(root, program):
    service = service_of(PLACE, "linux")
    put_in(service, program, root, System())
    program.write_bytes(b"a newer one")
    put_in(service, program, root, System())
    put_in(service, root / "usr/local/bin/brana-agent", root, System())
    assert (root / "usr/local/bin/brana-agent").read_bytes() == b"a newer one"
    assert sorted(one.name for one in (root / "usr/local/bin").iterdir()) == ["brana-agent"]


def test_a_service_that_does_not_start_is_told(root, program):
    with pytest.raises(NotInstalled, match="no such unit"):
        put_in(service_of(PLACE, "linux"), program, root, System(refuses={"enable"}))


def test_where_nothing_was_installed_nothing_is_ended(root):
    system = System()
    stop(service_of(PLACE, "linux"), root, system)
    assert system.told == []


@pytest.mark.skipif(sys.platform == "win32", reason="of POSIX")
def test_what_cannot_be_written_is_told_with_its_place(root, program):
    (root / "etc/systemd/system").rename(root / "etc/systemd/away")
    (root / "etc/systemd/system").write_text("in the way")
    with pytest.raises(NotKept, match="etc/systemd/system"):
        put_in(service_of(PLACE, "linux"), program, root, System())
