"""The certificate is in people's stores while the device is in use, and in no store afterwards; by real tools."""

import json
import os
import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from agents.browsers import people, policies
from agents.browsers.browsers import LEFT_ALONE, OnLinux
from agents.browsers.people import Person
from agents.keys.browser import joined, new_key, request_of
from config.vocabulary import DeviceId
from gateway.devices.authority import issue, new_authority

NOW = datetime.now(UTC)
AUTHORITY = new_authority(new_key(), "brana.test", NOW)
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("pk12util") is None, reason="no libnss3-tools"),
]


def certificate():
    key = new_key()
    return joined(
        key, issue(AUTHORITY, DeviceId("d" * 22), request_of(key), NOW + timedelta(days=7), NOW).chain
    )


@pytest.fixture
def person(tmp_path):
    home = tmp_path / "home"
    profile = home / ".mozilla/firefox/abc.default"
    profile.mkdir(parents=True)
    one = Person(os.getuid(), os.getgid(), home)
    subprocess.run(["certutil", "-N", "-d", f"sql:{profile}", "--empty-password"], check=True)
    return one


@pytest.fixture
def browsers(tmp_path, person):
    return OnLinux("https://devices.brana.test", tmp_path / "root", [person])


@pytest.fixture
def others(tmp_path):
    home = tmp_path / "others"
    home.mkdir()
    return Person(os.getuid(), os.getgid(), home)


def listed(store):
    said = subprocess.run(
        ["certutil", "-K", "-d", f"sql:{store}"], capture_output=True, text=True, check=False
    )
    return said.stdout.count("Brána")


def stores_of(person):
    return person.home / ".pki/nssdb", person.home / ".mozilla/firefox/abc.default"


def test_each_store_has_it_once_however_often_it_is_given_and_renewed(person, browsers):
    first = certificate()
    browsers.give(first)
    browsers.give(first)
    assert [listed(store) for store in stores_of(person)] == [1, 1]
    second = certificate()
    browsers.give(second)
    for store in stores_of(person):
        assert listed(store) == 1
        said = subprocess.run(
            ["certutil", "-L", "-d", f"sql:{store}", "-n", "Brána", "-a"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout.replace("\r", "").strip() in second.chain
    browsers.take_away()
    assert [listed(store) for store in stores_of(person)] == [0, 0]


def test_a_browser_chooses_it_for_the_domain_alone(tmp_path, browsers):
    browsers.give(certificate())
    for folder in policies.FOLDERS:
        said = json.loads((tmp_path / "root" / folder / policies.FILE).read_text())
        (choice,) = (json.loads(one) for one in said["AutoSelectCertificateForUrls"])
        assert choice["pattern"] == "https://[*.]brana.test"
        assert choice["filter"] == {"ISSUER": {"CN": "Brana devices of brana.test"}}
    others = tmp_path / "root/etc/opt/chrome/policies/recommended"
    others.mkdir()
    (tmp_path / "root/etc/chromium/policies/managed/office.json").write_text("{}")
    browsers.take_away()
    left = sorted(str(one.relative_to(tmp_path / "root")) for one in (tmp_path / "root").rglob("*"))
    assert left == [
        "etc",
        "etc/chromium",
        "etc/chromium/policies",
        "etc/chromium/policies/managed",
        "etc/chromium/policies/managed/office.json",
        "etc/opt",
        "etc/opt/chrome",
        "etc/opt/chrome/policies",
        "etc/opt/chrome/policies/recommended",
    ]


def test_a_store_with_a_password_of_its_own_stays_as_it_is(person, browsers, tmp_path):
    store = stores_of(person)[1]
    word = tmp_path / "word"
    word.write_text("a password of the person")
    shutil.rmtree(store)
    store.mkdir()
    subprocess.run(["certutil", "-N", "-d", f"sql:{store}", "-f", word], check=True)
    browsers.give(certificate())
    said = subprocess.run(
        ["certutil", "-K", "-d", f"sql:{store}", "-f", word], capture_output=True, text=True, check=False
    )
    assert "Brána" not in said.stdout
    assert listed(stores_of(person)[0]) == 1


@pytest.mark.parametrize("place", [".local/share/pki", ".mozilla/firefox/x", ".pki"])
def test_a_home_that_cannot_be_read_keeps_nothing_from_others(person, others, tmp_path, place):
    link = person.home / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to("a" * 300)  # no name of a file is that long
    browsers = OnLinux("https://devices.brana.test", tmp_path / "root", [person, others])
    browsers.give(certificate())
    assert listed(others.home / ".pki/nssdb") == 1
    assert list((tmp_path / "root").rglob(policies.FILE))
    browsers.take_away()
    assert listed(others.home / ".pki/nssdb") == 0


def test_a_home_that_holds_a_command_up_is_left_alone_for_an_hour(person, others, tmp_path, monkeypatch):
    monkeypatch.setattr(people, "SECONDS", 0.5)
    store, clock = person.home / ".pki/nssdb", [0.0]
    store.mkdir(parents=True)
    (store / "cert9.db").touch()
    os.mkfifo(store / "pkcs11.txt")  # whoever opens it waits for a writer
    browsers = OnLinux(
        "https://devices.brana.test", tmp_path / "root", [person, others], clock=lambda: clock[0]
    )
    one = certificate()
    begun = time.monotonic()
    browsers.give(one)
    assert 0.5 <= time.monotonic() - begun < 5
    assert listed(others.home / ".pki/nssdb") == 1
    for path in (store / "pkcs11.txt", store / "cert9.db"):
        path.unlink()
    clock[0] = LEFT_ALONE - 1
    browsers.give(one)
    assert not (store / "cert9.db").exists()
    clock[0] = LEFT_ALONE
    browsers.give(one)
    assert listed(store) == 1
