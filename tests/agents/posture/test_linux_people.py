"""Who administers a Linux machine, whether screens lock, what domain it belongs to."""

import pytest

from agents.posture.asking import Answer
from agents.posture.linux import collect
from tests.agents.posture.linux_machines import GROUP, OFFICE, PASSWD, SUDOERS
from tests.agents.posture.recorded import NOW, Recorded, values


def found(machine: Recorded) -> dict[str, bool | int | str]:
    return values(collect(machine, now=NOW, slow=False))


def administrators(machine: Recorded) -> tuple[object, object]:
    facts = found(machine)
    return facts.get("local_administrators"), facts.get("user_is_administrator")


@pytest.mark.parametrize(
    ("files", "people", "wanted"),
    [
        ({}, ("1000",), (1, False)),
        ({}, ("1001",), (1, True)),
        ({}, ("1000", "1001"), (1, True)),
        ({}, ("0",), (1, None)),
        ({}, (), (1, None)),
        ({}, ("1234567",), (1, None)),
        ({"/etc/group": GROUP.replace("sudo:x:27:spravce", "wheel:x:10:jana,spravce")}, ("1000",), (2, True)),
        ({"/etc/passwd": PASSWD + "toor:x:0:0::/:/bin/sh\n"}, (), (2, None)),
        ({"/etc/passwd": PASSWD.replace("1000:1000", "1000:27")}, ("1000",), (2, True)),
        ({"/etc/sudoers": SUDOERS + "jana ALL=(ALL) NOPASSWD: ALL\n"}, ("1000",), (None, None)),
        ({"/etc/sudoers.d/domain": "%office-admins ALL=(ALL) ALL\n"}, ("1000",), (None, None)),
        ({"/etc/sudoers.d/old.bak": "%office-admins ALL=(ALL) ALL\n"}, ("1000",), (1, False)),
        ({"/etc/sudoers": SUDOERS + "@include /etc/sudoers.local\n"}, ("1000",), (None, None)),
        ({"/etc/sudoers": SUDOERS + "#include /etc/sudoers.local\n"}, ("1000",), (None, None)),
        ({"/etc/sudoers": SUDOERS + "@includedir /srv/sudo\n"}, ("1000",), (None, None)),
        ({"/etc/sudoers.d/more": "@include /srv/sudo\n"}, ("1000",), (None, None)),
        ({"/etc/sudoers": SUDOERS.replace("@includedir", "#includedir")}, ("1000",), (1, False)),
        ({"/etc/sudoers": None}, ("1000",), (None, None)),
        ({"/etc/group": "sudo\n"}, ("1000",), (None, None)),
        ({"/etc/passwd": None}, ("1000",), (None, None)),
    ],
)
def test_administrators_are_counted_where_nothing_names_others(files, people, wanted) -> None:
    assert administrators(OFFICE.but(files=files, folders={"/run/user": people})) == wanted


def test_no_name_of_a_person_leaves_the_machine() -> None:
    facts = collect(OFFICE.but(folders={"/run/user": ("1001",)}), now=NOW)
    assert not any(name in f"{fact}" for fact in facts.values() for name in ("jana", "spravce", "Novakova"))


SSSD = "[sssd]\nservices = nss, pam\ndomains = urad.hulin.test\n[domain/urad.hulin.test]\nid_provider = ad\n"


@pytest.mark.parametrize(
    ("files", "folders", "realm", "wanted"),
    [
        ({}, {}, "URAD.Hulin.test\n", ("urad.hulin.test", "domain")),
        ({}, {"/etc/sssd": ("conf.d",)}, "", (None, "none")),
        ({}, {}, "", (None, None)),
        ({"/etc/sssd/sssd.conf": SSSD}, {}, "", (None, None)),
        ({"/etc/sssd/sssd.conf": SSSD}, {}, None, ("urad.hulin.test", "domain")),
        ({"/etc/sssd/sssd.conf": SSSD.replace("= ad", "= files")}, {}, None, (None, None)),
        ({}, {}, Answer(1, b"", b"realm: Couldn't connect to realm service\n"), (None, None)),
        ({}, {}, "x" * 200, (None, None)),
        ({}, {}, "\ufffd\x00", (None, None)),
    ],
)
def test_the_domain_is_that_of_realmd_or_of_sssd(files, folders, realm, wanted) -> None:
    facts = found(OFFICE.but(files=files, folders=folders, commands={"realm": realm}))
    assert (facts.get("domain"), facts.get("managed_by")) == wanted


