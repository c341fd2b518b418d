"""What types cannot say of receivers of the audit log."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from config.address import split_address
from config.doubt import Finding
from config.receivers import HOST, SECRET_LEAST, is_mail_address
from config.settings import Settings
from config.settings.audit_receivers import AuditReceiver

REPEAT_LEAST = timedelta(
    seconds=30
)  # longer than a line that is down without a word may live (TCP_USER_TIMEOUT)
REPEAT_MOST = timedelta(hours=1)


def secrets_of_audit_receivers(settings: Settings) -> dict[str, Path]:
    """Files that nobody else may read, by the setting that names each."""
    return _files(settings, ("secret_file", "key"))


def certificates_of_audit_receivers(settings: Settings) -> dict[str, Path]:
    return _files(settings, ("authority", "certificate"))


def _files(settings: Settings, names: tuple[str, ...]) -> dict[str, Path]:
    return {
        f"audit.receivers[{number}].{name}": file
        for number, one in enumerate(settings.audit.receivers)
        for name in names
        if (file := getattr(one, name)) is not None
    }


def audit_receiver_findings(settings: Settings) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, one in enumerate(settings.audit.receivers):
        at = f"audit.receivers[{number}]"
        if one.name in seen:
            yield f"{at}.name", f"{one.name!r} is taken", "give each receiver a name of its own"
        seen.add(one.name)
        yield from _of_kind(one, at)
        if (one.certificate is None) != (one.key is None):
            yield at, "a certificate and its key belong together", "give `certificate` and `key`, or neither"
        if not REPEAT_LEAST <= one.repeat <= REPEAT_MOST:
            yield (
                f"{at}.repeat",
                f"{one.repeat} is not between {REPEAT_LEAST} and {REPEAT_MOST}",
                'write for example "1 min"',
            )
        if one.kind == "mail" and settings.notifications.smtp is None:
            yield at, "no server sends mail", "say which in [notifications.smtp]"


def _of_kind(one: AuditReceiver, at: str) -> Iterator[Finding]:
    match one.kind:
        case "syslog":
            if one.host is None or not HOST.match(one.host):
                yield f"{at}.host", f"{one.host!r} is not a host", "write for example `siem.office.example`"
        case "webhook":
            parts = split_address(one.address or "")
            if parts is None or parts.scheme != "https" or not parts.hostname or "#" in (one.address or ""):
                remedy = "write the whole address, as `https://receiver.example/brana`"
                yield f"{at}.address", f"{one.address!r} is not an https address without fragment", remedy
            file = one.secret_file
            if file is None:
                yield f"{at}.secret_file", "what a webhook is sent is signed", "name a file with a secret"
            elif file.is_file() and 0 < len(file.read_bytes().strip()) < SECRET_LEAST:
                remedy = f"openssl rand -base64 32 > {file}"
                yield f"{at}.secret_file", f"{file} holds fewer than {SECRET_LEAST} characters", remedy
        case "mail":
            if not is_mail_address(one.address or ""):
                remedy = "write for example `security@office.example`"
                yield f"{at}.address", f"{one.address!r} is not a mail address", remedy
            if not one.only:
                yield f"{at}.only", "every entry would be a mail", 'say which, as `only = ["alert"]`'
