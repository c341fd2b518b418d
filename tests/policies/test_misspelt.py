"""An attribute by a name that Cedar does not know is told once, and which is meant."""

from pathlib import Path

import cedarpy
import pytest

from policies.examine import SCHEMA_FILE
from policies.misspelt import meant
from policies.review import Bounds, review
from tests.policies.world import DISTRICT

BOUNDS = Bounds(cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8")), frozenset(DISTRICT))
POLICY = """@id("x") @title_cs("a") @title_en("a") @reason("x_refused") @advice_cs("a") @advice_en("a")
forbid (principal, action, resource)
when {{ {condition} }};
"""


@pytest.mark.parametrize(
    ("condition", "name"),
    [
        ("context.sign_in.levell > 1", "context.sign_in.level"),
        ("context.sign_inn.level > 1", "context.sign_in"),
        ("context.time.hours > 1", "context.time.hour"),
        ('principal.rolez.contains(Role::"mayor")', "roles"),
        ("context has device && context.device.managd", "context.device.managed"),
    ],
)
def test_a_misspelt_attribute_is_told_once_with_the_one_that_is_meant(condition: str, name: str) -> None:
    (told,) = review(Path("x.cedar"), POLICY.format(condition=condition), BOUNDS).problems
    assert told.remedy.startswith(f"is `{name}` meant?")
    assert told.line == 3


def test_what_resembles_nothing_or_is_another_fault_has_no_name_that_is_meant() -> None:
    (told,) = review(Path("x.cedar"), POLICY.format(condition="context.zzz == 1"), BOUNDS).problems
    assert "meant" not in told.remedy
    assert meant("unexpected type: expected Bool but saw Long") is None
