"""What stays in force beside a folder is told in Czech too, by whatever command tells it."""

import json
from pathlib import Path

import pytest

from policies.forms import forms, render
from tests.gateway.commands.test_policy_apply import HARMLESS, HULIN
from tests.gateway.commands.test_policy_apply_following import CASE, CASES, CZECH, NEVER, Repository
from tests.policies.world import HULIN as CODE

pytestmark = pytest.mark.real


@pytest.fixture
def place(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_what_stays_is_told_in_czech_by_its_titles_wherever_it_is_told(place: Repository) -> None:
    filled = {"id": "mayor-reads", "roles": ["mayor"], "applications": ["map"], "actions": ["read"]}
    mayors = render(forms()["may-use"], filled, CODE)
    place.somebody_else(HARMLESS + mayors)
    place.somebody_else(NEVER + CASE, CASES)
    lines = [
        f"    {CASES}: a further case",
        f"    {CASES}: Pověřenec mapy nemění (officers-write-no-map)",
        f"    {HULIN}: Další (further)",
        f"    {HULIN}: Starosta smí číst: map (mayor-reads)",
    ]
    folder = str(place.folder)
    asked = [
        ("apply", folder),
        ("diff", folder),
        ("simulate", folder),
        ("matrix", "Hulín", "--application", "map", "--against", folder),
    ]
    for one in asked:
        said = place.brana(*one, *CZECH)
        assert said.output.splitlines()[-5:-1] == lines, said.output
    told = json.loads(place.brana("apply", folder, "--json").output)["kept"]
    assert told == [
        f"{CASES}: a further case, officers-write-no-map",
        f"{HULIN}: further, mayor-reads",
    ], "programs go by names"
