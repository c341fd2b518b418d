from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from config.fleet import NodeName
from config.load import load
from gateway.fleet.alike import TELLINGS, WITHIN, Alike, digest_of_applications
from gateway.fleet.words import Had
from tests.rig.installation import install

pytestmark = pytest.mark.real
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_nodes_agree_when_their_applications_do_wherever_their_files_lie(tmp_path: Path) -> None:
    settings, _ = load(install(tmp_path).configuration)
    first, *others = settings.applications
    digest = digest_of_applications(settings)
    moved = replace(first, identity=replace(first.identity, password_file=Path("/elsewhere")))
    here = replace(first, identity=replace(first.identity, password_file=Path("/here")))
    assert digest_of_applications(replace(settings, applications=(here, *others))) == digest_of_applications(
        replace(settings, applications=(moved, *others))
    )
    other = replace(first, upstreams=("http://127.0.0.1:10",))
    for changed in ([other, *others], others):
        assert digest_of_applications(replace(settings, applications=tuple(changed))) != digest


def told_of(*said: Had) -> list[str]:
    alike = Alike(lambda: "ours", "2")
    with capture_logs() as logs:
        for one in said:
            alike.hear(NodeName("b"), one, NOON)
    return [one["event"] for one in logs]


def test_a_node_whose_applications_are_others_is_told_once_and_once_when_it_is_mended() -> None:
    said = (
        Had(applications=one, release="2") for one in ("ours", "others", "others", "else", "ours", "ours")
    )
    assert told_of(*said) == ["node.applications_differ", "node.applications_agree"]


def test_of_a_node_of_another_version_that_is_told_and_its_applications_are_not_compared() -> None:
    before, after = Had(applications="others", release="1"), Had(applications="ours", release="2")
    assert told_of(Had(), Had(), before, before, after, after) == [
        *("node.version_differs", "node.version_differs", "node.versions_agree")
    ]


def test_a_node_that_says_another_thing_with_each_question_is_told_in_few_short_lines() -> None:
    alike = Alike(lambda: "ours", "2")
    with capture_logs() as logs:
        for number in range(10 * TELLINGS):
            alike.hear(NodeName("b"), Had(release=f"{number}\x1b{'x' * 10_000}"), NOON)
        assert len(logs) == TELLINGS
        assert all(len(one["there"]) < 150 and "\x1b" not in one["there"] for one in logs)
        alike.hear(NodeName("c"), Had(release="3"), NOON)
        alike.hear(NodeName("b"), Had(release="4"), NOON + WITHIN)
    *_, another, last = logs
    assert (another["node"], last["there"], last["left_out_before"]) == ("c", "4", 9 * TELLINGS)