DCONF = "/etc/dconf/db/local.d"
LOCKS = {
    "/etc/dconf/profile/user": "user-db:user\nsystem-db:local # of the office\n",
    "/etc/dconf/db/local": "GVariant",
    f"{DCONF}/locks/screen": "/org/gnome/desktop/screensaver/lock-enabled\n"
    "/org/gnome/desktop/screensaver/lock-delay\n/org/gnome/desktop/session/idle-delay\n",
    f"{DCONF}/00-screen": "[org/gnome/desktop/session]\nidle-delay=uint32 300\n\n"
    "[org/gnome/desktop/screensaver]\n# at once\nlock-enabled=true\nlock-delay=uint32 0\n",
}


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("", "", True),
        ("lock-enabled=true", "lock-enabled=false", False),
        ("uint32 300", "uint32 0", False),
        ("uint32 300", "uint32 3600", False),
        ("uint32 300", "soon", None),
        ("lock-delay=uint32 0\n", "", None),
        ("/org/gnome/desktop/session/idle-delay", "", None),
        ("system-db:local", "system-db:site", None),
        ("system-db:local", "#system-db:local", None),
        ("system-db:local", "user-db:local", None),
    ],
)
def test_what_the_administrator_settled_for_everybody_is_seen_by_the_service(old, new, wanted) -> None:
    files = {path: text.replace(old, new) if old else text for path, text in LOCKS.items()}
    assert found(OFFICE.but(files=files)).get("screen_lock") is wanted


@pytest.mark.parametrize("without", ["/etc/dconf/profile/user", "/etc/dconf/db/local"])
def test_what_no_profile_names_or_nobody_made_settles_nothing(without) -> None:
    files = {path: text for path, text in LOCKS.items() if path != without}
    assert found(OFFICE.but(files=files)).get("screen_lock") is None


def test_of_two_databases_the_last_of_the_profile_has_the_word() -> None:
    site = {
        path.replace("local", "site"): text.replace("lock-enabled=true", "lock-enabled=false")
        for path, text in LOCKS.items()
    }
    both = "user-db:user\nsystem-db:local\nsystem-db:site\n"
    machine = OFFICE.but(files={**LOCKS, **site, "/etc/dconf/profile/user": both})
    assert found(machine).get("screen_lock") is False


def test_root_is_not_told_anybody_s_screen() -> None:
    gnome = {"/proc/self/environ": "LANG=cs_CZ.UTF-8\0XDG_CURRENT_DESKTOP=ubuntu:GNOME\0"}
    machine = OFFICE.but(files=gnome, commands={"gsettings": "true\n"})
    assert "screen_lock" not in found(machine)


SCREENSAVER = "gsettings get org.gnome.desktop.screensaver"


@pytest.mark.parametrize(
    ("on", "idle", "delay", "wanted"),
    [
        ("true", "uint32 300", "uint32 0", True),
        ("true", "uint32 600", "uint32 600", False),
        ("true", "uint32 0", "uint32 0", False),
        ("false", "uint32 300", "uint32 0", False),
        ("", "uint32 300", "uint32 0", None),
        ("true", "never", "uint32 0", None),
    ],
)
def test_a_person_of_gnome_sees_the_own_screen(on, idle, delay, wanted) -> None:
    commands = {
        "id": "1000\n",
        f"{SCREENSAVER} lock-enabled": on,
        f"{SCREENSAVER} lock-delay": delay,
        "gsettings get org.gnome.desktop.session idle-delay": idle,
    }
    machine = OFFICE.but(files={"/proc/self/environ": "XDG_CURRENT_DESKTOP=GNOME\0"}, commands=commands)
    assert found(machine).get("screen_lock") is wanted


@pytest.mark.parametrize(
    ("program", "on", "minutes", "wanted"),
    [
        ("kreadconfig6", "true", "5", True),
        ("kreadconfig5", "true", "30", False),
        ("kreadconfig5", "false", "5", False),
        ("kreadconfig4", "true", "5", None),
    ],
)
def test_a_person_of_kde_sees_the_own_screen(program, on, minutes, wanted) -> None:
    asked = f"{program} --file kscreenlockrc --group Daemon --key"
    commands = {
        "id": "1000\n",
        f"{asked} Autolock --default true": on,
        f"{asked} Timeout --default 5": minutes,
    }
    machine = OFFICE.but(files={"/proc/self/environ": "XDG_CURRENT_DESKTOP=KDE\0"}, commands=commands)
    assert found(machine).get("screen_lock") is wanted
