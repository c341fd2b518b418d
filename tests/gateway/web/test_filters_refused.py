"""What the log's page says of a value that no entry can have."""

import re

import pytest

from tests.gateway.web.test_officer import AS_OFFICER, shown

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("asked", "words"),
    [("role=starostka", "Write a role, as mayor"), ("municipality=xx", "There is no such municipality")],
)
async def test_a_value_that_no_entry_has_is_told_with_what_to_write(client, asked, words):
    answer = await client.get(f"/log?{asked}", headers=AS_OFFICER)
    text = await answer.text()
    assert answer.status == 400
    assert words in text
    assert "Nothing found" not in text


async def test_the_municipality_that_somebody_acted_for_is_chosen_by_its_name(client):
    text = await shown(client, "/log?own_municipality=588491")
    chosen = re.search(r'<select id="own_municipality".*?</select>', text, re.DOTALL)[0]
    assert re.findall(r'value="(\d+)" selected>([^<]+)', chosen) == [("588491", "Hulín")]
