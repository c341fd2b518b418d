"""A case is made to expect what is decided now, and nothing else of its file changes."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from policies.adapting import adapted
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


def test_what_is_permitted_now_has_no_reason_any_more() -> None:
    assert adapted(TEXT, "first", PERMITTED) == TEXT.replace('reason = "role_not_sufficient"\n', "")


def test_which_policy_decides_is_said_where_it_was_said() -> None:
    assert adapted(TEXT, "second", PERMITTED) == TEXT.replace("records-work", "records-view")


def test_what_is_refused_now_has_the_reason_and_no_policy_where_none_decides() -> None:
    after = adapted(TEXT, "second", REFUSED)
    assert after == TEXT.replace('rule = "records-work"', 'reason = "role_not_sufficient"')


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
