import json

import cedarpy
from hypothesis import given
from hypothesis import strategies as st

from policies.statements import split

ANY_TEXT = st.text(alphabet=st.sampled_from('ab;"\\/\n\r\t {}()@č'), max_size=60) | st.text(max_size=40)
INNER_TEXT = st.text(alphabet=st.sampled_from("ab;/ {}@č"), max_size=12)
STATEMENT = st.builds(
    '@id("{0}") {1}\npermit (principal, action, resource) when {{ "{2}" == "\\"{0}" }};'.format,
    INNER_TEXT,
    INNER_TEXT.map(lambda text: f"// {text}"),
    INNER_TEXT,
)


@given(ANY_TEXT)
def test_every_statement_is_found_where_its_position_says(text: str) -> None:
    lines = text.split("\n")
    for statement in split(text):
        rest = "\n".join([lines[statement.line - 1][statement.column - 1 :], *lines[statement.line :]])
        assert rest.startswith(statement.text)


@given(ANY_TEXT)
def test_splitting_the_statements_again_changes_nothing(text: str) -> None:
    once = [statement.text for statement in split(text)]
    again = [statement.text for statement in split("\n".join(once))]
    assert again == once


@given(st.lists(STATEMENT, max_size=5))
def test_cedar_sees_the_same_statements(statements: list[str]) -> None:
    text = "\n// a comment; with a semicolon\n".join(statements)
    found = list(split(text))
    document = json.loads(cedarpy.policies_to_json_str(text))
    assert len(found) == len(document["staticPolicies"]) == len(statements)


@given(ANY_TEXT, ANY_TEXT)
def test_the_place_of_a_character_is_counted_from_the_beginning_of_the_file(before: str, after: str) -> None:
    text = f"{before}\nword{after}"
    for statement in split(text):
        for offset in range(len(statement.text)):
            line, column = statement.place_of(offset)
            assert text.split("\n")[line - 1][column - 1 : column] in (statement.text[offset], "")


def test_a_semicolon_in_a_text_or_comment_ends_nothing() -> None:
    text = 'permit (principal, action, resource) // so; far\nwhen { "a;b" == "\\";" };\n// the end;'
    assert [statement.text for statement in split(text)] == [text[: text.index("\n// the end")]]


def test_what_follows_the_last_semicolon_is_a_statement_too() -> None:
    assert [statement.text for statement in split("a;\n  b")] == ["a;", "b"]
