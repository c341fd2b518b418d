"""Moments and places at which changed policies may make a difference."""

from datetime import UTC, datetime

from config.vocabulary import MunicipalityCode, NetworkName
from gateway.web.policies.telling_ways import telling_ways
from policies.forms import forms, render
from tests.policies.world import HULIN

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)  # a Friday
FILE = f"municipalities/{HULIN}.cedar"
WHO = {"roles": ["clerk"], "applications": ["records"], "actions": ["read"]}
OFFICE = [NetworkName("office"), NetworkName("other")]


def written(form: str, **filled: object) -> dict[str, str]:
    return {FILE: render(forms()[form], {"id": "x", **WHO, **filled}, MunicipalityCode(HULIN))}


def typed(after: dict[str, str], before: dict[str, str] | None = None) -> list[str]:
    return [one.typed or one.place for one in telling_ways(before or {}, after, NOW, OFFICE)]


def test_hours_are_looked_at_on_both_sides_and_on_other_days():
    hours = written("hours", since="7", until="17", days=["1", "2", "3", "4", "5"], holidays="false")
    assert typed(hours) == [
        "2026-11-28T12:00",
        "2026-11-30T06:00",
        "2026-11-30T07:00",
        "2026-11-30T12:00",
        "2026-11-30T16:00",
        "2026-11-30T17:00",
        "2026-12-24T12:00",
    ]


def test_networks_and_countries_are_looked_at_from_there():
    assert "network:office" in typed(written("networks", networks=["office"]))
    assert "network:other" not in typed(written("networks", networks=["office"]))
    assert "abroad" in typed(written("countries", countries=["CZ"]))


def test_what_stays_as_it_is_proposes_nothing():
    hours = written("hours", since="7", until="17", days=["1"], holidays="true")
    assert typed(hours, hours) == []
    assert typed(written("never", actions=["read"])) == []


def test_what_no_policy_means_is_proposed_no_more_than_there_are_places_for():
    when = 'context.time.hour > {hour} && context.time.date < "2026-99-99"'
    policy = "permit(principal, action, resource) when {{ " + when + " }};"
    odd = {FILE: "\n".join(policy.format(hour=hour) for hour in range(40))}
    found = telling_ways({}, odd, NOW, OFFICE)
    assert len(found) == 8
    assert all(one.at is not None and one.at > NOW for one in found)
