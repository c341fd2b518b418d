"""Mutants of the modules of `policies`, judged by the tests that import the module, each in a process of its own.

The process is a copy of one that has imported all but the product (`os.fork`): whatever the product remembers between
calls begins empty. The module's own source is never written to; the changed text is what the import finds.
"""

import ast
import importlib.abc
import importlib.machinery
import os
import random
import re
import signal
import sys
import time
from dataclasses import dataclass
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutants.python_changes import PythonMutant, python_mutants
from tests.mutants.results import ROOT

SAMPLE = int(os.environ.get("SAMPLE", "25"))  # mutants of a module: a minute or some
SEED = 5
LONGEST_AT_ALL = 900  # seconds, of the tests as they are
LONGEST = (
    5  # times what the tests take as they are, and five seconds; then the mutant hangs, which is noticed too
)
KILLED, SURVIVED, HANGS = "killed", "survived", "hangs"
IMPORTED_ALREADY = "ignore::pytest.PytestAssertRewriteWarning"
OPTIONS = (
    "-x",
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-W",
    IMPORTED_ALREADY,
    "--hypothesis-seed=0",
)
IMPORTED_BEFORE = (
    "_pytest.assertion.rewrite",
    "aiohttp",
    "cedarpy",
    "cryptography.x509",
    "hypothesis",
    "jinja2",
    "msgspec",
    "rich.progress",
    "sqlalchemy",
    "structlog",
)


@dataclass(frozen=True, slots=True)
class JudgedModule:
    module: str
    tests: tuple[str, ...]
    made: int
    """Mutants there are; of them a sample is judged."""
    fates: tuple[tuple[PythonMutant, str], ...]


def modules() -> list[str]:
    """Those that some test mirrors or imports, or that such a one imports."""
    return sorted(file.stem for file in (ROOT / "policies").glob("*.py") if judges_of(file.stem))


def judges_of(module: str) -> list[Path]:
    """Tests: first the file that mirrors it, then those that import it, from the shortest on.

    Of a module that none of them names, the tests of those modules that import it.
    """
    files = list((ROOT / "tests/policies").glob("test_*.py"))
    mirrors = f"test_{module}"
    found = [file for file in files if file.stem == mirrors or _imports(module, file)]
    if not found:
        users = {file.stem for file in (ROOT / "policies").glob("*.py") if _imports(module, file)}
        found = [
            file for file in files if any(file.stem == f"test_{one}" or _imports(one, file) for one in users)
        ]
    return sorted(found, key=lambda file: (file.stem != mirrors, file.stat().st_size))


def _imports(module: str, file: Path) -> bool:
    wanted = rf"^(from policies\.{module} import|import policies\.{module}\b)"
    return re.search(wanted, file.read_text("utf-8"), re.MULTILINE) is not None


def judge_module(module: str, sample: int = SAMPLE) -> JudgedModule:
    """The file that mirrors it is asked first; whom it lets live, the others are asked about."""
    source = (ROOT / "policies" / f"{module}.py").read_text("utf-8")
    tests = judges_of(module)
    if not tests:
        raise AssertionError(f"no file of tests/policies imports policies.{module}")
    began = time.monotonic()
    if _fate(module, ast.unparse(ast.parse(source)), tests, LONGEST_AT_ALL) != SURVIVED:
        raise AssertionError(f"tests of policies.{module} fail as it is: mutants cannot be judged by them")
    patience = LONGEST * (time.monotonic() - began) + 5
    every = list(python_mutants(source))
    drawn = random.Random(SEED).sample(every, min(sample, len(every)))
    fates = []
    for one in sorted(drawn, key=lambda one: (one.line, one.change)):
        fate = _fate(module, one.text, tests[:1], patience)
        if fate == SURVIVED and tests[1:]:
            fate = _fate(module, one.text, tests[1:], patience)
        fates.append((one, fate))
    return JudgedModule(module, tuple(test.name for test in tests), len(every), tuple(fates))


def _fate(module: str, text: str, tests: list[Path], patience: float) -> str:
    for name in IMPORTED_BEFORE:
        importlib.import_module(name)
    assert not any(name.partition(".")[0] in ("policies", "gateway") for name in sys.modules)
    child = os.fork()
    if child == 0:
        _in_the_child(module, text, tests)
    until = time.monotonic() + patience
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return SURVIVED if os.waitstatus_to_exitcode(status) == 0 else KILLED
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return HANGS


def _in_the_child(module: str, text: str, tests: list[Path]) -> None:
    code = 1
    try:
        os.setpgid(0, 0)  # whatever it starts ends with it
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.meta_path.insert(0, Changed(f"policies.{module}", text))
        code = int(pytest.main([*OPTIONS, *map(str, tests)]))
    finally:
        os._exit(code)


class Changed(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):
    """Finds the changed text where the module's own would be found."""

    def __init__(self, name: str, text: str) -> None:
        self._file = ROOT / (name.replace(".", "/") + ".py")
        super().__init__(name, str(self._file))
        self._text = text

    def find_spec(
        self, fullname: str, path: object, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return spec_from_file_location(fullname, self._file, loader=self) if fullname == self.name else None

    def get_code(self, fullname: str) -> object:
        return compile(self._text, str(self._file), "exec")
