"""Runs the benchmarks: `python -m tests.bench [NAME …]`. Prints a table, writes build/bench.json.

Each benchmark is a module here with `run() -> {figure: {value, unit, baseline, bar, holds}}`; its baseline is
measured in the same run, because machines differ. Results of earlier runs of other benchmarks are kept. One that is
named takes less than a minute; where all are run, one that has `at_length()` is measured by that. With `--full` those
that have `in_full()` are run over their full sets of data.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
FULL = "--full"
FULL_SET = "def in_full("
"""Of a benchmark that has a larger set of data."""
RESULTS = HERE.parents[1] / "build" / "bench.json"


def names(having: str = "def run(") -> list[str]:
    return sorted(
        path.stem for path in HERE.glob("*.py") if having in path.read_text() and path.stem[0] != "_"
    )


def main(wanted: list[str]) -> int:
    full = FULL in wanted
    wanted = [name for name in wanted if name != FULL]
    known = names(FULL_SET if full else "def run(")
    unknown = set(wanted) - set(known)
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    console = Console()
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    table = Table("benchmark", "figure", "value", "baseline", "bar", "holds", "took")
    for name in wanted or known:
        began = time.monotonic()
        with console.status(f"{name} …"):
            module = import_module(f"tests.bench.{name}")
            at_length = module.run if wanted else getattr(module, "at_length", module.run)
            measure = module.in_full if full else at_length
            results[name] = measure()
        took = f"{time.monotonic() - began:.0f} s"
        for figure, row in results[name].items():
            holds = "yes" if row["holds"] else "[red]no[/red]"
            table.add_row(
                name,
                figure,
                f"{row['value']} {row['unit']}",
                str(row["baseline"]),
                "–" if row["bar"] is None else str(row["bar"]),
                holds,
                took,
            )
            took = ""
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    console.print(table)
    return 0 if all(row["holds"] for name in wanted or known for row in results[name].values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
