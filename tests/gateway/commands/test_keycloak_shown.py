"""What an operator reads before a Keycloak is changed."""

import io
import json

from rich.console import Console

from gateway.commands.failure import explained
from gateway.commands.keycloak_shown import counted, lines, steps_bar, told_as_json
from idp.keycloak.difference import Act, Change, Step
from idp.keycloak.errors import KeycloakRefused
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


HOSTILE = "\x1b]0;zly\x07\x9b2J\u202e[/x]\r\n+ nic"
STRANGE = Step(
    Act.CHANGE,
    Key(Kind.CLAIM, HOSTILE, "brana"),
    (Change("a", HOSTILE, [HOSTILE]), Change("b", {"c": HOSTILE}, "")),
)


def does_nothing(text: str) -> bool:
    """At a terminal."""
    return all(one.isprintable() or one == "\n" for one in text)


def test_what_a_server_calls_things_does_nothing_at_the_terminal():
    shown = list(lines((STRANGE,), fields=True))
    assert len(shown) == 3
    assert all(one.isprintable() for one in shown)
    told = told_as_json("kromeriz", (STRANGE,))
    assert does_nothing(told)
    assert json.loads(told)["steps"][0]["name"] == HOSTILE
    refused = explained(KeycloakRefused(f"cannot read: {HOSTILE}", "see its log"))
    assert refused is not None
    assert does_nothing(refused)


def test_a_name_with_signs_of_markup_stands_as_it_is_while_somebody_watches():
    written = io.StringIO()
    with steps_bar("changing", 1, Console(file=written, force_terminal=True, width=300)) as bar:
        bar.at(HOSTILE)
        bar.done(STRANGE)
        assert bar.progress is not None
        bar.progress.refresh()
    assert "[/x]" in written.getvalue()
    assert "\x1b]0;zly" not in written.getvalue()
    assert "\x9b" not in written.getvalue()
