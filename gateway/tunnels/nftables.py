"""Debian's libnftables by its own Python module, which knows no package index. What it does is one transaction."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

MODULE = Path("/usr/lib/python3/dist-packages/nftables/__init__.py")


class NftablesMissing(Exception):
    """The filter of packets cannot be reached on this machine."""

    def __init__(self, why: str) -> None:
        super().__init__(f"nftables cannot be used here: {why}; install Debian's package python3-nftables")


class RulesNotTaken(Exception):
    """The kernel or nftables refused a transaction; nothing of it holds."""

    def __init__(self, said: str) -> None:
        first = said.strip().split("\n")[0][:300]
        needs = "the process needs CAP_NET_ADMIN and a kernel of 5.10 or newer"
        super().__init__(f"nftables refused the rules of the tunnel: {first}; {needs}")


class Nftables:
    """One context, used by one thread at a time. The library works in the network namespace in which this was made.

    Raises NftablesMissing.
    """

    def __init__(self, module: Path = MODULE) -> None:
        try:
            self._context: Any = _loaded(module).Nftables()
        except OSError as error:
            raise NftablesMissing(str(error)) from error

    def do(self, text: str) -> None:
        """As one transaction, or none of it. Raises RulesNotTaken."""
        if not text:
            return
        self._context.set_json_output(False)
        status, _, said = self._context.cmd(text)
        if status:
            raise RulesNotTaken(said)

    def elements(self, table: str, name: str) -> list[Any]:
        """Of a set, as libnftables-json(5) has them. Raises RulesNotTaken."""
        self._context.set_json_output(True)
        status, said, error = self._context.cmd(f"list set {table} {name}")
        if status:
            raise RulesNotTaken(error)
        (found,) = (one["set"] for one in json.loads(said)["nftables"] if "set" in one)
        listed: list[Any] = found.get("elem", [])
        return listed


def _loaded(file: Path) -> ModuleType:
    """By its path: the packages of Debian's Python are not looked for in an environment of ours. Raises OSError."""
    if not file.is_file():
        raise FileNotFoundError(f"{file} is not there")
    spec = importlib.util.spec_from_file_location(
        "_debian_nftables", file, submodule_search_locations=[str(file.parent)]
    )
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{file} is no module of Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
