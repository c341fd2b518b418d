"""The agent at work, against the gateway's own rules: what it says, what it keeps, what it gives to browsers."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import msgspec
import pytest

from agents.browsers.browsers import OnLinux
from agents.command import enrolling, forgetting, keys
from agents.command.enrolling import AlreadyEnrolled, NotEnrolled, enrol
from agents.command.forgetting import forget, say_farewell
from agents.command.looking import Looking
from agents.command.service import Service
from agents.command.tunnelling import tunnelling_on
from agents.enrol.enrolment import Ending
from agents.kept.folder import Folder, NotKept
from agents.kept.state import Shown, State
from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import KeyKind, Standing
from agents.tunnel.linux import Interface
from tests.agents.gateway import CODE, Gateway
from tests.rig.tpm import swtpm

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Clock:
    now = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)

    def __call__(self):
        return self.now


class Browser:
    shows = None

    def give(self, one):
        self.shows = one

    def take_away(self):
        self.shows = None


class Bare:
    """A machine that has nothing to say; its facts are given."""

    def read(self, path, *, end=False):
        return None

    def entries(self, path):
        return None

    def run(self, *command, seconds=0.0):
        return None


class World:
    chip = "device:/nowhere"

    def __init__(self, folder):
        self.clock = Clock()
        self.gateway = Gateway(self.clock)
        self.state = State(Folder(folder / "state"))
        self.state.folder.prepare()
        self.shown = Folder(folder / "open", 0o644)
        self.shown.prepare()
        self.browser = Browser()
        self.encrypted = True

    def enrol(self, code=CODE):
        return enrol(
            self.state,
            self.gateway,
            Bare(),
            url="https://devices.brana.example",
            trust=None,
            code=code,
            name="pc",
            new_key=lambda state: keys.new(state, self.chip),
        )

    def start(self):
        enrolment = self.state.enrolment()
        looking = Looking(Bare(), self.collect)
        key = keys.kept(self.state, enrolment.key_kind, self.chip)
        self.service = Service(
            self.state,
            enrolment,
            key,
            self.gateway,
            looking,
            self.browser,
            self.shown,
            tunnelling_on(Interface("brana-none"), self.state),
            chance=lambda: 0.5,
        )
        return self

    def collect(self, _machine, *, now, slow):
        return {FactName.DISK_ENCRYPTED: Fact(self.encrypted, "test: said so")}

    def turn(self, passed=timedelta(0), **further):
        self.clock.now += passed
        return self.service.turn(self.clock.now, **further)

    def status(self):
        return msgspec.json.decode(self.shown.read("status.json"), type=Shown)


@pytest.fixture
def world(tmp_path, monkeypatch):
    world = World(tmp_path)

    class Now(datetime):
        @classmethod
        def now(cls, tz=None):
            return world.clock.now

    for shell in (enrolling, forgetting):
        monkeypatch.setattr(shell, "datetime", Now)
    monkeypatch.setattr(enrolling.time, "sleep", lambda _: None)
    return world


@pytest.fixture
def at_work(world):
    world.enrol()
    world.start().turn()
    return world


def test_a_device_enrols_and_reports_with_a_certificate_for_browsers(at_work):
    assert at_work.gateway.device.reported_at == at_work.clock.now
    assert at_work.gateway.device.facts[FactName.DISK_ENCRYPTED].value is True
    assert at_work.browser.shows is None or at_work.browser.shows.chain
    assert (
        at_work.state.browser(at_work.state.enrolment().enrolled).ends_at
        == at_work.gateway.device.leaf.ends_at
    )
    assert at_work.status().standing is Standing.ACTIVE


def test_it_is_enrolled_once(at_work):
    with pytest.raises(AlreadyEnrolled):
        at_work.enrol()


def test_a_wrong_code_leaves_nothing_behind(world):
    with pytest.raises(NotEnrolled) as error:
        world.enrol("WRONG-CODE")
    assert error.value.gave_up.ending is Ending.REFUSED
    assert [one.name for one in world.state.folder.path.iterdir()] == []


def test_an_answer_that_is_lost_while_the_code_is_spent_leaves_a_doubt_and_no_key(world):
    world.gateway.losing = ["answered", "heard"]
    with pytest.raises(NotEnrolled) as error:
        world.enrol()
    assert error.value.gave_up.ending is Ending.IN_DOUBT
    assert [one.name for one in world.state.folder.path.iterdir()] == []


def test_a_proof_that_never_arrived_is_said_again(world):
    world.gateway.losing = ["answered", "lost", "lost"]
    assert world.enrol().device == world.gateway.device.id


def test_a_change_is_told_within_a_minute(at_work):
    at_work.encrypted = False
    at_work.turn(MINUTE)
    assert at_work.gateway.device.facts[FactName.DISK_ENCRYPTED].value is False


def test_a_report_whose_answer_was_lost_is_followed_by_one_that_is_taken(at_work):
    at_work.gateway.losing = ["heard"]
    at_work.turn(5 * MINUTE)
    assert at_work.status().trouble == "unreachable"
    at_work.turn(MINUTE)
    assert at_work.status().trouble is None
    assert at_work.gateway.device.reported_at == at_work.clock.now


def test_a_restart_goes_on_where_it_was(at_work):
    said = at_work.gateway.device.sequence
    at_work.start().turn(timedelta(seconds=1))
    assert at_work.gateway.device.sequence > said
    assert at_work.gateway.device.reported_at == at_work.clock.now


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"nonce": 1}'])
def test_what_was_damaged_is_asked_for(at_work, damage):
    at_work.state.folder.write("uplink.json", damage)
    at_work.start().turn(timedelta(seconds=1))
    assert at_work.gateway.device.reported_at == at_work.clock.now


def test_a_certificate_is_renewed_in_its_last_third_with_a_new_key(at_work):
    before = at_work.state.browser(at_work.state.enrolment().enrolled)
    at_work.turn(4 * DAY)
    assert at_work.gateway.device.leaf.ends_at == before.ends_at
    at_work.turn(DAY)
    after = at_work.browser.shows
    assert after.ends_at == at_work.gateway.device.leaf.ends_at > before.ends_at
    assert after.key.public_key() != before.key.public_key()


def test_one_that_waits_gets_its_certificate_when_it_is_approved(tmp_path, world):
    world.gateway.terms = replace(world.gateway.terms, approval=True)
    world.enrol()
    world.start().turn()
    assert (world.browser.shows, world.status().standing) == (None, Standing.WAITING)
    world.gateway.stands(Standing.ACTIVE)
    world.turn(5 * MINUTE)
    world.turn(MINUTE)
    assert world.browser.shows.ends_at == world.gateway.device.leaf.ends_at


def test_one_that_is_blocked_has_no_certificate_in_its_browsers_and_comes_back(at_work):
    at_work.gateway.stands(Standing.BLOCKED)
    at_work.turn(5 * MINUTE)
    assert (at_work.browser.shows, at_work.status().standing) == (None, Standing.BLOCKED)
    at_work.gateway.stands(Standing.ACTIVE)
    at_work.turn(5 * MINUTE)
    assert at_work.browser.shows is not None


def test_one_that_is_gone_keeps_no_key(at_work):
    at_work.gateway.stands(Standing.LOST)
    at_work.turn(5 * MINUTE)
    assert at_work.service.run(Event(), Event())
    assert at_work.browser.shows is None
    assert sorted(one.name for one in at_work.state.folder.path.iterdir()) == [
        "enrolment.json",
        "uplink.json",
    ]
    assert at_work.status().standing is Standing.RETIRED


def test_the_keys_go_before_anything_in_a_home_is_asked(at_work):
    left = []
    folder = at_work.state.folder.path
    at_work.browser.take_away = lambda: left.append({one.name for one in folder.iterdir()})
    at_work.gateway.stands(Standing.LOST)
    at_work.turn(5 * MINUTE)
    assert at_work.service.run(Event(), Event())
    assert left[-1] == {"enrolment.json", "uplink.json"}


def test_who_forgets_a_damaged_enrolment_leaves_nothing_behind(at_work):
    at_work.turn()
    assert at_work.browser.shows is not None
    at_work.state.folder.write("enrolment.json", b"{")
    asked = []

    def browsers(url):
        asked.append(url)
        return at_work.browser

    said = forget(at_work.state, at_work.shown, at_work.chip, browsers, Interface("brana-none"))
    assert (said, at_work.browser.shows) == ("not_enrolled", None)
    assert [one.name for one in at_work.state.folder.path.iterdir()] == ["lock"]
    assert not list(at_work.shown.path.iterdir())
    OnLinux(*asked, at_work.state.folder.path, []).take_away()


def test_what_fails_is_shown(at_work):
    at_work.gateway.failing = ["firewall", "a_check_of_later"]
    at_work.turn(5 * MINUTE)
    assert at_work.status().failing == ("firewall", "a_check_of_later")


def test_nothing_is_said_that_could_not_be_kept(at_work, monkeypatch):
    heard = len(at_work.gateway.said)

    def full(*_):
        raise NotKept(at_work.state.folder.path, OSError(28, "No space left on device"))

    with monkeypatch.context() as disk:
        disk.setattr(at_work.state.folder, "write", full)
        at_work.turn(5 * MINUTE)
    assert len(at_work.gateway.said) == heard
    assert at_work.status().trouble == "not_kept"
    at_work.turn(5 * MINUTE)
    assert at_work.status().trouble is None


def test_after_sleep_it_looks_anew_and_reports(at_work):
    at_work.turn(MINUTE, slept=True)
    at_work.turn(timedelta(seconds=5))
    assert at_work.gateway.device.reported_at == at_work.clock.now


def test_a_chip_that_does_not_answer_is_told_and_asked_again(tmp_path, world):
    with tempfile.TemporaryDirectory(prefix="tpm") as short:
        with swtpm(Path(short)) as chip:
            world.chip = chip.name
            world.enrol()
            world.start().turn()
        heard = len(world.gateway.said)
        world.turn(5 * MINUTE)
        assert (world.status().trouble, len(world.gateway.said)) == ("chip_fails", heard)
        with swtpm(Path(short)) as chip:
            world.turn(5 * MINUTE)
            assert world.status().trouble is None
            assert world.gateway.device.key_kind is KeyKind.TPM
            chip.clear()
            world.turn(5 * MINUTE)
            assert world.status().trouble == "key_lost"


def test_an_office_without_tunnels_has_heard_that_none_is_wanted(at_work):
    at_work.state.want_tunnel(wanted=True)
    at_work.gateway.gives = None
    at_work.turn(MINUTE)
    assert at_work.status().tunnel.why.reason == "tunnels_not_offered"
    at_work.state.want_tunnel(wanted=False)
    at_work.gateway.losing = ["lost"]
    at_work.turn(timedelta(seconds=1))
    assert at_work.state.tunnel_untold()
    at_work.turn(MINUTE)
    assert not at_work.state.tunnel_untold()


def test_who_says_farewell_is_retired(at_work):
    assert say_farewell(at_work.state, at_work.state.enrolment(), at_work.gateway, at_work.chip)
    assert at_work.gateway.device.standing is Standing.RETIRED


def test_a_farewell_that_nobody_hears_is_told(at_work):
    at_work.gateway.losing = ["lost"]
    assert not say_farewell(at_work.state, at_work.state.enrolment(), at_work.gateway, at_work.chip)


def test_the_gateway_hears_where_the_key_lies(at_work):
    assert at_work.gateway.device.key_kind is KeyKind.SOFTWARE
    assert at_work.status().key_kind is KeyKind.SOFTWARE
