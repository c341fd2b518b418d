"""Runs the mutants of Cedar policies: `python -m tests.mutants [NAME …]`. Writes build/mutants.json.

Of the library every mutant has to die, or to stand in `equivalent.toml` with the reason why nothing can tell it apart.
"""

import json
import sys
import tomllib
from collections import Counter
from itertools import chain
from pathlib import Path

from rich.progress import track

from tests.mutants.judged import EXAMPLES, LIBRARY, Judged, of_example, of_library

HERE = Path(__file__).parent
RESULTS = HERE.parents[1] / "build" / "mutants.json"


def main(wanted: list[str]) -> int:
    names = wanted or sorted(file.stem for file in LIBRARY.glob("*.cedar"))
    judged = list(chain.from_iterable(of_library(name) for name in track(names, "library")))
    examples: list[Judged] = []
    if not wanted:
        files = sorted((EXAMPLES / "policies/region").glob("*.cedar"))
        files += [one.with_name(one.name.replace(".cases.toml", ".cedar")) for one in _with_cases()]
        examples = list(chain.from_iterable(of_example(file) for file in track(files, "examples")))
    equivalent = {
        (one["file"], one["policy"], one["change"])
        for one in tomllib.loads((HERE / "equivalent.toml").read_text("utf-8"))["mutant"]
    }
    missing = [one for one in judged if one.fate == "survived" and _key(one) not in equivalent]
    found = {
        "library": _told(judged, equivalent),
        "examples": _told(examples, equivalent),
        "killed_all_of_the_library": not missing,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps(kept | found, ensure_ascii=False, indent=1), "utf-8")
    for one in missing:
        print(f"SURVIVED {one.file} {one.mutant.policy}: {one.mutant.change}", file=sys.stderr)
    print(f"library: {found['library']['fates']}, examples: {found['examples']['fates']}; see {RESULTS.name}")
    return 1 if missing else 0


def _with_cases() -> list[Path]:
    return sorted((EXAMPLES / "policies/municipalities").glob("*.cases.toml"))


def _key(one: Judged) -> tuple[str, str, str]:
    return one.file, one.mutant.policy, one.mutant.change


def _told(judged: list[Judged], equivalent: set[tuple[str, str, str]]) -> dict[str, object]:
    fates = Counter("equivalent" if _key(one) in equivalent else one.fate for one in judged)
    survivors = [
        {"file": one.file, "policy": one.mutant.policy, "change": one.mutant.change}
        for one in judged
        if one.fate == "survived" and _key(one) not in equivalent
    ]
    return {"fates": dict(fates), "survivors": survivors}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
