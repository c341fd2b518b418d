"""How long the whole access matrix of a municipality takes: a figure of the benchmark `simulation`.

15 roles × 8 applications × 4 actions × 3 levels × 3 states of the device, with the example's policies and the library's
besides: they look at levels, devices, places and times, so that few cells are the same to them. `baseline` is Cedar's
own evaluation of all cells one by one, everything encoded beforehand.
"""

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy, copytree
from typing import Any

import cedarpy

import config
import policies.load
from config.district import read_district
from config.vocabulary import ApplicationId, MunicipalityCode
from policies.evaluate import PolicyBook
from policies.load import load
from policies.matrix import Case, Circumstances, cases, matrix, question_of
from policies.model import Facts
from policies.request import entities, parties, requests
from tests.bench.figure import figure

EXAMPLES = Path(config.__file__).parent / "examples"
LIBRARY = Path(policies.load.__file__).parent / "library"
BESIDES = (
    "abroad",
    "accountant-hours",
    "deputy-mayor",
    "device-posture",
    "impossible-travel",
    "mayor-own-device",
    "stronger-sign-in",
    "unmanaged-device",
)
HULIN = MunicipalityCode("588491")
APPLICATIONS = tuple(
    map(
        ApplicationId,
        ("portal", "audit", "policies", "requests", "devices", "records", "budget", "map", "shares"),
    )
)
AT = Circumstances(
    now=datetime(2026, 11, 23, 9, 0, tzinfo=UTC), address="10.20.0.7", facts=Facts(country="CZ")
)
ROUNDS = 3
BAR = 2.0  # seconds on two cores


def matrix_figure() -> dict[str, Any]:
    asked = list(cases(APPLICATIONS))
    taken: list[float] = []
    bare: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        region, municipalities = _folders(Path(name))
        texts = [file.read_text("utf-8") for file in sorted(region.glob("*.cedar"))]
        handle = cedarpy.PolicySet.from_str(
            "\n".join([*texts, (municipalities / f"{HULIN}.cedar").read_text("utf-8")])
        )
        book = load(region, municipalities, read_district(EXAMPLES / "kromeriz.csv"))
        for _ in range(ROUNDS):
            taken.append(_matrix(book, asked))
            bare.append(_bare(handle, asked))
    baseline = f"{statistics.median(bare):.2f} s of bare Cedar for {len(asked)} cells"
    return figure(statistics.median(taken), "s", baseline, BAR)


def _folders(folder: Path) -> tuple[Path, Path]:
    region, municipalities = folder / "region", folder / "municipalities"
    copytree(EXAMPLES / "policies" / "region", region)
    copytree(EXAMPLES / "policies" / "municipalities", municipalities)
    for name in BESIDES:
        copy(LIBRARY / f"{name}.cedar", region / f"90-{name}.cedar")
    return region, municipalities


def _matrix(book: PolicyBook, asked: list[Case]) -> float:
    began = time.perf_counter()
    found = matrix(book, HULIN, AT, APPLICATIONS)
    seconds = time.perf_counter() - began
    if len(found.cells) != len(asked) or not any(answer.permits for answer in found.cells.values()):
        raise TypeError("the benchmark would measure something else than a whole matrix")
    return seconds


def _bare(handle: cedarpy.PolicySet, asked: list[Case]) -> float:
    prepared = []
    for case in asked:
        question = question_of(case, HULIN, AT)
        (one,) = requests(question, (case.action,))
        prepared.append((one, cedarpy.Entities.from_json_str(entities(parties(question)))))
    began = time.perf_counter()
    for one, known in prepared:
        cedarpy.is_authorized(one, handle, known)
    return time.perf_counter() - began
