import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.toml_lines import line_of, lines_of

TEXT = """\
# an office
top = 1

[office]
name = "x"

[[applications]]
id = "a"
[applications.title]
cs = "A"
[[applications.routes]]
path = "/1"
[[applications.routes]]
path = "/2"

[[applications]]
id = "b"
routes = [
  { path = "/3" },
]
[[applications.routes2]]
[[ directories ]]
  servers = ["x"]
[[directories.roles]]
group = "g"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("$.top", 2),
        ("$.office", 4),
        ("$.office.name", 5),
        ("$.applications[0]", 7),
        ("$.applications[0].id", 8),
        ("$.applications[0].title.cs", 10),
        ("$.applications[0].routes[0].path", 12),
        ("$.applications[0].routes[1]", 13),
        ("$.applications[0].routes[1].path", 14),
        ("$.applications[1].id", 17),
        ("directories[0].servers", 23),
        ("directories[0].roles[0].group", 25),
    ],
)
def test_a_setting_is_found_on_its_line(path: str, line: int) -> None:
    assert line_of(path, lines_of(TEXT)) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("$.applications[1].routes[0].path", 18),  # inside an inline table
        ("$.office.district", 4),  # a missing key
        ("$.applications[...].id", 0),
        ("$.public.domain", 0),
        ("$", 0),
        ("", 0),
    ],
)
def test_what_is_not_written_is_pointed_at_by_what_is_around_it(path: str, line: int) -> None:
    assert line_of(path, lines_of(TEXT)) == line


def test_a_key_with_dots_is_found_as_the_path_that_it_is() -> None:
    lines = lines_of('office.name = "x"\n[public]\nextra.port = 1\n')
    assert (line_of("office.name", lines), line_of("public.extra.port", lines)) == (1, 3)


def test_line_separators_inside_a_text_do_not_count_as_lines() -> None:
    text = 'a = "x\u2028y\u0085z"\nb = 1\n'
    assert tomllib.loads(text)["b"] == 1
    assert line_of("b", lines_of(text)) == 2


names = st.text("abcdefgh-_0", min_size=1, max_size=6)
leaves = st.dictionaries(names, st.integers(0, 9), max_size=4)


@given(st.dictionaries(names, st.one_of(leaves, st.lists(leaves, min_size=1, max_size=3)), max_size=5))
def test_every_key_of_every_table_is_found_where_it_was_written(document: dict[str, Any]) -> None:
    rows: list[str] = []
    expected: dict[str, int] = {}
    for table, content in document.items():
        for index, element in enumerate(content if isinstance(content, list) else [content]):
            is_array = isinstance(content, list)
            place = f"{table}[{index}]" if is_array else table
            rows.append(f"[[{table}]]" if is_array else f"[{table}]")
            expected[place] = len(rows)
            for key, value in element.items():
                rows.append(f"{key} = {value}")
                expected[f"{place}.{key}"] = len(rows)
    text = "\n".join(rows)
    assert tomllib.loads(text) == document
    found = lines_of(text)
    assert {path: line_of(path, found) for path in expected} == expected


@given(st.text(st.sampled_from('ab.[]="#\n\r \u2028'), max_size=60), st.text(max_size=20))
def test_any_text_and_any_path_give_a_line_of_the_text_or_none(text: str, path: str) -> None:
    assert 0 <= line_of(path, lines_of(text)) <= text.count("\n") + 1
