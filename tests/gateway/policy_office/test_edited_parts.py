"""What an edit touched."""

from gateway.policy_office.edited_parts import MOST, edited_parts

FILE, CASES = "municipalities/588491.cedar", "municipalities/588491.cases.toml"
A, B = '@id("a") permit (principal, action, resource);\n', '@id("b") forbid (principal, action, resource);\n'


def test_policies_that_were_added_changed_or_taken_out_are_named():
    assert edited_parts({FILE: A}, {FILE: A + B}) == ["b"]
    assert edited_parts({FILE: A + B}, {FILE: B}) == ["a"]
    assert edited_parts({FILE: A}, {FILE: A.replace("principal", "principal is User")}) == ["a"]


def test_what_has_no_name_is_told_by_its_file():
    assert edited_parts({FILE: A}, {FILE: "// why\n" + A}) == [FILE]
    assert edited_parts({FILE: A}, {FILE: A, CASES: "x"}) == [CASES]
    assert edited_parts({}, {FILE: "permit (nobody"}) == [FILE]


def test_where_no_text_was_touched_nothing_is_named_and_many_are_cut_short():
    assert edited_parts({FILE: A}, {FILE: A}) == []
    many = "".join(A.replace('"a"', f'"a{number}"') for number in range(40))
    assert len(edited_parts({}, {FILE: many})) == MOST + 1
