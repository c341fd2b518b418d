"""Receivers of notices: nothing is sent in the clear, to nobody, or with a key that can be guessed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import load
from config.problem import ConfigurationRefused
from config.receivers import is_mail_address

Office = Callable[..., Path]
WEBHOOK = '[notifications.webhook]\naddress = "https://a.example/x"\nsecret_file = "hook.secret"\n'
SMTP = '[notifications.smtp]\nhost = "mail.example"\nsender = "brana@mail.example"\n'


def written(office: Office, text: str, secret: str = "x" * 32) -> Path:
    path = office(("[policies]\n", f"{text}\n[policies]\n"))
    for name in ("hook.secret", "smtp.password"):
        (path.parent / name).write_text(secret)
        (path.parent / name).chmod(0o600)
    return path


def told(path: Path) -> list[str]:
    with pytest.raises(ConfigurationRefused) as refused:
        load(path)
    return [f"{one.what} {one.remedy}" for one in refused.value.problems]


def test_both_receivers_are_accepted(office: Office):
    settings, _ = load(written(office, WEBHOOK + SMTP + 'user = "a"\npassword_file = "smtp.password"\n'))
    assert settings.notifications.webhook is not None
    assert settings.notifications.smtp is not None
    assert settings.notifications.smtp.security == "starttls"


def test_without_receivers_nobody_is_told(office: Office):
    settings, _ = load(office())
    assert settings.notifications.webhook is settings.notifications.smtp is None


@pytest.mark.parametrize(
    "address", ["http://a.example/x", "https:///x", "https://a.example/#x", "https://u@a.example/"]
)
def test_a_webhook_is_an_https_address(office: Office, address: str):
    (said,) = told(written(office, WEBHOOK.replace("https://a.example/x", address)))
    assert "is not an https address" in said


def test_a_short_key_is_refused_and_told_how_to_make_one(office: Office):
    (said,) = told(written(office, WEBHOOK, secret="x" * 31 + "\n"))
    assert "fewer than 32 characters" in said
    assert "openssl rand" in said


@pytest.mark.parametrize(
    ("text", "name"),
    [(WEBHOOK, "hook.secret"), (SMTP + 'user = "a"\npassword_file = "smtp.password"\n', "smtp.password")],
)
def test_a_secret_that_others_can_read_is_refused(office: Office, text: str, name: str):
    path = written(office, text)
    (path.parent / name).chmod(0o644)
    (said,) = told(path)
    assert "can be read by other users" in said


def test_an_authority_that_is_not_there_is_told(office: Office):
    (said,) = told(written(office, WEBHOOK + 'authority = "none.pem"\n'))
    assert "none.pem is missing" in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("mail.example", "mail example", "is not a host"),
        ("brana@mail.example", "brana", "is not a mail address"),
        ('sender = "brana', 'user = "a"\nsender = "brana', "belong together"),
    ],
)
def test_what_is_wrong_with_the_mail_server_is_told(office: Office, old: str, new: str, says: str):
    (said,) = told(written(office, SMTP.replace(old, new, 1)))
    assert says in said


@pytest.mark.parametrize(
    "text",
    [
        "a@b.example, c@d.example",
        "a@b.example\nBcc: c",
        "<a@b.example>",
        "a b@c.example",
        "a@",
        "@b",
        "ž@b.cz",
    ],
)
def test_what_could_become_two_addresses_or_a_header_is_none(text: str):
    assert not is_mail_address(text)
