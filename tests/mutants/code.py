"""What mutmut found in `policies/*.py`, put beside what came of the Cedar policies: build/mutants.json, key `code`."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "build" / "mutants.json"


def main() -> int:
    stats = json.loads((ROOT / "mutants" / "mutmut-cicd-stats.json").read_text("utf-8"))
    command = [str(Path(sys.executable).with_name("mutmut")), "results"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    survivors = [
        line.strip().removesuffix(": survived") for line in said.splitlines() if line.endswith(": survived")
    ]
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    told = kept | {"code": {"fates": stats, "survivors": survivors}}
    RESULTS.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    print(f"policies/*.py: {stats}; see {RESULTS.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
