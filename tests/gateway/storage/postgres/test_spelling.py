import pytest

from gateway.storage.postgres.spelling import spelt


@pytest.mark.parametrize(
    ("written", "text", "values"),
    [
        ("SELECT a FROM b WHERE c = ? AND d = ?", "SELECT a FROM b WHERE c = %s AND d = %s", (1, 2)),
        ("SELECT ?2, ?1, ?2", "SELECT %(2)s, %(1)s, %(2)s", {"1": 1, "2": 2}),
        ("a LIKE '%x%' AND b = ?", "a LIKE '%%x%%' AND b = %s", (1, 2)),
        (
            "SELECT value FROM json_each(held.containers)",
            "SELECT value FROM json_array_elements_text(CAST(held.containers AS json)) AS listed (value)",
            (1, 2),
        ),
        ("sum(json_array_length(a))", "sum(json_array_length(CAST(a AS json)))", (1, 2)),
    ],
)
def test_statements_of_the_file_are_spelt_for_the_server(written: str, text: str, values: object) -> None:
    assert spelt(written).text == text
    assert spelt(written).values((1, 2)) == values
