"""`brana demo --code LOGIN`: password and present one-time code of an account of the demo, for who has no phone."""

import json
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pyotp

from gateway.commands.preflight import CannotStart
from gateway.demo.world import read

PERIOD = 30  # seconds, RFC 6238 §4.1
TYPING = 8  # seconds to copy a code and press the button


def credentials(directory: Path, login: str, now: datetime) -> str:
    """What to type at the sign-in. Raises CannotStart where there is no such account."""
    world = read(directory / "inhabitants.json")
    if world is None:
        raise CannotStart(f"there is no world of the demo in {directory}", "start `make demo` first")
    account = next((one for one in world.accounts if one.login == login.lower()), None)
    if account is None:
        logins = [one.login for one in world.accounts]
        near = get_close_matches(login.lower(), logins, n=3) or [one.login for one in world.cast]
        raise CannotStart(f"nobody in the demo has the login {login!r}", f"try {', '.join(near)}")
    if account.totp_secret is None:
        code = _enrolment(directory, account.login)
    else:
        left = PERIOD - int(now.timestamp()) % PERIOD
        too_late = left < TYPING  # the next one is taken too: the sign-in bears with a clock a step behind
        shown = pyotp.TOTP(account.totp_secret).at(now, counter_offset=int(too_late))
        code = f"{shown} (for {left + PERIOD * too_late} s more, and good once)"
    disabled = (
        "\nnote: the account is disabled in the directory, nobody gets in with it" if account.disabled else ""
    )
    return f"password: {account.password}\none-time code: {code}{disabled}"


def announced(directory: Path) -> dict[str, Any]:
    """What the last start of the demo wrote down. Raises CannotStart where there was none."""
    path = directory / "world.json"
    if not path.exists():
        raise CannotStart(f"there is no world of the demo in {directory}", "start `make demo` first")
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def _enrolment(directory: Path, login: str) -> str:
    """What the last start of the demo announced for who has no factor yet."""
    path = directory / "world.json"
    accounts = json.loads(path.read_text("utf-8"))["accounts"] if path.exists() else []
    code = next((one["enrolment_code"] for one in accounts if one["login"] == login), None)
    return (
        f"none yet; set a second factor up with the single-use code {code}" if code else "from the telephone"
    )
