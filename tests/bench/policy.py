"""Does a decision cost the same in the whole country as in one district?

Two books are made of the example's policies: one with 46 municipalities, one with all 6,254 of the country.
Decisions about random municipalities of both alternate in one run, so whatever else the machine does hits
both alike. `baseline` is Cedar's own evaluation of the very same policies, entities and request, everything
parsed beforehand: the least any decision can cost.
"""

import gc
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import cedarpy

import config
from config.district import District, Municipality, read_district
from config.vocabulary import Action, ApplicationId, AuthenticationLevel, MunicipalityCode, Role, SubjectId
from policies.evaluate import PolicyBook
from policies.load import load
from policies.model import Permitted, Question
from policies.request import entities, parties, requests
from tests.bench.figure import figure

EXAMPLES = Path(config.__file__).parent / "examples"
DISTRICT_SIZE = 46
COUNTRY_SIZE = 6_254
ROUNDS = 3_000
WARM_UP = 200
DECISION_BAR = 2.0
"""Times `baseline`: a decision also encodes the person, the resource and the circumstances; at most as much again."""
GROWTH_BAR = 1.2  # 6,254 municipalities to 46
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SEED = 6254


@dataclass(frozen=True, slots=True)
class Loaded:
    book: PolicyBook
    codes: list[MunicipalityCode]
    files: dict[MunicipalityCode, str]
    seconds: float


def run() -> dict[str, dict[str, Any]]:
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        small = _load(Path(folder) / "district", DISTRICT_SIZE)
        large = _load(Path(folder) / "country", COUNTRY_SIZE)
    before = _resident_kib()
    for code in large.codes:
        _must_permit(large.book, _question(code))
    grown = _resident_kib() - before
    for code in small.codes:
        _must_permit(small.book, _question(code))
    times = _alternate(small, large, chance)
    growth, longest = times["large"] / times["small"], DECISION_BAR * times["bare"]
    return {
        "us": figure(times["large"], "µs", round(times["bare"], 2), round(longest, 2)),
        "growth_ratio": figure(growth, "×", 1.0, GROWTH_BAR),
        "memory": {
            "value": round(grown / 1024, 1),
            "unit": "MiB for all 6,254 compiled sets",
            "baseline": round(grown / COUNTRY_SIZE, 1),
            "bar": 512,
            "holds": grown / 1024 <= 512,
        },
        "load": {
            "value": round(large.seconds, 1),
            "unit": "s to read, review and validate 6,254 sets",
            "baseline": round(small.seconds, 2),
            "bar": 20,
            "holds": large.seconds <= 20,
        },
    }


def _load(folder: Path, size: int) -> Loaded:
    """A district of `size` municipalities: the example's files over and over, under codes of their own."""
    municipalities = folder / "municipalities"
    municipalities.mkdir(parents=True)
    models = sorted((EXAMPLES / "policies" / "municipalities").glob("*.cedar"))
    names = read_district(EXAMPLES / "kromeriz.csv")
    codes = [MunicipalityCode(str(500_000 + number)) for number in range(size)]
    own = [Municipality(code, names.name(models[at % len(models)].stem), "") for at, code in enumerate(codes)]
    # The guardrails name the centre, so it belongs to every district, without policies of its own here.
    centre = [names[MunicipalityCode("588296")]]
    files = {}
    for at, code in enumerate(codes):
        model = models[at % len(models)]
        files[code] = model.read_text("utf-8").replace(model.stem, code)
        (municipalities / f"{code}.cedar").write_text(files[code], "utf-8")
    started = time.perf_counter()
    book = load(EXAMPLES / "policies" / "region", municipalities, District(own + centre))
    return Loaded(book, codes, files, time.perf_counter() - started)


def _question(code: MunicipalityCode) -> Question:
    """By somebody who has not been seen before: nothing about a person is remembered from an earlier one."""
    return Question(
        subject=SubjectId(str(uuid.uuid4())),
        roles=frozenset({(code, Role.MAYOR)}),
        own_municipality=code,
        application=ApplicationId("records"),
        action=Action.READ,
        municipality=code,
        level=AuthenticationLevel.TWO_FACTORS,
        factors=frozenset({"pwd", "otp"}),
        authenticated_at=NOW - timedelta(minutes=5),
        address="192.0.2.7",
        now=NOW,
    )


def _must_permit(book: PolicyBook, question: Question) -> None:
    verdict = book.decide(question)
    if not isinstance(verdict, Permitted):
        raise TypeError(f"the benchmark would measure a refusal: {verdict}")


def _alternate(small: Loaded, large: Loaded, chance: random.Random) -> dict[str, float]:
    """Median µs of a decision in each book and of the bare evaluation, taken in turns."""
    region = "\n".join(
        file.read_text("utf-8") for file in sorted((EXAMPLES / "policies" / "region").glob("*.cedar"))
    )
    bare_sets = {
        code: cedarpy.PolicySet.from_str(f"{region}\n{large.files[code]}") for code in large.codes[:46]
    }
    taken: dict[str, list[float]] = {"small": [], "large": [], "bare": []}
    gc.collect()
    for turn in range(ROUNDS + WARM_UP):
        bare_code = chance.choice(large.codes[:46])
        prepared = _question(bare_code)
        (request,) = requests(prepared, (Action.READ,))
        handle, known = bare_sets[bare_code], cedarpy.Entities.from_json_str(entities(parties(prepared)))
        in_small, in_large = _question(chance.choice(small.codes)), _question(chance.choice(large.codes))
        turns: list[tuple[str, Callable[[], object]]] = [
            ("small", partial(small.book.decide, in_small)),
            ("large", partial(large.book.decide, in_large)),
            ("bare", partial(cedarpy.is_authorized, request, handle, known)),
        ]
        chance.shuffle(turns)
        for name, act in turns:
            started = time.perf_counter_ns()
            act()
            if turn >= WARM_UP:
                taken[name].append((time.perf_counter_ns() - started) / 1000)
    return {name: statistics.median(values) for name, values in taken.items()}


def _resident_kib() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4


if __name__ == "__main__":
    for name, figure in run().items():
        sys.stdout.write(f"{name}: {figure}\n")
