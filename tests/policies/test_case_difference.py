"""What differs between cases and nevers is told one by one, and what weakens is named so."""

from pathlib import Path

import pytest

from policies.case_difference import CaseChange, case_changes
from policies.case_files import read_cases
from policies.changed import Effect, Kind
from policies.difference import difference, told
from policies.reasons import CS, EN
from tests.policies.world import DISTRICT, HULIN, MUNICIPALITIES

FILE = f"municipalities/{HULIN}.cases.toml"
TEXT = (MUNICIPALITIES / f"{HULIN}.cases.toml").read_text("utf-8")
NEVER = """[[never]]
name = "suppliers"
title_cs = "Dodavatel nikdy nepodepíše"
title_en = "A supplier never signs"
roles = ["supplier", "clerk"]
actions = ["sign"]
"""
CASE = """[[case]]
name = "a clerk writes at night"
roles = ["clerk"]
reason = "outside_working_hours"
rule = "hours"
"""


def change(before: str, after: str) -> CaseChange:
    (one,) = case_changes(FILE, before, after)
    return one


@pytest.mark.parametrize("text", [NEVER, CASE])
def test_one_that_is_taken_away_weakens_and_a_new_one_strengthens(text: str) -> None:
    gone, new = change(NEVER + CASE, (NEVER + CASE).replace(text, "")), change("", text)
    assert (gone.kind, gone.effect) == (Kind.REMOVED, Effect.WEAKENS)
    assert (new.kind, new.effect) == (Kind.ADDED, Effect.STRENGTHENS)
    assert [f"{line.sign}{line.text}\n" for line in gone.lines] == [
        f"-{line}\n" for line in text.splitlines()
    ]


def test_a_never_is_called_by_its_title_and_a_case_by_its_name() -> None:
    assert change(NEVER, "").title == {CS: "Dodavatel nikdy nepodepíše", EN: "A supplier never signs"}
    assert change(CASE, "").title == dict.fromkeys((CS, EN), "a clerk writes at night")


TITLED = CASE.replace("roles", 'title_cs = "V noci nepíše"\ntitle_en = "Never at night"\nroles')
EXPECTS = 'reason = "outside_working_hours"\nrule = "hours"\n'


@pytest.mark.parametrize(
    ("old", "new", "stays"),
    [
        (TITLED, TITLED.replace(EXPECTS, ""), True),
        (CASE, CASE.replace(EXPECTS, ""), True),  # its name is all there is
        (TITLED, TITLED.replace(EXPECTS, "").replace("V noci nepíše", "V noci píše"), True),  # and the other?
        (TITLED, TITLED.replace(EXPECTS, "").replace("V noci nepíše", "A").replace("Never", "Also"), False),
        (TITLED, TITLED.replace('"clerk"', '"mayor"'), False),
        (TITLED, "", False),
    ],
)
def test_a_title_that_stayed_is_asked_about_where_the_case_expects_something_else(
    old: str, new: str, stays: bool
) -> None:
    assert change(old, new).title_stays is stays
    assert (
        "    The title stayed as it was" in "\n".join(told(difference({FILE: old}, {FILE: new}), EN))
    ) is stays


def test_with_its_file_all_of_them_are_gone() -> None:
    said = read_cases(Path(FILE), TEXT, DISTRICT, HULIN).said
    found = list(case_changes(FILE, TEXT, None))
    assert {one.name for one in found} == {one.said.name for one in said}
    assert {one.effect for one in found} == {Effect.WEAKENS}


@pytest.mark.parametrize(
    ("old", "new", "effect"),
    [
        ('["supplier", "clerk"]', '["supplier"]', Effect.WEAKENS),
        ('["supplier", "clerk"]', '["supplier", "clerk", "mayor"]', Effect.STRENGTHENS),
        ('roles = ["supplier", "clerk"]\n', "", Effect.STRENGTHENS),
        ('actions = ["sign"]', 'actions = ["sign"]\napplications = ["map"]', Effect.WEAKENS),
        ('actions = ["sign"]', 'actions = ["read"]', Effect.WEAKENS),
        ('actions = ["sign"]', 'actions = ["sign"]\nand_another = true', Effect.STRENGTHENS),
        ('actions = ["sign"]', 'actions = ["sign"]\nroles_but = ["mayor"]', Effect.WEAKENS),
        ('actions = ["sign"]', 'actions = ["sign"]\nwithout = ["ticket"]', Effect.WEAKENS),
        ('actions = ["sign"]', 'actions = ["sign"]\nbelow = "two-factors"', Effect.WEAKENS),
        ('actions = ["sign"]', 'actions = ["sign"]\nhours = [3]', Effect.WEAKENS),
        ('actions = ["sign"]', f'actions = ["sign"]\nmunicipality = "{HULIN}"', Effect.WEAKENS),
        ('["supplier", "clerk"]\nactions = ["sign"]', '["supplier"]\nactions = []', Effect.WEAKENS),
        ("A supplier never signs", "A supplier does not sign", Effect.NONE),
    ],
)
def test_a_never_that_asks_less_weakens_and_one_that_asks_more_strengthens(
    old: str, new: str, effect: Effect
) -> None:
    assert old in NEVER
    found = change(NEVER, NEVER.replace(old, new))
    assert (found.kind, found.effect) == (Kind.CHANGED, effect)


@pytest.mark.parametrize(
    ("old", "new", "effect"),
    [
        ('reason = "outside_working_hours"\n', "", Effect.WEAKENS),
        ('"outside_working_hours"', '"another"', Effect.EITHER),
        ('rule = "hours"\n', "", Effect.WEAKENS),
        ('rule = "hours"', 'rule = "others"', Effect.EITHER),
        ('["clerk"]', '["clerk", "mayor"]', Effect.WEAKENS),
    ],
)
def test_a_case_that_expects_less_or_asks_something_else_weakens(old: str, new: str, effect: Effect) -> None:
    assert change(CASE, CASE.replace(old, new)).effect is effect


def test_a_case_that_was_to_be_permitted_and_is_to_be_refused_strengthens() -> None:
    permitted = CASE.replace('reason = "outside_working_hours"\nrule = "hours"\n', "")
    assert change(permitted, CASE.replace('rule = "hours"\n', "")).effect is Effect.STRENGTHENS


def test_below_a_stronger_sign_in_asks_more() -> None:
    weak, strong = (NEVER + f'below = "{level}"\n' for level in ("two-factors", "phishing-resistant"))
    assert change(weak, strong).effect is Effect.STRENGTHENS
    assert change(strong, weak).effect is Effect.WEAKENS


def test_remarks_and_the_order_are_no_change() -> None:
    assert list(case_changes(FILE, NEVER + "\n# why\n" + CASE, CASE + NEVER)) == []


def test_a_header_within_a_text_hides_nothing_of_what_was_read() -> None:
    tricky = '[[case]]\nname = """\n[[never]]\n"""\nroles = ["clerk"]\n' + NEVER
    found = {one.sort: one for one in case_changes(FILE, tricky, tricky.replace('["sign"]', "[]"))}
    assert set(found) == {"never"}
    assert "actions = []" in "\n".join(line.text for line in found["never"].lines)
    assert found["never"].effect is Effect.STRENGTHENS


def test_a_file_that_cannot_be_read_is_told_as_a_whole() -> None:
    found = change(NEVER, "[[never")
    assert (found.sort, found.name, found.effect) == (None, "", Effect.EITHER)
    assert found.lines
