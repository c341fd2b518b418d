"""Judges mutants of Cedar policies: `python -m tests.mutants.cedar [NAME …]`, of the library and of the example.

Each has to die, or to stand in `equivalent.toml` with the reason why nothing can tell it apart.
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.progress import track

from tests.mutants.judged import EXAMPLES, LIBRARY, Judged, of_example, of_library
from tests.mutants.results import keep

LISTED = Path(__file__).parent / "equivalent.toml"


def files() -> dict[str, Path]:
    """By the names they are asked for with: of the library all, of the example those with cases."""
    municipalities = EXAMPLES / "policies" / "municipalities"
    some = [
        *LIBRARY.glob("*.cedar"),
        *(EXAMPLES / "policies" / "region").glob("*.cedar"),
        *(
            municipalities / f"{one.name.partition('.')[0]}.cedar"
            for one in municipalities.glob("*.cases.toml")
        ),
    ]
    return {file.stem: file for file in sorted(some)}


def main(names: list[str]) -> int:
    wanted = [file for name, file in files().items() if not names or name in names]
    listed = {
        (one["file"], one["policy"], one["change"])
        for one in tomllib.loads(LISTED.read_text("utf-8"))["mutant"]
    }
    missing = 0
    for file in track(wanted, "policies"):
        judged = list(of_library(file.stem) if file.parent == LIBRARY else of_example(file))
        told = _told(judged, listed)
        keep("cedar", {judged[0].file: told})
        for one in told["survivors"]:
            print(f"SURVIVED {judged[0].file} {one['policy']}: {one['change']}", file=sys.stderr)
        missing += len(told["survivors"])
    return 1 if missing else 0


def _told(judged: Iterable[Judged], listed: set[tuple[str, str, str]]) -> dict[str, Any]:
    fates = Counter[str]()
    survivors = []
    for one in judged:
        equivalent = one.fate == "survived" and (one.file, one.mutant.policy, one.mutant.change) in listed
        fates["equivalent" if equivalent else one.fate] += 1
        if one.fate == "survived" and not equivalent:
            survivors.append({"policy": one.mutant.policy, "change": one.mutant.change})
    return {"fates": dict(fates), "survivors": survivors}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
