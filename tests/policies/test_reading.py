import json

import cedarpy
import pytest

from policies.reading import compared_by, read_by


def policy(text: str) -> dict:
    (found,) = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values()
    return found


def test_what_a_policy_reads_is_told_to_the_last_attribute() -> None:
    text = """permit (principal, action, resource) when {
      principal.roles.contains(Role::"mayor") && context has device.disk_encrypted && !context.device.managed &&
      (if context.place.tunnel then resource.municipality == principal.municipality else false)
    };"""
    assert read_by(policy(text)) == {
        ("principal", "roles"),
        ("principal", "municipality"),
        ("resource", "municipality"),
        ("context", "device"),
        ("context", "device", "disk_encrypted"),
        ("context", "device", "managed"),
        ("context", "place", "tunnel"),
    }


def test_whom_and_what_the_scope_names_is_read_as_well() -> None:
    named = policy('permit (principal == Person::"a", action, resource in Application::"budget");')
    assert read_by(named) == {("principal",), ("resource",)}
    assert read_by(policy("permit (principal, action, resource);")) == frozenset()


@pytest.mark.parametrize(
    ("condition", "word"),
    [
        ('context.place.country == "CZ"', (("context", "place", "country"), "CZ")),
        ('"CZ" != context.place.country', (("context", "place", "country"), "CZ")),
        ('["A115"].contains(context.agenda)', (("context", "agenda"), "A115")),
        (
            'context.place.address.isInRange(ip("10.0.0.0/8"))',
            (("context", "place", "address"), "10.0.0.0/8"),
        ),
        (
            'context.time.date >= datetime("2026-12-24")',
            (("context", "time", "date"), "2026-12-24"),
        ),
        (
            'principal.offices.contains(Office::"588296/auditor")',
            (("principal", "offices"), "588296/auditor"),
        ),
        ('context.author == Person::"a"', (("context", "author"), "a")),
    ],
)
def test_texts_and_names_are_found_beside_what_they_are_compared_with(condition: str, word: tuple) -> None:
    assert compared_by(policy(f"permit (principal, action, resource) when {{ {condition} }};")) == {word}


def test_words_of_one_comparison_are_not_taken_for_those_of_another() -> None:
    text = 'context.agenda == "A115" && context.activity_role == "CR22" || context.purpose == context.agenda'
    assert compared_by(policy(f"permit (principal, action, resource) when {{ {text} }};")) == {
        (("context", "agenda"), "A115"),
        (("context", "activity_role"), "CR22"),
    }
