"""What a form wrote has the same name where it decides as in lists and differences."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.vocabulary import Language, Role
from policies.difference import difference
from policies.explained import explained
from policies.explained_content import explained_content
from policies.forms import forms, render
from policies.load import load
from policies.parameters import Offered
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, NOW, ask, copy_of_the_example

CS, EN = Language.CZECH, Language.ENGLISH
NIGHT = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)  # a Friday
PERMITTED_FOR_DAYS = {
    "id": "officer-reads", "roles": ["data_protection_officer"], "applications": ["records"],
    "actions": ["read"], "since": "2026-11-20", "until": "2026-11-30",
}  # fmt: skip
SHUT_AT_NIGHT = {
    "id": "by-day", "roles": ["mayor"], "applications": ["records"],
    "since": 7, "until": 18, "days": [1, 2, 3, 4, 5], "holidays": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("form", "filled_in", "role", "now"),
    [
        ("temporary-access", PERMITTED_FOR_DAYS, Role.DATA_PROTECTION_OFFICER, NOW),
        ("hours", SHUT_AT_NIGHT, Role.MAYOR, NIGHT),
    ],
)
def test_what_a_form_wrote_is_called_where_it_decides_as_in_lists_and_differences(
    form: str, filled_in: dict[str, object], role: Role, now: datetime, tmp_path: Path
) -> None:
    region, municipalities = copy_of_the_example(tmp_path)
    file = municipalities / f"{HULIN}.cedar"
    name, before = f"municipalities/{file.name}", file.read_text()
    file.write_text(f"{before}\n{render(forms()[form], filled_in, HULIN)}")
    book = load(region, municipalities, DISTRICT, APPLICATIONS)
    found = explained(book, ask((HULIN, role), now=now))
    (changed,) = difference({name: before}, {name: file.read_text()}, Offered(APPLICATIONS)).policies
    (rule,) = [one for one in found.rules if one.id == filled_in["id"]]
    assert rule.title == changed.title
    assert "Spisová služba" in changed.title[CS]
    assert explained_content(found)["rules"][found.rules.index(rule)]["title"] == {
        "cs": changed.title[CS],
        "en": changed.title[EN],
    }


def test_what_was_changed_by_hand_is_called_by_its_own_name(tmp_path: Path) -> None:
    region, municipalities = copy_of_the_example(tmp_path)
    file = municipalities / f"{HULIN}.cedar"
    text = render(forms()["temporary-access"], PERMITTED_FOR_DAYS, HULIN).replace(
        "permit (", '@title_cs("Naše")\n@title_en("Ours")\npermit ('
    )
    file.write_text(f"{file.read_text()}\n{text}")
    book = load(region, municipalities, DISTRICT, APPLICATIONS)
    (rule,) = explained(book, ask((HULIN, Role.DATA_PROTECTION_OFFICER))).rules
    assert rule.title == {CS: "Naše", EN: "Ours"}
