"""Every policy of the library does what the cases beside it say, and is shown both firing and not firing."""

from pathlib import Path

import pytest

import policies.load
from config.district import District, Municipality
from config.vocabulary import MunicipalityCode
from policies.case_files import CaseFile, read_cases
from policies.cases import Case
from policies.evaluate import PolicyBook
from policies.load import load
from policies.model import Permitted, Refused
from policies.statements import split
from policies.texts import CASES
from tests.policies.world import EXAMPLES

LIBRARY = Path(policies.load.__file__).parent / "library"
FILES = sorted(LIBRARY.glob("*.cedar"))
HULIN = MunicipalityCode("588491")
KROMERIZ = MunicipalityCode("588296")
DISTRICT = District([Municipality(HULIN, "Hulín", ""), Municipality(KROMERIZ, "Kroměříž", "")])
PERMIT_ALL = '@id("everything-else")\npermit (principal, action, resource in Municipality::"{code}");\n'
PERMIT_NOTHING = (
    '@id("nothing-else")\npermit (principal, action, resource in Municipality::"{code}") when {{ false }};\n'
)


def cases_of(file: Path) -> CaseFile:
    cases = file.with_suffix(CASES)
    read = read_cases(cases, cases.read_text("utf-8"), DISTRICT, alone=True)
    assert read.problems == ()
    return read


def book_of(file: Path, otherwise: str, folder: Path) -> PolicyBook:
    region, municipal = folder / "region", folder / "municipalities"
    region.mkdir()
    municipal.mkdir()
    (region / file.name).write_text(file.read_text("utf-8"), "utf-8")
    for code in DISTRICT:
        rest = {"permitted": PERMIT_ALL, "refused": PERMIT_NOTHING}[otherwise]
        (municipal / f"{code}.cedar").write_text(rest.format(code=code), "utf-8")
    return load(region, municipal, DISTRICT)


def test_every_policy_has_cases_beside_it() -> None:
    assert {file.stem for file in FILES} == {
        file.name.removesuffix(".cases.toml") for file in LIBRARY.glob("*.cases.toml")
    }
    assert len(FILES) >= 15


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_library_does_what_its_cases_say(file: Path, tmp_path: Path) -> None:
    cases = cases_of(file)
    book = book_of(file, cases.otherwise, tmp_path)
    firing: dict[str, set[bool]] = {
        policy.id: set() for policy in book._region if policy.file.name == file.name
    }
    for placed in cases.said:
        case = placed.said
        assert isinstance(case, Case)
        verdict = book.decide(case.question(HULIN))
        if case.reason:
            assert isinstance(verdict, Refused), f"{case.name}: {verdict}"
            assert (verdict.reason, verdict.rule) == (case.reason, case.rule or ""), f"{case.name}: {verdict}"
        else:
            assert isinstance(verdict, Permitted), f"{case.name}: {verdict}"
            assert verdict.rule == (case.rule or "everything-else"), case.name
        fired = {verdict.rule, *verdict.also}
        for identifier, seen in firing.items():
            seen.add(identifier in fired)
    assert firing, "the file holds no policy"
    assert all(seen == {True, False} for seen in firing.values()), firing


@pytest.mark.parametrize("folder", ["library", "region", "municipalities"])
def test_every_policy_has_a_name_in_both_languages(folder: str) -> None:
    of = LIBRARY if folder == "library" else EXAMPLES / "policies" / folder
    texts = [file.read_text("utf-8") for file in of.glob("*.cedar")]
    assert texts
    for statement in (one for text in texts for one in split(text)):
        assert "@title_cs(" in statement.text
        assert "@title_en(" in statement.text
