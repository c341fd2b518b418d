"""What each product makes anew out of files of the source tree, made once in the process that is copied.

To try the example's cases takes more than a second; what came of them is remembered by what was tried
(`policies/trial.py`), so that a copy tries what a test has changed.
"""

import os
import pickle
from pathlib import Path

from config.district import read_district
from config.vocabulary import ApplicationId, Language
from gateway.commands.own_applications import OWN
from gateway.web.pages import make_pages
from idp.http import page
from policies import trial
from policies.load import load
from tests.rig.pages_made_once import make_pages_once
from tests.rig.policies_reviewed_once import review_policies_once

APPLICATIONS = (*OWN, *map(ApplicationId, ("budget", "map", "records")))
EXAMPLES = Path(__file__).parents[2] / "config/examples"


def make_beforehand(kept: Path | None, *, tries: bool) -> None:
    """`kept`: file of what was tried by some process of this run of tests, if any was; `tries`: this one, else."""
    make_pages_once()
    for language in Language:
        page.load_translations((page.OWN_LOCALE,), language)
    make_pages("", "", account="")
    review_policies_once()
    _read(by_cases=False)
    if kept is not None and tries and not kept.exists():
        _try(kept)


def remember(kept: Path | None) -> None:
    """What was tried, as soon as it was: nobody waits for it."""
    if kept is not None and not trial._known and kept.exists():
        trial._known |= pickle.loads(kept.read_bytes())


def _read(*, by_cases: bool) -> None:
    load(
        EXAMPLES / "policies/region",
        EXAMPLES / "policies/municipalities",
        read_district(EXAMPLES / "kromeriz.csv"),
        {one: {} for one in APPLICATIONS},
        by_cases=by_cases,
    )


def _try(kept: Path) -> None:
    """By another process: Cedar answers many questions by several threads, which no copy would have."""
    if os.fork() == 0:
        try:
            _read(by_cases=True)
            whole = kept.with_name(f"{kept.name}.{os.getpid()}")
            whole.write_bytes(pickle.dumps(trial._known))
            whole.rename(kept)
        finally:
            os._exit(0)
