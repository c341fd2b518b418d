import json
import re

import cedarpy
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Action, Language, Role
from policies.examine import SCHEMA_FILE
from policies.model import LEVELS
from policies.reasons import (
    ACTION_TITLES,
    OWN_TO_THE_ENGINE,
    PLACEHOLDER,
    PLACEHOLDERS,
    WORDINGS,
    Names,
    Reason,
    Wording,
    spell_out,
)
from policies.review import REASON
from tests.policies.world import DISTRICT, HULIN, ask

SCHEMA_TEXT = SCHEMA_FILE.read_text("utf-8")


def test_every_reason_has_words_in_both_languages() -> None:
    assert set(WORDINGS) == set(Reason)
    for wording in WORDINGS.values():
        for text in (wording.title, wording.advice):
            assert set(text) == set(Language)
            assert all(part.strip() for part in text.values())
            for part in text.values():
                assert set(PLACEHOLDER.findall(part)) <= {*PLACEHOLDERS, "roles"}


def test_every_reason_is_written_as_a_policys_reason_is() -> None:
    assert all(REASON.fullmatch(reason) for reason in Reason)
    assert set(Reason) > OWN_TO_THE_ENGINE


def test_every_action_has_a_name_and_every_level_a_number() -> None:
    assert set(ACTION_TITLES) == set(Action)
    assert sorted(LEVELS.values()) == [1, 2, 3]


def test_the_schema_knows_the_same_roles_and_actions_as_the_vocabulary() -> None:
    declared = re.search(r"entity Role enum \[(.*?)\]", SCHEMA_TEXT, re.DOTALL)
    assert declared
    assert json.loads(f"[{declared.group(1)}]") == [role.value for role in Role]
    actions = re.search(r"^action (.*?) appliesTo", SCHEMA_TEXT, re.MULTILINE)
    assert actions
    assert actions.group(1).split(", ") == [action.value for action in Action]
    cedarpy.Schema.from_str(SCHEMA_TEXT)  # raises unless it is a schema


@given(st.text(st.sampled_from("{}acimnoptuly_ ÄŽ"), max_size=40))
def test_text_without_known_placeholders_stays_as_it_is(text: str) -> None:
    wording = Wording(dict.fromkeys(Language, text), dict.fromkeys(Language, text))
    known = {f"{{{name}}}" for name in (*PLACEHOLDERS, "roles")}
    if not any(name in text for name in known):
        assert spell_out(wording, ask(), Names(DISTRICT)) == wording


def test_a_name_with_braces_in_it_is_not_filled_again() -> None:
    wording = Wording(dict.fromkeys(Language, "{application}"), dict.fromkeys(Language, "{municipality}"))
    filled = spell_out(wording, ask((HULIN, Role.MAYOR), application="{municipality}"), Names(DISTRICT))
    assert filled.title[Language.CZECH] == "{municipality}"
    assert filled.advice[Language.CZECH] == "Hulín"
