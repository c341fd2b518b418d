"""Who is told what happened to an account."""

from pathlib import Path
from typing import Literal

from config.settings.setting import Port, Setting


class Webhook(Setting, frozen=True, kw_only=True):
    address: str
    """`https://…`; each message is posted there as JSON, signed."""
    secret_file: Path
    """Key of the signature (HMAC-SHA256), at least 32 characters."""
    authority: Path | None = None
    """PEM certificate of the authority that signed the receiver's certificate; left out: the system's."""


class Smtp(Setting, frozen=True, kw_only=True):
    host: str
    port: Port = 587
    security: Literal["starttls", "tls"] = "starttls"
    """Plain SMTP is not spoken: either way the server's certificate and name are verified."""
    sender: str
    """Address that messages come from."""
    user: str | None = None
    password_file: Path | None = None
    authority: Path | None = None
    """PEM certificate of the authority that signed the server's certificate; left out: the system's."""


class Notifications(Setting, frozen=True, kw_only=True):
    """Where people, and those who watch over them, are told what happened to an account."""

    webhook: Webhook | None = None
    smtp: Smtp | None = None
