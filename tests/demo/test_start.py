import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psutil
import pytest

from config.load import load
from gateway.demo import start
from gateway.demo.configuration import settings_text
from gateway.demo.slapd import free_port
from gateway.demo.start import prepare
from gateway.demo.world import Account, World
from idp.directory.errors import BindRefused, RefusalReason
from idp.directory.federation import Federation
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.subject import directory_of
from idp.directory.survey_reading import gather
from tests.rig.demo_world import Demo

pytestmark = pytest.mark.real


@pytest.fixture
def settings(demo: Demo, tmp_path):
    path = tmp_path / "brana.toml"
    path.write_text(
        settings_text(
            demo.world,
            demo.running.directory_url,
            demo.running.applications,
            own_directory_url=demo.running.own_directory_url,
        )
    )
    read, district = load(path)
    assert len(district) == 46
    return read


def test_the_configuration_is_one_the_product_takes(settings, demo: Demo):
    assert [one.id for one in settings.applications] == ["records", "budget", "map"]
    assert {one.id: one.upstreams for one in settings.applications} == {
        name: [upstream] for name, upstream in demo.running.applications.items()
    }
    records, _, chart = settings.applications
    assert records.host == "spisovka-{municipality}.brana.localhost"
    assert [route.action for route in records.routes] == ["sign", "read", "write"]
    assert chart.routes[0].websocket
    assert (settings.policies.region / "10-sign-in.cedar").is_file()
    assert settings.public.certificate.is_file()


async def test_the_directory_knows_the_same_people_with_the_same_roles(settings, demo: Demo):
    federation = Federation(settings.directories)
    try:
        began = time.monotonic()
        found = {
            subject: person
            for reader in federation.readers.values()
            for subject, person in (await reader.people([one.subject for one in demo.world.accounts])).items()
        }
        assert time.monotonic() - began < 10
    finally:
        federation.close()
    assert set(found) == {one.subject for one in demo.world.accounts}
    assert sum(len(gather(one, lambda _: None).people) for one in settings.directories) == len(found)
    assert {directory_of(one) for one in found} == {"kromeriz", "chropyne"}
    for one in demo.world.accounts:
        person = found[one.subject]
        assert (person.login, person.name) == (one.login, one.name)
        assert person.roles == tuple(sorted(RoleHeld(held.municipality, held.role) for held in one.roles))
        assert person.state is state_of(one)


def state_of(one: Account) -> AccountState:
    if one.must_change:
        return AccountState.MUST_CHANGE_PASSWORD
    return AccountState.DISABLED if one.disabled else AccountState.ACTIVE


async def test_the_cast_signs_in_and_the_disabled_one_does_not(settings, demo: Demo):
    federation = Federation(settings.directories)
    try:
        for one in demo.world.cast:
            answer = await federation.authenticate(one.login, one.password)
            if one.disabled:
                assert answer == BindRefused(RefusalReason.DISABLED, one.subject)
            elif one.must_change:
                assert answer == BindRefused(RefusalReason.MUST_CHANGE_PASSWORD, one.subject)
            else:
                assert isinstance(answer, Person)
                assert answer.subject == one.subject
        wrong = await federation.authenticate(demo.world.cast[0].login, demo.world.cast[1].password)
        assert isinstance(wrong, BindRefused)
    finally:
        federation.close()


def test_preparing_again_finds_the_same_world_and_makes_nothing(world: World):
    def made() -> dict[Path, int]:
        return {one: one.stat().st_mtime_ns for one in world.folder.rglob("*") if one.is_file()}

    before = made()
    assert prepare(world.folder, datetime.now(UTC)) == world
    assert made() == before


def test_a_world_made_halfway_is_made_again(world: World, tmp_path):
    (tmp_path / "demo").mkdir()
    kept = (world.folder / "inhabitants.json").read_bytes()
    (tmp_path / "demo/inhabitants.json").write_bytes(kept)  # copied from elsewhere: its paths are not ours
    made = prepare(tmp_path / "demo", datetime.now(UTC))
    assert made.folder == tmp_path / "demo"
    assert made.accounts[0].password != world.accounts[0].password


def test_an_application_that_cannot_start_says_why(world: World, tmp_path):
    without = msgspec.structs.replace(world, district=tmp_path / "nowhere.csv")
    with (
        pytest.raises(start.DemoUnusable, match=r"nowhere\.csv"),
        start.running(without, "x", tmp_path / "keys.json"),
    ):
        pass


def test_all_processes_end_when_the_demo_is_killed(world: World, tmp_path):
    script = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from gateway.demo.start import running
        from gateway.demo.world import read
        with running(read(Path(sys.argv[1]) / "inhabitants.json"), "x", Path(sys.argv[2])):
            print("ready", flush=True)
            time.sleep(60)
    """)
    command = [sys.executable, "-c", script, str(world.folder), str(tmp_path / "keys.json")]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": "."})
    assert parent.stdout.readline() == b"ready\n"
    children = psutil.Process(parent.pid).children()
    assert len(children) == 5  # two directories, three applications
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    assert free_port()
