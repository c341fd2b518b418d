"""A case is told by what it is called in the reader's language, and all that are delivered have a Czech name."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

import policies.load
from config.vocabulary import Language
from policies.cases import Case
from policies.load import CasesBroken, load
from tests.policies.world import DISTRICT, EXAMPLES, HULIN, copy_of_the_example

LIBRARY = Path(policies.load.__file__).parent / "library"
FILES = sorted([*EXAMPLES.rglob("*.cases.toml"), *LIBRARY.glob("*.cases.toml")])


def test_a_case_is_called_by_its_title_in_the_language_that_has_one() -> None:
    one = Case(name="deputy-reads", title_cs="Místostarosta čte")
    assert one.title == {Language.CZECH: "Místostarosta čte", Language.ENGLISH: "deputy-reads"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_case_that_is_delivered_has_a_czech_name_of_its_own(file: Path) -> None:
    titles = [one.get("title_cs") for one in tomllib.loads(file.read_text("utf-8")).get("case", [])]
    assert all(titles)
    assert [title for title, often in Counter(titles).items() if often > 1] == []


def test_who_gives_accountants_the_reading_of_records_breaks_only_the_case_that_says_otherwise(
    tmp_path: Path,
) -> None:
    region, municipalities = copy_of_the_example(tmp_path)
    file = municipalities / f"{HULIN}.cedar"
    before = file.read_text("utf-8")
    deputy = 'contains(Role::"deputy_mayor")'
    assert deputy in before
    both = 'containsAny([Role::"deputy_mayor", Role::"accountant"])'
    file.write_text(before.replace(deputy, both), "utf-8")
    with pytest.raises(CasesBroken) as refused:
        load(region, municipalities, DISTRICT, by_cases=HULIN)
    (only,) = refused.value.problems
    assert "Účetní spisovou službu neotevře" in str(only.in_languages()[Language.CZECH])
