"""The document for those who write policies says what is so."""

import re
from pathlib import Path

import cedarpy
import pytest

import config
from policies.examine import SCHEMA_FILE
from policies.reasons import PLACEHOLDERS, Reason
from policies.review import KNOWN_ANNOTATIONS, Bounds, review
from tests.policies.world import DISTRICT

DOCUMENT = (Path(config.__file__).parents[1] / "docs" / "policies.md").read_text("utf-8")
SCHEMA_TEXT = SCHEMA_FILE.read_text("utf-8")
POLICIES = [block for block in re.findall(r"```cedar\n(.*?)```", DOCUMENT, re.DOTALL) if "@id" in block]


@pytest.mark.parametrize("block", POLICIES, ids=lambda block: block.splitlines()[0])
def test_every_policy_shown_is_a_good_one(block: str) -> None:
    bounds = Bounds(cedarpy.Schema.from_str(SCHEMA_TEXT), frozenset(DISTRICT))
    reviewed = review(Path("policies.md"), block, bounds)
    assert reviewed.problems == ()
    assert reviewed.policies


def test_every_attribute_of_the_schema_is_explained() -> None:
    attributes = re.findall(r"^  (\w+)\??: ", SCHEMA_TEXT, re.MULTILINE)
    attributes += re.findall(r"[{,] (\w+)\??: ", SCHEMA_TEXT)
    nouns = {"sign_in", "place", "time", "principal", "resource", "context"}
    missing = {name for name in attributes if f"`{name}`" not in DOCUMENT and f".{name}`" not in DOCUMENT}
    assert len(attributes) > 30
    assert missing <= nouns


def test_every_rule_of_the_library_is_listed() -> None:
    names = {file.stem for file in SCHEMA_FILE.parent.joinpath("library").glob("*.cedar")}
    assert {name for name in names if f"`{name}`" not in DOCUMENT} == set()


def test_every_reason_and_every_placeholder_is_explained() -> None:
    assert [reason for reason in Reason if f"`{reason}`" not in DOCUMENT] == []
    assert [name for name in PLACEHOLDERS if f"`{{{name}}}`" not in DOCUMENT] == []
    assert [name for name in KNOWN_ANNOTATIONS - {"title_cs"} if f"@{name}" not in DOCUMENT] == []
