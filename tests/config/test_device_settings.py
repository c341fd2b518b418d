"""Settings of devices that cannot be, and the host they add."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from config.durations import duration_findings
from config.hosts import certified_hosts, host_findings
from config.settings import Devices
from config.technical import technical_findings
from tests.rig.envoy import DISTRICT, hosting, settings_for


@pytest.fixture
def settings(tmp_path):
    made = settings_for(tmp_path, 8443, "http://127.0.0.1:9001")
    return lambda **changes: replace(made, devices=Devices(**{"enabled": True} | changes))


def test_the_certificate_covers_the_host_of_agents_where_devices_enrol(settings):
    assert "devices.brana.test" in certified_hosts(settings(), DISTRICT)
    assert "zarizeni.brana.test" in certified_hosts(settings(host="zarizeni"), DISTRICT)
    assert "devices.brana.test" not in certified_hosts(settings(enabled=False), DISTRICT)


def test_the_host_of_agents_is_nobody_else_s(settings):
    assert [at for at, *_ in host_findings(settings(host="portal"), DISTRICT)] == ["devices.host"]
    assert list(host_findings(settings(), DISTRICT)) == []
    mine = hosting("mine", "http://127.0.0.1:1", host="devices.brana.test")
    taken = replace(settings(), applications=[mine])
    assert [at for at, *_ in host_findings(taken, DISTRICT)] == ["applications[0].host"]
    assert list(host_findings(replace(taken, devices=Devices()), DISTRICT)) == []
    program = hosting("mine", "http://127.0.0.1:1", technical=True, technical_host="devices.brana.test")
    told = technical_findings(replace(settings(), applications=[program]), DISTRICT)
    assert "applications[0].technical_host" in [at for at, *_ in told]


@pytest.mark.parametrize(
    ("name", "minutes", "fits"),
    [
        ("code", 16, False),
        ("code", 15, True),
        ("code", 0.5, False),
        ("certificate", 59, False),
        ("certificate", 60, True),
        ("report", 0.4, False),
        ("fresh", 5, False),
        ("fresh", 6, True),
        ("kept", 29 * 24 * 60, False),
        ("kept", 30 * 24 * 60, True),
        ("kept", 3651 * 24 * 60, False),
    ],
)
def test_times_have_bounds(settings, name, minutes, fits):
    found = duration_findings(settings(**{name: timedelta(minutes=minutes)}), {f"devices.{name}"})
    assert ([at for at, *_ in found] == []) is fits
