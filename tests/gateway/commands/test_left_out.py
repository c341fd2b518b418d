"""What is left out of the control plane is missed by nobody."""

import json
import os
import subprocess
import sys

import pytest

ASKED = """
import json, os, ssl, sys
from gateway.commands.left_out import leave_out
leave_out()
import aiohttp, structlog, sqlalchemy
print(json.dumps({
    "loaded": [name for name in ("rich", "greenlet") if sys.modules.get(name) is not None],
    "variable": os.environ.get("SSL_CERT_FILE"),
    "authorities": ssl.create_default_context().cert_store_stats()["x509_ca"],
}))
"""


def said(**variables: str) -> dict[str, object]:
    environment = {name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"}
    ran = subprocess.run(
        [sys.executable, "-c", ASKED], env=environment | variables, capture_output=True, check=True, text=True
    )
    return json.loads(ran.stdout)


def test_what_writes_coloured_tracebacks_and_green_threads_is_not_loaded():
    assert said()["loaded"] == []


@pytest.mark.parametrize("mine", [{}, {"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"}])
def test_who_trusts_the_authorities_of_the_machine_finds_them_as_the_operator_set_them(mine: dict[str, str]):
    """A webhook without an authority of its own does."""
    found = said(**mine)
    assert found["variable"] == mine.get("SSL_CERT_FILE")
    assert found["authorities"] != 0
