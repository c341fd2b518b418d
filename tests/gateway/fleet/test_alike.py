from pathlib import Path

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from config.fleet import NodeName
from config.load import load
from gateway.fleet.alike import Alike, digest_of_applications
from gateway.fleet.words import Had
from tests.rig.installation import install

pytestmark = pytest.mark.real


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
            alike.hear(NodeName("b"), one)
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
