from pathlib import Path

import pytest
from msgspec.structs import replace

from config.load import load
from gateway.fleet.alike import digest_of_applications
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
