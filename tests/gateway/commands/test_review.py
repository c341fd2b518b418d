"""`brana review …` on an installation that has run."""

import json

import pytest

from gateway.commands.state import now
from tests.rig.installation import Installation

pytestmark = pytest.mark.real
PROGRAM = """
[[technical_accounts]]
id = "ucto-export"
name = "Export"
owner = "GORDIC"
ends = 2035-12-31
secret = true
roles = [{ municipality = "588491", role = "accountant" }]
"""


def test_the_region_begins_reviews_by_a_script_and_sees_how_they_stand(kept: Installation) -> None:
    with kept.configuration.open("a", encoding="utf-8") as text:
        text.write(PROGRAM)
    year = now().year + 1
    usual = ("review", "begin", "--until")
    far = kept.brana(*usual, f"{year + 1}-12-31", "588491")
    assert far.returncode == 1
    assert "review_deadline_unusable" in far.stderr
    day = (now().date()).isoformat()
    begun = kept.brana(*usual, day, "--all", "--json")
    assert begun.returncode == 0, begun.stderr
    told = json.loads(begun.stdout)
    assert list(told["begun"]) == ["588491"]
    assert set(told["refused"].values()) == {"review_of_nothing"}
    [listed] = json.loads(kept.brana("review", "list", "--json").stdout)
    assert (listed["state"], listed["accesses"], listed["decided"]) == ("under way", 1, 0)
    again = kept.brana(*usual, day, "588491")
    assert "review_under_way" in again.stderr
    open_one = kept.brana("review", "report", listed["review"])
    assert "not closed" in open_one.stderr
    assert "review_not_found" in kept.brana("review", "restore", "guessed", "--why", "x").stderr
    assert json.loads(kept.brana("review", "removed", "--json").stdout) == []
    for wrong in (("588491", "--all"), (), ("588491", "--application", "records")):
        assert kept.brana(*usual, day, *wrong).returncode == 2
    assert "no municipality" in kept.brana(*usual, day, "123456").stderr
