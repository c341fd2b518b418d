"""What came of mutants, in build/mutants.json: of each file that was asked for now, and of the others as before."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "build/mutants.json"


def keep(kind: str, found: Mapping[str, Any]) -> None:
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    RESULTS.parent.mkdir(exist_ok=True)
    told = kept | {kind: kept.get(kind, {}) | found}
    RESULTS.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    for name, of in found.items():
        print(f"{name}: {of['fates']}")
