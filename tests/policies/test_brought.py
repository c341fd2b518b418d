"""What no change of policies may bring is told from the texts before and after."""

import pytest

from config.vocabulary import Language
from policies.brought import borrowed, left_without, unguarded, unnamed
from policies.forms import forms, render
from policies.texts import texts_of
from tests.policies.world import DISTRICT, HULIN, MUNICIPALITIES, REGION

TEXTS = texts_of(REGION, MUNICIPALITIES)
NAME = f"municipalities/{HULIN}.cedar"
CASES = f"municipalities/{HULIN}.cases.toml"
GONE = {name: text for name, text in TEXTS.items() if name != NAME}


def permit(titles: str, rest: str = "") -> str:
    return (
        f'\n@id("further") {titles}\npermit (principal, action, resource in Municipality::"{HULIN}"){rest};\n'
    )


@pytest.mark.parametrize("after", [GONE, TEXTS | {NAME: ""}, TEXTS | {NAME: "// nothing; at all\n"}])
def test_a_change_that_takes_a_municipality_its_last_policy_leaves_it_without(after: dict[str, str]) -> None:
    (problem,) = left_without(TEXTS, after, DISTRICT)
    assert problem.file.as_posix() == NAME
    assert problem.in_languages()[Language.CZECH].startswith(f"{NAME}: obec Hulín by zůstala bez pravidel")


def test_one_that_had_none_or_is_of_no_district_any_more_is_not_left_without() -> None:
    assert left_without(GONE, TEXTS | {NAME: "// still nothing\n"}, DISTRICT) == []
    assert left_without(TEXTS | {"municipalities/999999.cedar": TEXTS[NAME]}, TEXTS, DISTRICT) == []
    assert left_without(TEXTS, {name: text for name, text in TEXTS.items() if name != CASES}, DISTRICT) == []


@pytest.mark.parametrize(
    ("titles", "missing"),
    [
        ("", "@title_cs, @title_en"),
        ('@title_cs("Další")', "@title_en"),
        ('@title_cs(" ") @title_en("Further")', "@title_cs"),
    ],
)
def test_a_permit_that_a_change_brings_needs_a_name_in_each_language(titles: str, missing: str) -> None:
    (problem,) = unnamed(TEXTS, TEXTS | {NAME: TEXTS[NAME] + permit(titles)})
    assert problem.what == f"the permit has no {missing}"
    assert problem.line == TEXTS[NAME].count("\n") + 2


def test_one_that_stood_there_before_needs_none_until_it_is_changed() -> None:
    before = TEXTS | {NAME: TEXTS[NAME] + permit("")}
    assert unnamed(before, before | {NAME: permit("") + TEXTS[NAME]}) == []
    assert len(unnamed(before, before | {NAME: TEXTS[NAME] + permit("", " when { true }")})) == 1
    moved = {"region/10-a.cedar": "", "region/20-b.cedar": permit("")}
    assert unnamed({"region/10-a.cedar": permit("")}, moved) == []


def test_what_a_form_wrote_is_named_by_its_fields_and_what_cannot_be_read_is_another_fault() -> None:
    values = {"id": "by-form", "roles": ["clerk"], "applications": ["map"], "actions": ["read"]}
    written = render(forms()["may-use"], values, HULIN)
    assert unnamed(TEXTS, TEXTS | {NAME: TEXTS[NAME] + written}) == []
    assert unnamed(TEXTS, TEXTS | {NAME: TEXTS[NAME] + "permit ("}) == []


def test_every_permit_of_the_example_has_a_name() -> None:
    assert unnamed({}, TEXTS) == []


def test_a_municipality_that_keeps_one_policy_is_not_left_without() -> None:
    kept = TEXTS | {NAME: TEXTS[NAME] + permit("")}
    assert left_without(kept, kept | {NAME: permit("")}, DISTRICT) == []


FORBID = '@id("no") @reason("no") forbid (principal, action, resource);\n'


def test_a_region_is_not_left_without_its_last_forbid_whatever_a_municipality_forbids() -> None:
    region, own, cases = "region/10-a.cedar", NAME, "region/10-a.cases.toml"
    before = {region: FORBID, own: FORBID, cases: FORBID}
    (problem,) = unguarded(before, {region: permit(""), own: FORBID, cases: FORBID})
    assert problem.file.as_posix() == region
    assert unguarded(before, {"region/20-b.cedar": FORBID}) == []
    assert unguarded({own: FORBID, cases: FORBID}, {}) == []


def test_a_permit_of_the_region_that_moves_to_a_municipality_is_new_there() -> None:
    before = {"region/10-a.cedar": permit("")}
    assert len(unnamed(before, {NAME: permit("")})) == 1
    assert len(unnamed({NAME: permit("")}, before)) == 1
    assert unnamed({}, {"region/10-a.cases.toml": permit("")}) == []


@pytest.mark.parametrize(
    "spelling", ["account_suspended", "account\\u{5f}suspended", "\\x61ccount_suspended"]
)
def test_no_spelling_borrows_a_reason_of_the_gateways_own(spelling: str) -> None:
    forbid = (
        f'\n@id("further") @reason("{spelling}")\n'
        f'forbid (principal, action, resource in Municipality::"{HULIN}");\n'
    )
    (problem,) = borrowed(TEXTS, TEXTS | {NAME: TEXTS[NAME] + forbid}, {"account_suspended"})
    assert problem.file.as_posix() == NAME
    assert "account_suspended" in problem.in_languages()[Language.ENGLISH]
    assert borrowed(TEXTS, TEXTS | {NAME: TEXTS[NAME] + forbid}, {"other"}) == []
