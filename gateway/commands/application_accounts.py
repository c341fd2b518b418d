"""The one account of an application that knows no people, read from the file that holds its password."""

from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

from config.settings import Application
from config.vocabulary import ApplicationId

LONGEST_PASSWORD = 256  # characters


class PasswordUnusable(Exception):
    """It cannot be sent as RFC 7617 §2 has it."""


def accounts_of(applications: Iterable[Application]) -> dict[ApplicationId, str]:
    """Value of `authorization` for each application that wants one. Raises PasswordUnusable, OSError."""
    return {
        one.id: _basic(one.identity.user, password_in(one.identity.password_file))
        for one in applications
        if one.identity.user is not None and one.identity.password_file is not None
    }


def password_in(file: Path) -> str:
    """One line of UTF-8; the line feed at its end is not part of it. Raises PasswordUnusable, OSError."""
    try:
        text = file.read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise PasswordUnusable(f"{file} is not text in UTF-8") from error
    if not text.isprintable() or not 0 < len(text) <= LONGEST_PASSWORD:
        raise PasswordUnusable(f"{file} is not one line of {LONGEST_PASSWORD} characters at most")
    return text


def _basic(user: str, password: str) -> str:
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
