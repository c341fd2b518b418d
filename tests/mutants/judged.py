"""Mutants of policies, judged by the cases beside them. One that no case notices is a case that is missing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cedarpy

import config
import policies.load
from config.district import District, Municipality, read_district
from config.vocabulary import ApplicationId, MunicipalityCode
from policies.case_files import CaseFile, read_all, read_cases
from policies.cases import Case
from policies.evaluate import PolicyBook, Source
from policies.examine import SCHEMA_FILE
from policies.load import read_folders
from policies.never import Never
from policies.reasons import Names
from policies.review import Bounds, review
from policies.statements import split
from policies.texts import CASES
from policies.trial import tried
from tests.mutants.changes import Mutant, mutants

LIBRARY = Path(policies.load.__file__).parent / "library"
EXAMPLES = Path(config.__file__).parent / "examples"
HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")
HONETICE = MunicipalityCode("542342")  # where no policy of its own speaks of suppliers
TWO = District([Municipality(HULIN, "Hulín", ""), Municipality(KROMERIZ, "Kroměříž", "")])
SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
REST = {"permitted": "true", "refused": "false"}


@dataclass(frozen=True, slots=True)
class Judged:
    file: str
    mutant: Mutant
    fate: str
    """`refused` by the review, `killed` by a case, or `survived`."""


def judge(file: str, text: str, is_broken: Callable[[str], bool], bounds: Bounds) -> Iterator[Judged]:
    """Every mutant of every policy of a file, in the place of the original."""
    if is_broken(text):
        raise AssertionError(f"{file} breaks a case as it is: mutants cannot be judged by it")
    for statement in split(text):
        for one in mutants(statement.text):
            whole = text.replace(statement.text, one.text)
            if review(Path(file), whole, bounds).problems:
                fate = "refused"
            else:
                fate = "killed" if is_broken(whole) else "survived"
            yield Judged(file, one, fate)


def of_library(name: str) -> Iterator[Judged]:
    """By its own cases, with policies around it that permit everything or nothing."""
    text = (LIBRARY / f"{name}.cedar").read_text("utf-8")
    cases_file = LIBRARY / f"{name}{CASES}"
    cases = read_cases(cases_file, cases_file.read_text("utf-8"), TWO, HULIN, alone=True)
    bounds = Bounds(SCHEMA, frozenset(TWO) | {MunicipalityCode("588512")})
    rest = (
        f'@id("everything-else")\npermit (principal, action, resource in Municipality::"{HULIN}") '
        f"when {{ {REST[cases.otherwise]} }};"
    )

    def is_broken(changed: str) -> bool:
        return _is_broken(_source(changed, bounds), {HULIN: _source(rest, bounds)}, [cases], Names(TWO))

    return judge(f"{name}.cedar", text, is_broken, bounds)


def of_example(file: Path) -> Iterator[Judged]:
    """By all the cases of the example."""
    district = read_district(EXAMPLES / "kromeriz.csv")
    folders = EXAMPLES / "policies" / "region", EXAMPLES / "policies" / "municipalities"
    read = read_folders(*folders, frozenset(district), None)
    cases = read_all(read.cases, district)
    names = Names(
        district,
        {
            ApplicationId(one): {}
            for one in ("portal", "audit", "policies", "requests", "devices", "records", "budget", "map")
        },
    )
    own = MunicipalityCode(file.stem) if file.parent.name == "municipalities" else None
    bounds = Bounds(SCHEMA, frozenset(district), None, own)
    some = {code: read.municipal[code] for code in (HULIN, KROMERIZ, HONETICE)}

    def is_broken(changed: str) -> bool:
        if own is not None:
            return _is_broken(read.region, {own: _source(changed, bounds)}, cases, names)
        whole = "\n".join(
            changed if other == file else other.read_text("utf-8")
            for other in sorted(folders[0].glob("*.cedar"))
        )
        return _is_broken(_source(whole, bounds), some, cases, names)

    return judge(str(file.relative_to(EXAMPLES)), file.read_text("utf-8"), is_broken, bounds)


def _source(text: str, bounds: Bounds) -> Source:
    reviewed = review(Path("mutant.cedar"), text, bounds)
    return Source(reviewed.text, reviewed.policies)


def _is_broken(
    region: Source, municipal: dict[MunicipalityCode, Source], cases: list[CaseFile], names: Names
) -> bool:
    """Single cases are asked first, until one is broken: that takes a hundredth of the time of what must never be."""
    book = PolicyBook(region, municipal, names, version="")
    for of in cases:
        for said in (one.said for one in of.said):
            for code in municipal if of.only is None else {of.only} & municipal.keys():
                here = isinstance(said, Case) and said.municipality in (None, code)
                if here and said.broken_by(book.decide(said.question(code))):
                    return True
    left = [
        replace(one, said=tuple(part for part in one.said if isinstance(part.said, Never))) for one in cases
    ]
    return any(one.broken for one in tried(region, municipal, names, left))
