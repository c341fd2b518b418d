"""Mistakes made on purpose are ones that somebody could make, and those that nothing notices are told."""

import cedarpy

from policies.examine import SCHEMA_FILE
from policies.review import Bounds
from tests.mutants.changes import mutants
from tests.mutants.judged import HULIN, TWO, judge, of_library

POLICY = """
@id("a")
permit (principal, action in [Action::"read", Action::"sign"], resource in Municipality::"588491")
when
{
  principal.roles.contains(Role::"clerk") && context.time.hour < 18 && !context.time.holiday &&
  context.time.of_day >= duration("7h30m") && context.place has address &&
  context.place.address.isInRange(ip("10.20.0.0/16")) &&
  context has purpose && context.purpose like "* *"
}
unless { context.time.date >= datetime("2026-12-24") };
"""


def test_every_part_of_a_policy_is_changed() -> None:
    found = list(mutants(POLICY))
    changes = " ".join(one.change for one in found)
    for part in (
        "left out",
        "permit → forbid",
        "without when 0",
        "without unless 1",
        "any action",
        "any resource",
        "without {",
        "&& → ||",
        "&& without its left",
        "< → <=",
        "18 → 17",
        "clerk → data_protection_officer",
        "without !",
        "2026-12-24 → 2026-12-25",
        ">= → >",
        "roles → roles_anywhere",
        "7h30m → 451m",
        "7h30m → 449m",
        "10.20.0.0/16 → 10.20.0.0/15",
        "10.20.0.0/16 → 10.20.0.0/17",
        'like/pattern: without "Wildcard"',
    ):
        assert part in changes, part
    assert len({one.text for one in found}) == len(found)
    for one in found:
        assert len(cedarpy.PolicySet.from_str(one.text)) == (one.change != "left out"), one


def test_what_no_case_notices_survives_and_what_the_review_refuses_is_told_apart() -> None:
    schema = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
    bounds = Bounds(schema, frozenset(TWO), None, HULIN)
    fates = {
        one.mutant.change: one.fate
        for one in judge("a.cedar", POLICY.strip(), lambda text: "18" not in text, bounds)
    }
    assert fates["any resource"] == "refused"
    assert fates["permit → forbid"] == "survived"
    assert any("18 → 17" in change and fate == "killed" for change, fate in fates.items())


def test_a_policy_of_the_library_is_judged_by_the_cases_beside_it() -> None:
    assert {one.fate for one in of_library("impossible-travel")} <= {"killed", "refused"}
