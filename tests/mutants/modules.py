"""Judges mutants of modules of `policies`: `python -m tests.mutants.modules [NAME …]`. Whoever survives is told."""

import sys
from collections import Counter
from typing import Any

from rich.progress import track

from tests.mutants.python_run import SURVIVED, judge_module, modules
from tests.mutants.results import keep


def main(names: list[str]) -> None:
    for name in track(names or modules(), "modules"):
        keep("modules", {name: _told(name)})


def _told(name: str) -> dict[str, Any]:
    judged = judge_module(name)
    survivors = [one for one, fate in judged.fates if fate == SURVIVED]
    for one in survivors:
        print(f"SURVIVED policies/{name}.py:{one.line} {one.change}", file=sys.stderr)
    return {
        "tests": list(judged.tests),
        "made": judged.made,
        "fates": dict(Counter(fate for _, fate in judged.fates)),
        "survivors": [{"line": one.line, "change": one.change} for one in survivors],
    }


if __name__ == "__main__":
    main(sys.argv[1:])
