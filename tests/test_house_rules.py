"""Rules of the house that no other tool checks; `docs/architecture.md` says why they are."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 400  # lines; 300 is the aim
NAMES_OF_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".in",
    ".txt",
    ".lua",
    ".html",
    ".css",
    ".js",
    ".cedar",
    ".po",
    ".csv",
    ".mako",
    "",
}
HANDWRITTEN = {".py", ".lua", ".html", ".css", ".js", ".cedar"}

# Places that mean something on one machine only, and registries, which every machine configures for itself.
FOREIGN = re.compile(
    r"""(?x) (?<![\w.}$>~-]) / (?: home|Users|root|work ) / [\w.-]+
      | \b (?: pypi | pythonhosted | npmjs | yarnpkg | crates | docker | ghcr | quay )
        \. (?: org | com | io ) \b"""
)

DECIDING = (
    "policies/*.py",
    "idp/login/*.py",
    "idp/oidc/*.py",
    "gateway/grants/*.py",
    "gateway/authorize/check.py",
    "gateway/audit/tree.py",
    "gateway/devices/*.py",
    "gateway/envoy/*.py",
    "agents/protocol/*.py",
    "agents/enrol/*.py",
    "agents/uplink/*.py",
    "agents/posture/*.py",
)
SHELL = {
    f"gateway/envoy/{name}.py"
    for name in (
        "asked_plainly",
        "discovery",
        "exchange",
        "notices",
        "process",
        "question",
        "tell_route",
        "trial",
    )
} | {"agents/posture/machine.py", "agents/uplink/line.py"}
"""Files among them that talk to the world, by their nature."""
CLOCK_AND_WORLD = {"time", "asyncio", "aiohttp", "socket", "sqlalchemy", "sqlite3", "threading", "subprocess"}
READS_CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}


def tracked() -> list[Path]:
    """Files of the product; from the folder itself where it is not a git checkout."""
    git = shutil.which("git")
    listed = git and subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listed and listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    rooms = ("gateway", "idp", "policies", "agents", "config", "tests", "docs", "requirements", ".ci")
    return [file for room in rooms for file in (ROOT / room).rglob("*") if file.is_file()]


TRACKED = tracked()


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def test_there_is_something_to_check() -> None:
    assert {"gateway/grants/claims.py", "tests/test_house_rules.py"} <= {name_of(file) for file in TRACKED}


def test_no_file_needs_a_table_of_contents() -> None:
    long = {name_of(file): len(lines_of(file)) for file in TRACKED if file.suffix in HANDWRITTEN}
    # A stylesheet is one list of rules, in the order the cascade needs; what auditors get is one file.
    whole = (".css", "brana_verify.py")
    assert {name: count for name, count in long.items() if count > LONGEST and not name.endswith(whole)} == {}


def test_what_has_to_be_durable_is_written_in_one_way() -> None:
    """By `config.durable`, which also cares for the folder, for what crashes left and for who else writes there."""
    differ = {
        "config/durable.py",
        "agents/kept/folder.py",  # Windows too
        "gateway/audit/checkpoint_file.py",  # appends
        "gateway/witness/kept.py",  # appends notes
        "gateway/commands/app.py",  # an operator's file, with its owner and mode
    }
    rooms = ("gateway/", "idp/", "policies/", "agents/", "config/")
    python = [file for file in TRACKED if file.suffix == ".py" and name_of(file).startswith(rooms)]
    assert {name_of(file) for file in python if "fsync(" in file.read_text("utf-8")} == differ


def test_no_room_has_a_name_that_says_nothing() -> None:
    parts = {part.partition(".")[0] for file in TRACKED for part in file.relative_to(ROOT).parts}
    assert parts & NAMES_OF_NOTHING == set()


def foreign_in(text: str) -> list[str]:
    return [found[0] for found in FOREIGN.finditer(text)]


def test_nothing_names_a_registry_or_a_place_of_one_machine() -> None:
    found = {
        name_of(file): said
        for file in TRACKED
        if file.suffix in TEXT
        and file != Path(__file__)
        and (said := foreign_in(file.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "see /home/jana/brana",
        f"'/{'work'}/x'",
        "/root/.cache",
        f"https:{'//'}pypi.org/simple",
        f"{'quay'}.io/x",
    ],
)
def test_the_rule_about_places_finds_what_it_looks_for(text: str) -> None:
    assert foreign_in(text)


@pytest.mark.parametrize(
    "text", ["/var/lib/brana", f"docs/{'work'}/plan", "https://a.example/home/page", f"~/{'work'}/x"]
)
def test_the_rule_about_places_lets_others_pass(text: str) -> None:
    assert foreign_in(text) == []


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    said = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT)}
    )
    assert said.returncode == 0, said.stdout + said.stderr


def forbidden_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (one.name for one in names if one.name.partition(".")[0] in CLOCK_AND_WORLD)
            case ast.ImportFrom(module=str(module), level=0) if module.partition(".")[0] in CLOCK_AND_WORLD:
                yield module
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if (owner, name) in READS_CLOCK:
                yield f"{owner}.{name}"
            case ast.Attribute(value=ast.Attribute(attr=owner), attr=name) if (owner, name) in READS_CLOCK:
                yield f"{owner}.{name}"


def test_what_decides_reads_no_clock_and_asks_nobody() -> None:
    files = {file for pattern in DECIDING for file in ROOT.glob(pattern) if name_of(file) not in SHELL}
    assert ROOT / "gateway/grants/claims.py" in files
    found = {name_of(file): list(forbidden_in(file.read_text(encoding="utf-8"))) for file in sorted(files)}
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "import os, asyncio.queues",
        "from aiohttp import web",
        "def f():\n    from time import monotonic",
        "now = datetime.now(UTC)",
        "now = datetime.datetime.utcnow()",
        "from sqlalchemy.exc import SQLAlchemyError",
    ],
)
def test_the_rule_about_deciding_finds_what_it_looks_for(source: str) -> None:
    assert list(forbidden_in(source))


@pytest.mark.parametrize(
    "source", ["from datetime import datetime", "import timeit", "from .time import x", "a.now()"]
)
def test_the_rule_about_deciding_lets_others_pass(source: str) -> None:
    assert list(forbidden_in(source)) == []
