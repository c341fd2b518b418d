"""What an operator reads before a Keycloak is changed."""

import json

from gateway.commands.keycloak_shown import counted, lines, told_as_json
from idp.keycloak.difference import Act, Change, Step
from idp.keycloak.piece import Key, Kind, Secret

STEPS = (
    Step(Act.ADD, Key(Kind.ROLE, "mayor@588296", "brana"), (Change("composite", None, False),)),
    Step(
        Act.CHANGE,
        Key(Kind.CLIENT, "brana"),
        (
            Change("redirectUris", ["https://jinde.test/*"], ["https://login.test/"]),
            Change("secret", Secret("stare-tajemstvi"), Secret("nove-tajemstvi")),
        ),
    ),
    Step(Act.REMOVE, Key(Kind.CLAIM, "vsemocny", "brana")),
)


def test_each_step_is_a_line_and_changes_say_what_was_and_will_be():
    assert list(lines(STEPS, fields=False)) == [
        "+ role brana/mayor@588296",
        "~ client brana",
        '    redirectUris: ["https://jinde.test/*"] → ["https://login.test/"]',
        "    secret: (secret) → (secret)",
        "- claim brana/vsemocny",
    ]


def test_with_the_difference_what_is_added_says_its_fields_too():
    assert list(lines(STEPS[:1], fields=True)) == ["+ role brana/mayor@588296", "    composite: false"]


def test_they_are_counted_and_none_is_said():
    assert counted(STEPS) == "1 to be added, 1 to be changed, 1 to be removed"
    assert counted(()) == "nothing to do"


def test_a_program_reads_every_field_and_no_secret():
    said = told_as_json("kromeriz", STEPS)
    told = json.loads(said)
    assert told["realm"] == "kromeriz"
    assert [one["act"] for one in told["steps"]] == ["add", "change", "remove"]
    assert told["steps"][1]["fields"][1] == {"name": "secret", "before": "(secret)", "after": "(secret)"}
    assert "tajemstvi" not in said
