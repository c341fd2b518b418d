"""Runs mutants of Cedar policies and of the modules of `policies`: `python -m tests.mutants [NAME …]`.

NAME is a policy of the library (`supplier`), a file of the example (`45-policies`, `588491`) or a module (`evaluate`);
left out, everything. Results in build/mutants.json. It fails where a mutant of a Cedar policy lives that is not listed.
"""

import subprocess
import sys

from tests.mutants.cedar import files
from tests.mutants.cedar import main as judge_policies
from tests.mutants.python_run import modules
from tests.mutants.results import RESULTS, ROOT


def main(names: list[str]) -> int:
    policies, known = files(), modules()
    if unknown := [name for name in names if name not in policies and name not in known]:
        raise SystemExit(f"{', '.join(unknown)}: write one of {', '.join(sorted({*policies, *known}))}")
    failed = 0
    if some := [name for name in policies if not names or name in names]:
        failed = judge_policies(some)
    if some := [name for name in known if not names or name in names]:
        # By itself: its processes are copies of one that has not imported the product.
        failed |= subprocess.run(
            [sys.executable, "-m", "tests.mutants.modules", *some], check=False
        ).returncode
    print(f"see {RESULTS.relative_to(ROOT)}")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
