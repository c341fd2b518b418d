"""A case is made to expect what is decided now, and nothing else of its file changes."""

import tomllib
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from policies.adapting import Now
from policies.adapting import adapted as several
from policies.causes import Decided

PERMITTED = Decided("", "records-view")
REFUSED = Decided("role_not_sufficient", "")
TEXT = """# Cases.

[[case]]
name = "first"
reason = "role_not_sufficient"
roles = ["accountant"]

# Of the second.
[[case]]
name = "second"   # by its policy
rule = "records-work"
"""


def line_of(text: str, name: str) -> int:
    """Of the header of that case, counted from 1."""
    lines = text.split("\n")
    at = next((at for at, line in enumerate(lines) if line.startswith(f'name = "{name}"')), len(lines) - 1)
    return 1 + max((below for below in range(at) if lines[below].startswith("[[case]]")), default=0)


def adapted(text: str, name: str, now: Decided) -> str | None:
    """One alone; None where it was left."""
    line = line_of(text, name)
    after, left = several(text, {line: Now(name, now)})
    assert after == text or not left
    return None if left else after


def test_what_is_permitted_now_has_no_reason_any_more() -> None:
    assert adapted(TEXT, "first", PERMITTED) == TEXT.replace('reason = "role_not_sufficient"\n', "")


def test_which_policy_decides_is_said_where_it_was_said() -> None:
    assert adapted(TEXT, "second", PERMITTED) == TEXT.replace("records-work", "records-view")


def test_what_is_refused_now_has_the_reason_and_no_policy_where_none_decides() -> None:
    after = adapted(TEXT, "second", REFUSED)
    assert after == TEXT.replace('rule = "records-work"', 'reason = "role_not_sufficient"')


def test_a_remark_behind_what_is_expected_stays() -> None:
    text = f"{TEXT}title_cs = 'Druhý'\n".replace('sufficient"\n', 'sufficient"  # asked by the auditor\n')
    text = text.replace('"records-work"', "'records-work'   # not by hand")
    gone = adapted(text, "first", PERMITTED)
    assert gone == text.replace('reason = "role_not_sufficient"  # asked', "# asked")
    other = adapted(text, "first", Decided("mfa_required", ""))
    assert other == text.replace("role_not_sufficient", "mfa_required")
    assert adapted(text, "second", PERMITTED) == text.replace("'records-work'", '"records-view"')


def test_a_case_is_called_otherwise_where_it_was_called_and_below_where_it_was_not() -> None:
    text = TEXT.replace('name = "first"\n', "name = \"first\"\ntitle_cs = 'Ne'  # kept\n")
    line = line_of(text, "first")
    for title in ('Smí "číst" \\ vše', "ano", "ě\tš"):
        said = {"title_cs": title, "title_en": f"{title} too"}
        after, left = several(text, {line: Now("first", PERMITTED, said)})
        assert not left
        case, other = tomllib.loads(after)["case"]
        assert case == {"name": "first", "roles": ["accountant"], **said}
        assert other == tomllib.loads(text)["case"][1]
        assert "  # kept\n" in after
    same, _ = several(text, {line: Now("first", PERMITTED, {"title_cs": "Ne"})})
    assert "title_cs = 'Ne'  # kept" in same, "what stays is not written anew"


def test_lines_end_as_they_did() -> None:
    text = TEXT.replace("\n", "\r\n")
    for name, now in (("first", PERMITTED), ("first", Decided("x", "")), ("second", REFUSED)):
        after, before = adapted(text, name, now), adapted(TEXT, name, now)
        assert after is not None
        assert before is not None
        assert after == before.replace("\n", "\r\n")


def test_a_case_that_is_not_there_or_not_written_line_by_line_is_left_alone() -> None:
    assert adapted(TEXT, "third", PERMITTED) is None
    assert adapted('case = [{ name = "first", reason = "x" }]', "first", PERMITTED) is None
    assert adapted("[[case]\n", "first", PERMITTED) is None
    assert adapted("case = [1]\n", "first", PERMITTED) is None


def test_a_header_in_the_midst_of_a_text_is_none() -> None:
    text = f'[[case]]\nname = "note"\ntitle_cs = """\n[[case]]\nreason = "x"\n"""\n\n{TEXT}'
    after = adapted(text, "first", PERMITTED)
    assert after is not None
    assert tomllib.loads(after)["case"][0] == tomllib.loads(text)["case"][0]


def test_of_several_those_that_can_be_are_adapted_and_the_others_named() -> None:
    first, second = line_of(TEXT, "first"), line_of(TEXT, "second")
    text = f'{TEXT}\n[[case]]\nname = "third"\nreason = """x"""\n'
    third = line_of(text, "third")
    now = {first: Now("first", PERMITTED), second: Now("second", PERMITTED), third: Now("third", PERMITTED)}
    after, left = several(text, now | {2: Now("first", PERMITTED)})
    changed = text.replace('reason = "role_not_sufficient"\n', "").replace("records-work", "records-view")
    assert after == changed
    assert left == {2, third}, "no header, and a text over lines"


def test_a_case_of_another_name_on_that_line_is_left() -> None:
    line = line_of(TEXT, "first")
    assert several(TEXT, {line: Now("second", PERMITTED)}) == (TEXT, {line})


def test_as_many_as_a_file_may_have_are_adapted_while_the_author_waits() -> None:
    one = '[[case]]\nname = "case-{}"\nreason = "role_not_sufficient"\nroles = ["accountant"]\n'
    text = "\n".join(one.format(number) for number in range(1_000))
    now = {1 + 5 * number: Now(f"case-{number}", PERMITTED) for number in range(1_000)}
    begun = process_time()
    after, left = several(text, now)
    assert process_time() - begun < 2
    assert not left
    assert after == text.replace('reason = "role_not_sufficient"\n', "")


@given(st.lists(st.sampled_from(TEXT.split("\n")), max_size=14), st.sampled_from([PERMITTED, REFUSED]))
def test_whatever_the_text_nothing_but_what_that_case_expects_changes(lines: list[str], now: Decided) -> None:
    text = "\n".join(lines)
    after = adapted(text, "first", now)
    if after is not None:
        was, is_now = tomllib.loads(text)["case"], tomllib.loads(after)["case"]
        for old, new in zip(was, is_now, strict=True):
            kept = {key: value for key, value in old.items() if key not in ("reason", "rule")}
            assert kept == {key: value for key, value in new.items() if key not in ("reason", "rule")}
            assert old == new or old["name"] == "first"


def test_where_two_cases_have_one_name_none_is_changed() -> None:
    text = TEXT.replace('"second"', '"first"')
    both = {3: Now("first", PERMITTED), 9: Now("first", PERMITTED)}
    assert several(text, {3: both[3]}) == (text, frozenset({3}))
    assert several(text, {9: both[9]}) == (text, frozenset({9}))
