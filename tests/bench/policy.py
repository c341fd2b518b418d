"""What does a decision cost, and is it the same in the whole country as in one district, of few people as of many?

A decision is measured from the session to the verdict: what is known of the request, the question made of it, and what
the policies say. `us` is the mean of decisions as they come to a country, in time of the processor: of people at random
out of 100,000, who work for its 6,254 municipalities, each with policies of its own, after as many decisions as a
morning brings. Of most of them the like was decided before, and is remembered as in the product; of who has roles in
two municipalities often not. `us_nothing_remembered` is the median of the dearest decision by the clock: one of which
nothing is remembered, as the first one about somebody after a start or after a change of the policies.

Whether it is the same in a country as in a district is asked of the dearest decision, one of which nothing is
remembered: what was found out about people is forgotten before each, outside of what is measured. Two books are made of
the example's policies: one with 46 municipalities, one with all 6,254. Decisions about random municipalities of both
alternate in one run, so whatever else the machine does hits both alike. So do those about 400 people and about 100,000.
`bare` is Cedar's own evaluation of the very same policies, entities and request, all parsed beforehand, in the same
turns: the least such a decision can cost.
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
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import cedarpy

import config
from config.district import District, Municipality, read_district
from config.named_networks import NamedNetworks
from config.settings import Network, SignIn
from config.vocabulary import (
    Action,
    AuthenticationLevel,
    MunicipalityCode,
    NetworkName,
    Role,
    SessionId,
    SubjectId,
)
from gateway.asks.separation import Duties
from gateway.authorize.check import question_of
from gateway.authorize.facts import facts_of
from gateway.authorize.snapshot import Snapshot
from gateway.demo.configuration import RECORDS
from gateway.sessions.session import Session
from idp.directory.same_person import no_others
from idp.directory.work import Work
from policies.evaluate import PolicyBook, _known_entities
from policies.load import load
from policies.model import Permitted, Question
from policies.request import entities, parties, requests
from tests.bench.figure import figure

EXAMPLES = Path(config.__file__).parent / "examples"
DISTRICT_SIZE = 46
COUNTRY_SIZE = 6_254
ROUNDS = 3_000
WARM_UP = 200
FEW_PEOPLE, MANY_PEOPLE = 400, 100_000
MORNING, AFTERNOON = 40_000, 10_000  # decisions
DECISION_BAR = 150.0  # µs
FORGOTTEN_BAR = (
    1_000.0  # µs; the bar of a decision is about those that come, this one notices when the dearest grows
)
BARE_BAR = 3.0
"""Times `bare`: a decision also encodes and parses the person and the circumstances."""
GROWTH_BAR = 1.2  # 6,254 municipalities to 46, and 100,000 people to 400
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SEED = 6254


@dataclass(frozen=True, slots=True)
class Loaded:
    book: PolicyBook
    snapshot: Snapshot
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
        _must_permit(large, _session(code))
    grown = _resident_kib() - before
    for code in small.codes:
        _must_permit(small, _session(code))
    times = _alternate(small, large, chance)
    come = _as_they_come(large, chance)
    municipalities, people = times["large"] / times["small"], times["many"] / times["few"]
    return {
        "us": figure(come, "µs", f"{times['large']:.0f} µs with nothing remembered", DECISION_BAR),
        "us_nothing_remembered": figure(times["large"], "µs", f"{come:.0f} µs as they come", FORGOTTEN_BAR),
        "times_bare": figure(
            times["large"] / times["bare"],
            "×, with nothing remembered",
            f"{times['bare']:.0f} µs bare",
            BARE_BAR,
        ),
        "growth_ratio": figure(
            max(municipalities, people),
            "×",
            f"municipalities {municipalities:.2f}, people {people:.2f}",
            GROWTH_BAR,
        ),
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
    district = District(own + centre)
    book = load(EXAMPLES / "policies" / "region", municipalities, district)
    seconds = time.perf_counter() - started
    snapshot = Snapshot(
        duties=Duties(others=no_others),
        policies=book,
        applications={},
        district=district,
        limits=SignIn(),
        grant_lifetime=timedelta(minutes=5),
        directory_grace=timedelta(hours=1),
        networks=NamedNetworks([Network(name=NetworkName("office"), networks=["10.0.0.0/8"])]),
        epoch="bench",
    )
    return Loaded(book, snapshot, codes, files, seconds)


def _session(code: MunicipalityCode, who: str = "somebody", also: MunicipalityCode | None = None) -> Session:
    begun = NOW - timedelta(minutes=5)
    return Session(
        id=SessionId("bench"),
        subject=SubjectId(f"urad:{who}"),
        login="somebody",
        name="Somebody",
        provider_sid="provider",
        roles=tuple(dict.fromkeys([(code, Role.MAYOR), (also or code, Role.MAYOR)])),
        municipality=code,
        work=Work(employed_since=date(2024, 1, 1), departments=("finance",)),
        generation=1,
        acr=AuthenticationLevel.TWO_FACTORS,
        amr=("pwd", "otp"),
        authenticated_at=begun,
        opened_at=begun,
        last_seen_at=NOW - timedelta(seconds=20),
        facts_at=begun,
        address="10.20.0.7",
        user_agent="",
    )


def _question(loaded: Loaded, known: Session) -> Question:
    """As `gateway.authorize.check` makes it."""
    assert known.municipality is not None
    asked = RECORDS, Action.READ, known.municipality
    facts = facts_of(known, asked, known.address, loaded.snapshot, NOW)
    return question_of(known, known.municipality, asked, known.address, NOW, facts)


def _decide(loaded: Loaded, known: Session) -> object:
    return loaded.book.decide(_question(loaded, known))


def _must_permit(loaded: Loaded, known: Session) -> None:
    verdict = _decide(loaded, known)
    if not isinstance(verdict, Permitted):
        raise TypeError(f"the benchmark would measure a refusal: {verdict}")


def _people(number: int, codes: list[MunicipalityCode], chance: random.Random) -> list[Session]:
    """Of each person one sign-in; every fifth has a role elsewhere too, so that few are alike."""
    return [
        _session(
            chance.choice(codes),
            str(uuid.UUID(int=chance.getrandbits(128))),
            None if at % 5 else chance.choice(codes),
        )
        for at in range(number)
    ]


def _alternate(small: Loaded, large: Loaded, chance: random.Random) -> dict[str, float]:
    """Median µs of a decision of each kind and of the bare evaluation, taken in turns."""
    region = "\n".join(
        file.read_text("utf-8") for file in sorted((EXAMPLES / "policies" / "region").glob("*.cedar"))
    )
    bare_sets = {
        code: cedarpy.PolicySet.from_str(f"{region}\n{large.files[code]}") for code in large.codes[:46]
    }
    few, many = (_people(number, large.codes, chance) for number in (FEW_PEOPLE, MANY_PEOPLE))
    taken: dict[str, list[float]] = {}
    gc.collect()
    for turn in range(ROUNDS + WARM_UP):
        bare_code = chance.choice(large.codes[:46])
        prepared = _question(large, _session(bare_code))
        compiled = large.book._compiled[bare_code]
        (request,) = requests(prepared, (Action.READ,), compiled.looks_at(Action.READ, prepared.facts))
        handle, known = bare_sets[bare_code], cedarpy.Entities.from_json_str(entities(parties(prepared)))
        turns: list[tuple[str, Callable[[], object]]] = [
            ("small", partial(_decide, small, _session(chance.choice(small.codes)))),
            ("large", partial(_decide, large, _session(chance.choice(large.codes)))),
            ("few", partial(_decide, large, chance.choice(few))),
            ("many", partial(_decide, large, chance.choice(many))),
            ("bare", partial(cedarpy.is_authorized, request, handle, known)),
        ]
        chance.shuffle(turns)
        for name, act in turns:
            _forget(small.book, large.book)
            started = time.perf_counter_ns()
            act()
            if turn >= WARM_UP:
                taken.setdefault(name, []).append((time.perf_counter_ns() - started) / 1000)
    return {name: statistics.median(values) for name, values in taken.items()}


def _as_they_come(country: Loaded, chance: random.Random) -> float:
    """Mean µs of the processor of a decision, those included of which nothing is remembered."""
    people = _people(MANY_PEOPLE, country.codes, chance)
    _forget(country.book)
    gc.collect()
    for _ in range(MORNING):
        _decide(country, chance.choice(people))
    taken = []
    for _ in range(AFTERNOON):
        asked = chance.choice(people)
        started = time.thread_time_ns()
        _decide(country, asked)
        taken.append(time.thread_time_ns() - started)
    return statistics.mean(taken) / 1000


def _forget(*books: PolicyBook) -> None:
    _known_entities.cache_clear()
    for book in books:
        book._remembered.clear()


def _resident_kib() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4


if __name__ == "__main__":
    for name, figure in run().items():
        sys.stdout.write(f"{name}: {figure}\n")
