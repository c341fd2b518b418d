"""How long it takes to replay recorded decisions against a draft, by two processes, out of the log itself; and how long
the matrix of a municipality takes (`whole_matrix`).

The log is written by the product's own check and `append`: 400 people of 46 municipalities, thirty days of sign-ins,
kept below `build` once it is made. In the draft a rule about the age of a sign-in is made narrower and bears on
everything, so that no two decisions look alike, and it changes many. The baseline is Cedar's bare evaluation, as often
as there are decisions, of one request against one set, prepared beforehand, in one process.
"""

import os
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cedarpy

import config
from config.district import read_district
from config.settings import SignIn
from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role
from gateway.asks.separation import Duties
from gateway.authorize.snapshot import Offer, Snapshot
from gateway.commands.simulating import simulated
from gateway.commands.simulation_work import Work as Replayed
from gateway.storage.audit_decisions import Period
from gateway.storage.database import Database
from gateway.storage.migrate import prepare
from idp.directory.same_person import no_others
from policies.load import load
from policies.request import entities, parties, requests
from policies.texts import texts_of
from tests.bench.figure import figure
from tests.bench.whole_matrix import matrix_figure
from tests.policies.world import ask
from tests.rig.decisions import Work, entries, write
from tests.rig.signed_in import everybody

EXAMPLES = Path(config.__file__).parent / "examples"
REGION, MUNICIPALITIES = (EXAMPLES / "policies" / name for name in ("region", "municipalities"))
KEPT = Path(__file__).parents[2] / "build" / "decisions"
DISTRICT = read_district(EXAMPLES / "kromeriz.csv")
SINCE, UNTIL = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC)
PART, ALL = 50_000, 1_000_000
SECONDS_BAR = 120.0
SIGNING = "region/50-signing.cedar"
HULIN = MunicipalityCode("588491")


def run() -> dict[str, dict[str, Any]]:
    """Of a part, in less than a minute; `DECISIONS=1000000 make bench NAME=simulation` replays as many as are meant."""
    return _figures(int(os.environ.get("DECISIONS", PART)))


def at_length() -> dict[str, dict[str, Any]]:
    """Some minutes, and as many again where the log has to be made."""
    return _figures(int(os.environ.get("DECISIONS", ALL)))


def _figures(number: int) -> dict[str, dict[str, Any]]:
    seconds, bare = _measured(number)
    baseline = f"{bare:.1f} s for as many bare evaluations, ratio {seconds / bare:.2f}"
    unit = f"s for {number} decisions"
    return {
        "seconds": figure(seconds, unit, baseline, SECONDS_BAR * number / ALL),
        "matrix_s": matrix_figure(),
    }


def _measured(number: int) -> tuple[float, float]:
    log = _log(number)
    today = texts_of(REGION, MUNICIPALITIES)
    narrower = today[SIGNING].replace('action == Action::"sign"', "action").replace("28800", "3600")
    assert narrower != today[SIGNING]
    district = tuple(DISTRICT.values())
    work = Replayed(str(log), district, {}, today, today | {SIGNING: narrower}, Period(SINCE, UNTIL))
    heard: list[tuple[int, int]] = []
    began = time.perf_counter()
    found = simulated(work, lambda done, total: heard.append((done, total)))
    seconds = time.perf_counter() - began
    assert (found.decisions, heard[-1]) == (number, (number, number))
    assert found.losses > number // 20
    assert not found.not_replayable
    return seconds, _bare(number)


def _bare(number: int) -> float:
    texts = [file.read_text("utf-8") for file in sorted(REGION.glob("*.cedar"))]
    handle = cedarpy.PolicySet.from_str(
        "\n".join([*texts, (MUNICIPALITIES / f"{HULIN}.cedar").read_text("utf-8")])
    )
    question = ask((HULIN, Role.CLERK))
    (request,) = requests(question, (question.action,))
    known = cedarpy.Entities.from_json_str(entities(parties(question)))
    began = time.perf_counter()
    for _ in range(number):
        cedarpy.is_authorized(request, handle, known)
    return time.perf_counter() - began


def _log(number: int) -> Path:
    """Made once."""
    kept = KEPT / f"{number}.db"
    if kept.exists():
        return kept
    KEPT.mkdir(parents=True, exist_ok=True)
    making = KEPT / f"{number}.making.db"
    for name in KEPT.glob(f"{making.name}*"):
        name.unlink()
    prepare(making)
    database = Database(making)
    written = write(database, entries(_work(), number, random.Random(number)))
    database.close()
    assert written == number
    making.rename(kept)
    return kept


def _work() -> Work:
    everywhere, reading = frozenset(DISTRICT), frozenset({Action.READ})
    offers = {
        "records": frozenset({Action.READ, Action.WRITE, Action.SIGN}),
        "budget": reading,
        "map": reading,
        "portal": frozenset({Action.READ, Action.WRITE}),
    }
    snapshot = Snapshot(
        duties=Duties(others=no_others),
        policies=load(REGION, MUNICIPALITIES, DISTRICT),
        applications={ApplicationId(name): Offer(actions, everywhere) for name, actions in offers.items()},
        district=DISTRICT,
        limits=SignIn(),
        grant_lifetime=timedelta(minutes=5),
        directory_grace=timedelta(minutes=15),
        epoch="bench",
    )
    return Work(everybody(), snapshot, DISTRICT, SINCE, UNTIL)
