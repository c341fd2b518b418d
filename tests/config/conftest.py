"""A small office whose configuration is in order, written to a folder of the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

TEXT = """\
[office]
name = "Město Příklad"
district = "obce.csv"

[public]
domain = "brana.example"
certificate = "tls.pem"
key = "tls.key"

[state]
directory = "var"

[[directories]]
name = "mesto"
servers = ["ldaps://ldap.brana.example:636"]
authority = "ca.pem"
bind_dn = "cn=brana,dc=example"
bind_password_file = "bind.password"
people_base = "ou=people,dc=example"
groups_base = "ou=groups,dc=example"

[[directories.roles]]
group = "cn=ucetni-{municipality},ou=groups,dc=example"
role = "accountant"

[[directories.roles]]
group = "cn=spravci,ou=groups,dc=example"
role = "centre_administrator"
municipality = "588491"

[policies]
region = "region"
municipalities = "obce"

[[oidc_clients]]
id = "knihovna"
redirect_uris = ["https://knihovna.example/callback"]
secret_file = "client.secret"

[[applications]]
id = "spis"
host = "spis.brana.example"
upstreams = ["http://127.0.0.1:9101"]
[applications.title]
cs = "Spisová služba"
en = "Records"
[applications.description]
cs = "Dokumenty"
en = "Documents"
[[applications.routes]]
path = "/documents"
methods = ["GET"]
action = "read"

[[applications]]
id = "rada"
host = "rada-{municipality}.brana.example"
upstreams = ["http://127.0.0.1:9102"]
municipalities = ["588491"]
title = { cs = "Rada", en = "Council" }
description = { cs = "Usnesení", en = "Resolutions" }
routes = [{ action = "read" }]
"""
DISTRICT = "code,name,ico\n588491,Hulín,00287229\n588296,Kroměříž,00287351\n"
SECRET = ("tls.key", "bind.password", "client.secret")
OPEN = ("tls.pem", "ca.pem")


@pytest.fixture
def office(tmp_path: Path) -> Callable[..., Path]:
    """Writes the office's files and gives the configuration's path; each change is (old text, new text)."""

    def write(*changes: tuple[str, str]) -> Path:
        text = TEXT
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        (tmp_path / "obce.csv").write_text(DISTRICT, encoding="utf-8")
        for name in (*SECRET, *OPEN):
            (tmp_path / name).write_text("anything\n")
            (tmp_path / name).chmod(0o600 if name in SECRET else 0o644)
        for folder in ("region", "obce"):
            (tmp_path / folder).mkdir(exist_ok=True)
        path = tmp_path / "brana.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
