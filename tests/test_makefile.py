"""The two commands of the README: what they fetch, and what they say where they cannot."""

import fcntl
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


BY_HAND = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
"""As somebody types it: under `make test` a second make tells which folder it enters."""


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *words], cwd=ROOT, env=BY_HAND, capture_output=True, text=True, check=False
    )


def would_do(target: str, venv: Path) -> str:
    """The recipes of a machine that has nothing yet; nothing of it is done."""
    said = make("--dry-run", "--always-make", target, f"VENV={venv}")
    assert said.returncode == 0, said.stderr
    return said.stdout


@pytest.mark.parametrize("target", ["demo", "install"])
def test_the_product_needs_nothing_from_npm(target: str, tmp_path: Path) -> None:
    done = would_do(target, tmp_path / "venv")
    assert "requirements/runtime.txt" in done
    assert "npm" not in done
    assert "samba" not in done.partition("for unit in")[0]


def test_the_tests_need_browser_assets_and_tools(tmp_path: Path) -> None:
    done = would_do("test", tmp_path / "venv")
    assert all(words in done for words in ("npm ci", "requirements/develop.txt", "chromium", "samba-ad-dc"))


@pytest.mark.parametrize("target", ["demo", "test"])
def test_a_python_that_is_too_old_is_told_before_anything_is_installed(target: str, tmp_path: Path) -> None:
    said = make(
        target, f"VENV={tmp_path / 'venv'}", "PYTHON=false"
    )  # false(1) runs and says no, as an old one
    assert said.returncode != 0
    assert "is not Python 3.11 or newer; name one that is: make PYTHON=" in said.stderr
    assert said.stdout == ""
    assert not (tmp_path / "venv").exists()


def clean(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--file", ROOT / "Makefile", "clean"],
        cwd=folder,
        env=BY_HAND,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_world_of_a_running_demo_is_not_cleaned_away(tmp_path: Path) -> None:
    world = tmp_path / "var/demo"
    world.mkdir(parents=True)
    (tmp_path / "build").mkdir()
    with (world / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = clean(tmp_path)
    assert said.returncode != 0
    assert "The demo runs in var/demo: end it (Ctrl-C), then `make clean` once more." in said.stderr
    assert (world / "lock").exists()
    assert (tmp_path / "build").exists()


@pytest.mark.parametrize("left", ["var/demo/lock", "var/demo/world.json", "build/bench.json"])
def test_what_nobody_uses_is_cleaned_away(left: str, tmp_path: Path) -> None:
    (tmp_path / left).parent.mkdir(parents=True)
    (tmp_path / left).touch()
    said = clean(tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
