"""What `brana demo` prints."""

import io
from typing import Any

from rich.console import Console

from gateway.demo.announcement import announce, announce_everything

REST = {"addresses": {}, "authority": "ca.pem", "directory": {}, "configuration": "d/brana.toml"}


def account(login: str, note: str = "") -> dict[str, Any]:
    role = {"municipality_name": "Hulín", "role_en": "mayor"}
    return {
        "login": login,
        "name": f"Name of {login}",
        "password": f"password-of-{login}",
        "totp_secret": f"SECRET{login.upper()}",
        "enrolment_code": None,
        "roles": [role],
        "note": {"en": note},
    }


def test_who_is_to_be_tried_stands_beside_their_own_login_and_password() -> None:
    accounts = [account("first"), account("second", "to be tried"), account("third", "as well")]
    content = REST | {"accounts": accounts}
    told = io.StringIO()
    announce(content, Console(file=told, width=160))
    _, _, tried = told.getvalue().partition("Try these")
    rows = {line.split(":")[0].strip(): line for line in tried.splitlines() if line.startswith(" Name of")}
    assert rows.keys() == {"Name of second", "Name of third"}
    for login in ("second", "third"):
        assert f"password-of-{login} " in rows[f"Name of {login}"]


def test_a_first_visit_is_told_whom_to_try_and_where_the_others_are() -> None:
    accounts = [account("first"), account("second", "to be tried")]
    content = REST | {"accounts": accounts}
    short, long = io.StringIO(), io.StringIO()
    announce(content, Console(file=short, width=160))
    announce_everything(content, Console(file=long, width=160))
    assert "password-of-first" not in short.getvalue()
    assert "brana demo --everything" in short.getvalue()
    assert "--config d/brana.toml" in short.getvalue()
    assert "password-of-first" in long.getvalue()
    assert long.getvalue().endswith(short.getvalue())
