"""What is wrong with receivers of the log and with rules of alerts is told before anything starts."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from config.alerts import alert_findings
from config.audit_receivers import audit_receiver_findings, secrets_of_audit_receivers
from config.load import parse
from config.settings import AlertRule, Audit, AuditReceiver, Settings

EXAMPLE = Path(__file__).parents[2] / "config/examples/embedded.toml"


@pytest.fixture(scope="module")
def example() -> Settings:
    return parse(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE)


def faults(example: Settings, *receivers: AuditReceiver, smtp: bool = True) -> list[str]:
    made = msgspec.structs.replace(example, audit=Audit(receivers=list(receivers)))
    if not smtp:
        made = msgspec.structs.replace(
            made, notifications=msgspec.structs.replace(made.notifications, smtp=None)
        )
    return [at.removeprefix("audit.receivers[0]").lstrip(".") for at, *_ in audit_receiver_findings(made)]


def syslog(**other: object) -> AuditReceiver:
    return AuditReceiver(**({"name": "siem", "kind": "syslog", "host": "siem.example"} | other))


def mail(**other: object) -> AuditReceiver:
    return AuditReceiver(
        **({"name": "m", "kind": "mail", "address": "a@office.example", "only": ["alert"]} | other)
    )


def webhook(**other: object) -> AuditReceiver:
    given = {"name": "w", "kind": "webhook", "address": "https://a.example/x", "secret_file": Path("nothing")}
    return AuditReceiver(**(given | other))


@pytest.mark.parametrize(
    ("receiver", "at"),
    [
        (syslog(), []),
        (syslog(host=None), ["host"]),
        (syslog(host="a b"), ["host"]),
        (syslog(certificate=Path("a.pem")), [""]),
        (syslog(repeat=timedelta(seconds=5)), ["repeat"]),
        (syslog(repeat=timedelta(hours=2)), ["repeat"]),
        (webhook(), []),
        (webhook(address="http://a.example/x"), ["address"]),
        (webhook(secret_file=None), ["secret_file"]),
        (mail(), []),
        (mail(address="nobody"), ["address"]),
        (mail(only=[]), ["only"]),
    ],
)
def test_each_kind_needs_what_it_needs(example: Settings, receiver: AuditReceiver, at: list[str]) -> None:
    assert faults(example, receiver) == at


def test_a_short_secret_is_refused(example: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short")
    assert faults(example, webhook(secret_file=tmp_path / "secret")) == ["secret_file"]


def test_two_of_one_name_are_refused_and_mail_needs_a_server(example: Settings) -> None:
    assert faults(example, syslog(), syslog()) == ["audit.receivers[1].name"]
    assert faults(example, mail(), smtp=False) == [""]


def test_secrets_may_be_read_by_nobody_else(example: Settings) -> None:
    made = msgspec.structs.replace(example, audit=Audit(receivers=[webhook(), syslog(key=Path("k"))]))
    assert set(secrets_of_audit_receivers(made)) == {
        "audit.receivers[0].secret_file",
        "audit.receivers[1].key",
    }


@pytest.mark.parametrize(
    ("rules", "at"),
    [
        ([AlertRule(name="a", codes=["sign_in"])], []),
        ([AlertRule(name="a", on=False)], []),
        ([AlertRule(name="a")], ["codes"]),
        ([AlertRule(name="a", codes=["alert.raised"])], ["codes"]),
        ([AlertRule(name="a", codes=["sign_in"], within=timedelta(days=2))], ["within"]),
        ([AlertRule(name="a", codes=["sign_in"], within=timedelta(days=90), new="country")], []),
        ([AlertRule(name="a", codes=["sign_in"], quiet=timedelta(seconds=1))], ["quiet"]),
        ([AlertRule(name="a", codes=["b"])] * 2, ["name"]),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(
    example: Settings, rules: list[AlertRule], at: list[str]
) -> None:
    made = msgspec.structs.replace(example, audit=Audit(alerts=rules))
    assert [where.rpartition(".")[2] for where, *_ in alert_findings(made)] == at


@pytest.mark.parametrize(
    ("after", "every", "found"),
    [
        (timedelta(minutes=5), timedelta(seconds=1), []),
        (timedelta(seconds=30), timedelta(seconds=1), ["audit.gap_after"]),
        (timedelta(minutes=5), timedelta(minutes=3), ["audit.gap_after"]),
        (timedelta(days=2), timedelta(seconds=1), ["audit.gap_after"]),
    ],
)
def test_patience_with_gaps_is_longer_than_the_log_takes_to_be_sealed(
    example: Settings, after: timedelta, every: timedelta, found: list[str]
) -> None:
    made = msgspec.structs.replace(example, audit=Audit(gap_after=after, checkpoint_every=every))
    assert [where for where, *_ in alert_findings(made)] == found
