"""Who is told what happened to an account: receivers that messages and their secrets may be given to."""

import re
from collections.abc import Iterator
from pathlib import Path

from config.address import split_address
from config.doubt import Finding
from config.settings import Settings, Smtp, Webhook

SECRET_LEAST = 32  # characters: as many as the hash has bytes, RFC 2104 §3
MAIL_ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[A-Za-z0-9.-]{1,253}\Z")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\Z")


def is_mail_address(text: str) -> bool:
    """One address, plain ASCII, that no header can be made of (RFC 5321 §4.1.2 without quoted names)."""
    return text.isascii() and MAIL_ADDRESS.match(text) is not None


def secrets_of_receivers(settings: Settings) -> dict[str, Path]:
    """Files that nobody else may read, by the setting that names each."""
    webhook, smtp = settings.notifications.webhook, settings.notifications.smtp
    of_webhook = webhook.secret_file if webhook is not None else None
    of_smtp = smtp.password_file if smtp is not None else None
    files = {"webhook.secret_file": of_webhook, "smtp.password_file": of_smtp}
    return {f"notifications.{at}": file for at, file in files.items() if file is not None}


def authorities_of_receivers(settings: Settings) -> dict[str, Path]:
    receivers = {"webhook": settings.notifications.webhook, "smtp": settings.notifications.smtp}
    return {
        f"notifications.{at}.authority": receiver.authority
        for at, receiver in receivers.items()
        if receiver is not None and receiver.authority is not None
    }


def receiver_findings(settings: Settings) -> Iterator[Finding]:
    webhook, smtp = settings.notifications.webhook, settings.notifications.smtp
    if webhook is not None:
        yield from _webhook(webhook)
    if smtp is not None:
        yield from _smtp(smtp)


def _webhook(webhook: Webhook) -> Iterator[Finding]:
    at = "notifications.webhook"
    parts = split_address(webhook.address)
    if parts is None or parts.scheme != "https" or not parts.hostname or "#" in webhook.address:
        yield (
            f"{at}.address",
            f"{webhook.address!r} is not an https address without fragment",
            "write the whole address, as `https://receiver.example/brana`",
        )
    file = webhook.secret_file
    if file.is_file() and 0 < len(file.read_bytes().strip()) < SECRET_LEAST:
        yield (
            f"{at}.secret_file",
            f"{file} holds fewer than {SECRET_LEAST} characters",
            f"openssl rand -base64 32 > {file}",
        )


def _smtp(smtp: Smtp) -> Iterator[Finding]:
    at = "notifications.smtp"
    if not HOST.match(smtp.host):
        yield f"{at}.host", f"{smtp.host!r} is not a host", "write for example `mail.office.example`"
    if not is_mail_address(smtp.sender):
        yield (
            f"{at}.sender",
            f"{smtp.sender!r} is not a mail address",
            "write for example `brana@office.example`",
        )
    if (smtp.user is not None) != (smtp.password_file is not None):
        yield at, "a user and a password belong together", "give `user` and `password_file`, or neither"
