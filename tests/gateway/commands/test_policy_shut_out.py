"""`brana policy check` and `apply` of what closes the pages of policies to whoever approves there."""

import json
from pathlib import Path

import pytest

from config.problem import ConfigurationRefused
from tests.gateway.commands.documented_json import documented
from tests.gateway.commands.test_policy_apply import HULIN, Place

pytestmark = pytest.mark.real


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


HOURS_OF_POLICIES = """
@id("mondays")
@reason("mondays")
@title_cs("Jen v pondělí")
@title_en("Mondays only")
@advice_cs("Přijďte v pondělí.")
@advice_en("Come on Monday.")
forbid (principal, action == Action::"sign", resource in Municipality::"588491")
when { resource in Application::"policies" }"""


def test_what_closes_the_pages_of_policies_is_a_fault_and_their_hours_are_told_beside(place: Place) -> None:
    text = (place.folder / HULIN).read_text("utf-8")
    cases = place.folder / HULIN.replace(".cedar", ".cases.toml")
    cases.write_text("", "utf-8")
    (place.folder / HULIN).write_text(f"{text}{HOURS_OF_POLICIES};\n", "utf-8")
    said = place.brana("check", str(place.folder))
    assert (said.exit_code, "could approve policies or roll them back any more (Hulín)" in said.output) == (
        1,
        True,
    )
    with pytest.raises(ConfigurationRefused, match="approve policies or roll them back any more"):
        place.raised("apply", str(place.folder))
    hours = f"{HOURS_OF_POLICIES} unless {{ context.time.weekday == 1 }};\n"
    (place.folder / HULIN).write_text(text + hours, "utf-8")
    told = place.brana("check", str(place.folder), "--language", "cs")
    assert told.exit_code == 0, told.output
    judged = f"posoudit musí lidé: {place.folder / HULIN}: pravidla by šlo schvalovat a vracet jen v těchto hodinách"
    assert judged in told.output
    found = json.loads(place.brana("check", str(place.folder), "--json").output)
    assert set(found) == documented("check")
    (narrowed,) = found["narrowed"]
    assert found["fit"] is True
    assert "in these hours alone: Monday 0:00–24:00 (Hulín); today" in narrowed["what"]
    done = place.brana("apply", str(place.folder))
    assert done.exit_code == 0, done.output
    assert "to be judged by people: " in done.stderr
    assert "in these hours alone: Monday" in done.stderr
    again = json.loads(place.brana("check", str(place.folder), "--json").output)
    assert again["narrowed"] == [], "it is in force"
